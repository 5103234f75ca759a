"""The tables of planos."""
