"""The pages of visitas."""
