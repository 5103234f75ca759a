"""Filters of the pages of the sheet."""
