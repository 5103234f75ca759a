"""How dates and times read in the admin."""
