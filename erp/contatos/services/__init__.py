"""What contatos does."""
