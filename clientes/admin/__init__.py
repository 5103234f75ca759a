"""The pages of the customers."""

from clientes.admin import clientes, lugares, monitor, recebidos, tipos

__all__ = ["clientes", "lugares", "monitor", "recebidos", "tipos"]
