"""What a mass reprocess would take, how far one is, and what failed in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Min, QuerySet
from django.utils import timezone

from pdv.processamento.models import Reprocesso, ReprocessoItem
from pdv.replicacao.models import OperacaoPdv

MAXIMO = 100_000
ZERO = Decimal(0)
RITMO_MINIMO = timedelta(seconds=2)  # before that a speed says nothing
Item = ReprocessoItem.Situacao


@dataclass(frozen=True)
class Escolha:
    """What a filter shows: how many rows and how much money of each situação; `ate` is the newest of them."""

    por_situacao: dict[int, tuple[int, Decimal]]
    filiais: frozenset[int]
    ate: int

    @property
    def total(self) -> int:
        return sum(n for n, _ in self.por_situacao.values())

    @property
    def valor(self) -> Decimal:
        return sum((v for _, v in self.por_situacao.values()), ZERO)

    @property
    def demais(self) -> bool:
        return self.total > MAXIMO

    @property
    def quantas(self) -> dict[int, int]:
        return {situacao: n for situacao, (n, _) in self.por_situacao.items()}


def sql_das_linhas(linhas: QuerySet[OperacaoPdv], *colunas: str) -> tuple[str, tuple[Any, ...]] | None:
    """The SELECT of a filtered list, one row more than may be taken; None where the filter shows nothing."""
    try:
        sql, valores = linhas.order_by().values_list(*colunas)[: MAXIMO + 1].query.sql_with_params()
    except EmptyResultSet:
        return None
    return sql, valores


def contar_escolha(linhas: QuerySet[OperacaoPdv]) -> Escolha:
    """One query, however many rows; it reads at most one more than `MAXIMO`."""
    selecao = sql_das_linhas(linhas, "id", "situacao_replicacao", "filial_id", "valor_total")
    if selecao is None:
        return Escolha({}, frozenset(), 0)
    sql, valores = selecao
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT situacao_replicacao, count(*), sum(valor_total), max(id), array_agg(DISTINCT filial_id)
                FROM ({sql}) AS escolha GROUP BY 1 ORDER BY 1""",
            valores,
        )
        grupos = cursor.fetchall()
    return Escolha(
        {situacao: (n, valor) for situacao, n, valor, _, _ in grupos},
        frozenset(filial for *_, filiais in grupos for filial in filiais),
        max((ate for _, _, _, ate, _ in grupos), default=0),
    )


@dataclass(frozen=True)
class Andamento:
    """How far a mass reprocess is. `ritmo` is in operations a second since it began or was continued."""

    reprocesso: Reprocesso
    na_fila: int
    ritmo: float | None
    falta: timedelta | None

    @property
    def prontas(self) -> int:
        return self.reprocesso.feitas + self.reprocesso.falhas

    @property
    def restantes(self) -> int:
        return self.reprocesso.total - self.prontas

    @property
    def por_cento(self) -> int:
        """Whole and rounded down: 100 only when nothing is left."""
        return 100 * self.prontas // self.reprocesso.total if self.reprocesso.total else 100


def andamento(reprocesso: Reprocesso, agora: datetime | None = None) -> Andamento:
    """Two counters of the row itself and a count by the partial index of what is open."""
    na_fila = 0
    if reprocesso.terminado_em is None:
        na_fila = ReprocessoItem.objects.filter(reprocesso=reprocesso, situacao=Item.ENVIADA).count()
    ritmo = _ritmo(reprocesso, agora or timezone.now())
    restantes = reprocesso.total - reprocesso.feitas - reprocesso.falhas
    falta = timedelta(seconds=round(restantes / ritmo)) if ritmo else None
    return Andamento(reprocesso, na_fila, ritmo, falta)


def _ritmo(reprocesso: Reprocesso, agora: datetime) -> float | None:
    if reprocesso.situacao not in (Reprocesso.Situacao.EM_ANDAMENTO, Reprocesso.Situacao.CONCLUIDO):
        return None
    if reprocesso.marco_em is None:
        return None
    decorrido = (reprocesso.terminado_em or agora) - reprocesso.marco_em
    prontas = reprocesso.feitas + reprocesso.falhas - reprocesso.marco_prontas
    if decorrido < RITMO_MINIMO or not prontas:
        return None
    return prontas / decorrido.total_seconds()


class GrupoDeFalhas(NamedTuple):
    """Operations that failed for the same reason, and what was said of one of them."""

    codigo: str
    quantas: int
    exemplo: str


def grupos_de_falhas(reprocesso: Reprocesso) -> list[GrupoDeFalhas]:
    """The failures by code, most frequent first."""
    falhas = ReprocessoItem.objects.filter(reprocesso=reprocesso, situacao=Item.FALHOU)
    grupos = falhas.values("codigo").annotate(n=Count("operacao_id"), exemplo=Min("mensagem")).order_by("-n", "codigo")
    return [GrupoDeFalhas(g["codigo"], g["n"], g["exemplo"]) for g in grupos[:50]]


def operacoes_do_reprocesso(reprocesso_id: int, situacao: int | None = None, codigo: str | None = None) -> Any:
    """The staged rows of a mass reprocess, as a subquery of ids."""
    itens = ReprocessoItem.objects.filter(reprocesso_id=reprocesso_id)
    if situacao is not None:
        itens = itens.filter(situacao=situacao)
    if codigo is not None:
        itens = itens.filter(codigo=codigo)
    return itens.values("operacao_id")
