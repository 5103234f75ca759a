"""A MongoDB of our own for the tests: FerretDB, built from Go's module registry. See `construir` and `servidor`."""
