"""A document as plain values, and as a PDF that is the same to the byte whenever the values are the same."""
