"""The registers that come in by spreadsheet."""
