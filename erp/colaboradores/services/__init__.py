"""What colaboradores does."""
