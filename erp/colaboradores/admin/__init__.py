"""The pages of colaboradores."""
