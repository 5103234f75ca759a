"""The pages of contatos."""
