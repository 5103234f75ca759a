"""The tables of clientes: the register of the specification, and what arrived for it."""

from clientes.models.cliente import CAMPOS, TAMANHOS, CampoChave, Cliente, ClienteQuerySet, LimparSql, TipoVarejo
from clientes.models.recebido import NumeroDeRegistro, RegistroRecebido

__all__ = [
    "CAMPOS",
    "TAMANHOS",
    "CampoChave",
    "Cliente",
    "ClienteQuerySet",
    "LimparSql",
    "NumeroDeRegistro",
    "RegistroRecebido",
    "TipoVarejo",
]
