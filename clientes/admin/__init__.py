"""The pages of the customers."""

from clientes.admin import clientes, tipos

__all__ = ["clientes", "tipos"]
