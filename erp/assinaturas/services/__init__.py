"""What assinaturas does. Locks: a request, and then what the app above locks of its own; several requests, by id."""
