"""The tables of colaboradores."""

from erp.colaboradores.models.colaborador import Colaborador, ColaboradorQuerySet
from erp.colaboradores.models.escala import Escala, EscalaColaborador
from erp.colaboradores.models.folha import DiaTocado, FolhaDia, FolhaDiaVersao
from erp.colaboradores.models.marcacao import ImportacaoMarcacoes, Marcacao, Relogio
from erp.colaboradores.models.tratamento import Tratamento

__all__ = [
    "Colaborador",
    "ColaboradorQuerySet",
    "DiaTocado",
    "Escala",
    "EscalaColaborador",
    "FolhaDia",
    "FolhaDiaVersao",
    "ImportacaoMarcacoes",
    "Marcacao",
    "Relogio",
    "Tratamento",
]
