"""Efí: payment links (and the carnê, of its own file)."""
