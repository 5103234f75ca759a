"""The tables of clientes: the register of the specification, what arrived for it, and the Monitor's."""

from clientes.models.cliente import CAMPOS, TAMANHOS, CampoChave, Cliente, ClienteQuerySet, LimparSql, TipoVarejo
from clientes.models.etiqueta import Etiqueta, HistoricoEtiqueta, TipoEtiqueta
from clientes.models.monitor import MunicipioInformado, PaisInformado, Pendente, Reenvio, Varredura
from clientes.models.recebido import NumeroDeRegistro, RegistroRecebido

__all__ = [
    "CAMPOS",
    "TAMANHOS",
    "CampoChave",
    "Cliente",
    "ClienteQuerySet",
    "Etiqueta",
    "HistoricoEtiqueta",
    "LimparSql",
    "MunicipioInformado",
    "NumeroDeRegistro",
    "PaisInformado",
    "Pendente",
    "Reenvio",
    "RegistroRecebido",
    "TipoEtiqueta",
    "TipoVarejo",
    "Varredura",
]
