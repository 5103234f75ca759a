"""Reads of colaboradores that span tables."""
