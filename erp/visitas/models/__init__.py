"""The tables of visitas."""
