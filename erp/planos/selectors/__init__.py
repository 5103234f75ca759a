"""What planos reads."""
