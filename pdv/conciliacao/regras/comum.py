"""What every rule gives, and what it is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple, TypedDict

from pdv.conciliacao.tipos import Tipo

COLUNAS: Final = (
    "tipo", "alvo", "filial_id", "desde", "valor", "esperado", "encontrado", "detalhe", "operacao_id", "nota_id",
    "titulo_id", "cobranca_id",
)  # fmt: skip
JANELA: Final = timedelta(days=90)  # how far back the first computation looks
FOLGA_DO_CARTAO: Final = timedelta(days=3)  # weekends, and the file of the day
FOLGA_DA_LINHA: Final = timedelta(days=2)  # the till's sale may come after the acquirer's file
FOLGA_DO_PIX: Final = timedelta(hours=1)  # a window of the bank not read yet


class Parametros(TypedDict):
    """What the SQL of the rules may name."""

    ids: list[int]
    agora: datetime
    fuso: str
    nota_ate: datetime  # of a sale posted before it, the note should be here
    espera_ate: datetime  # what was still on its way before it is on its way no more
    cartao_ate: date
    linha_ate: datetime
    pix_ate: datetime
    pix_lido_de: datetime | None  # between these two the bank's windows were read
    pix_lido_ate: datetime | None
    contas_pix: list[int]  # accounts whose tills' Pix the bank tells us of


class Familia(NamedTuple):
    """Kinds computed together. With `por_alvo`, of the subjects `%(ids)s` only; without it, the whole kind at once."""

    nome: str
    tipos: Sequence[Tipo]
    sql: str
    por_alvo: bool = True
