"""The pages of planos."""
