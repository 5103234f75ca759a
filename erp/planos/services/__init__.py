"""What planos does."""
