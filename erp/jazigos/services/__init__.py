"""What jazigos does."""
