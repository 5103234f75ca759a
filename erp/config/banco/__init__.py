"""Django's PostgreSQL backend on the embedded server (ENGINE `erp.config.banco`)."""
