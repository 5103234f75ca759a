"""How a line of a file meets a sale: in layers, the surest first. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from erp.cobrancas.tef.arquivo import LinhaLida

FOLGA: Final = timedelta(days=3)  # the day of the shop and the day of the acquirer


class Venda(NamedTuple):
    """An instalment that no line has met yet."""

    id: int
    adquirente_id: int | None
    nsu: str
    autorizacao: str
    parcela: int
    valor: Decimal
    dia: date


class Encontro(NamedTuple):
    """The sales that a line met in the first layer where it met any, and that layer. One: it is that one."""

    vendas: tuple[int, ...]
    criterio: str


Camada = Callable[[LinhaLida, Venda], bool]


def casar(linha: LinhaLida, vendas: Iterable[Venda], adquirente_id: int) -> Encontro:
    """Whom a line meets. The acquirer, the value and the instalment agree in every layer (those that both tell)."""
    possiveis = [v for v in vendas if _pode(linha, v, adquirente_id)]
    for criterio, camada in CAMADAS:
        if achadas := tuple(v.id for v in possiveis if camada(linha, v)):
            return Encontro(achadas, criterio)
    return Encontro((), "")


def _pode(linha: LinhaLida, venda: Venda, adquirente_id: int) -> bool:
    return (
        venda.valor == linha.valor
        and venda.adquirente_id in (None, adquirente_id)
        and linha.parcela in (None, 0, venda.parcela)
        and abs(linha.dia - venda.dia) <= FOLGA
    )


def _autorizacao(linha: LinhaLida, venda: Venda) -> bool:
    return bool(linha.autorizacao) and linha.autorizacao == venda.autorizacao.upper()


def _nsu(linha: LinhaLida, venda: Venda) -> bool:
    return bool(linha.nsu) and linha.nsu == venda.nsu


def _no_dia(camada: Camada) -> Camada:
    return lambda linha, venda: linha.dia == venda.dia and camada(linha, venda)


CAMADAS: Final[tuple[tuple[str, Camada], ...]] = (
    ("autorização, adquirente, valor e dia", _no_dia(_autorizacao)),
    ("NSU, adquirente, valor e dia", _no_dia(_nsu)),
    ("autorização e valor, em até 3 dias", _autorizacao),
    ("NSU e valor, em até 3 dias", _nsu),
)
