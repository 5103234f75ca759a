"""A key for each person: encrypting what of an event the law wants recoverable, and forgetting it."""
