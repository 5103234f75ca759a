"""The pages of the customers."""

from clientes.admin import clientes, recebidos, tipos

__all__ = ["clientes", "recebidos", "tipos"]
