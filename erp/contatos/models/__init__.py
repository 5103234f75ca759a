"""The tables of contatos."""
