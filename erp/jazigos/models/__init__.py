"""The tables of jazigos."""
