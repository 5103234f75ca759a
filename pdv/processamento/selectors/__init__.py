"""Reads of staging and of its processing that span tables. Nothing here writes."""
