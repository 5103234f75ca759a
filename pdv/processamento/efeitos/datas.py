"""Days, as the shop lives them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from erp.cadastros.rules import primeiro_dia_aberto
from pdv.processamento.efeitos.valores import Cadastro

FUSO = ZoneInfo("America/Sao_Paulo")


def dia_local(instante: datetime) -> date:
    """The shop's calendar day of an instant."""
    return instante.astimezone(FUSO).date()


def dia_contabil(dia: date, cadastro: Cadastro) -> date:
    """The first open accounting day at or after `dia`."""
    return primeiro_dia_aberto(dia, cadastro.fechados) if cadastro.fechados else dia
