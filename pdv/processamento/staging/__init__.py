"""Rows of staging as a queue: which are due, and what became of each attempt. Never what a row means."""
