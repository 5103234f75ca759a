"""The pages of jazigos."""
