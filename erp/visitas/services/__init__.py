"""What visitas does."""
