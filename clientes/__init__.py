"""CLIENTES_VAREJO and what keeps it in step with the external platform (spec/004)."""
