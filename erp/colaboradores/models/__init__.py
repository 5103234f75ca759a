"""The tables of colaboradores."""
