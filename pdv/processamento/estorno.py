"""Estorno: the inverse of everything a generation did. Nothing is deleted; the generation stays, marked as reversed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from erp.estoque import lancamentos as estoque
from erp.estoque.models import Origem
from erp.estoque.rules import ZERO, MovimentoNovo
from erp.financeiro import lancamentos as financeiro
from erp.financeiro.rules import TituloNovo
from filas.drain import ConflitoTransitorio, ErroDefinitivo
from pdv.processamento.valores import Efeitos

PDV = int(Origem.PDV)
ChaveOperacao = tuple[int, UUID, int]
Contabil = Callable[[date], date]  # an accounting day to the first open one


class GeracaoAtual(NamedTuple):
    """How often an operation was processed, and the generation that is alive, if any."""

    ultima: int
    viva_id: int | None


def geracoes_de(cursor: CursorWrapper, chaves: Sequence[ChaveOperacao]) -> dict[ChaveOperacao, GeracaoAtual]:
    """The generations of operations, by natural key; an operation never processed is absent."""
    cursor.execute(
        """SELECT g.ponto_venda_id, g.instalacao, g.id_operacao, max(g.numero), max(g.id) FILTER (WHERE g.estornada_em IS NULL)
           FROM unnest(%s::bigint[], %s::uuid[], %s::bigint[]) AS x(pv, inst, op)
           JOIN pdv_geracao g ON g.ponto_venda_id = x.pv AND g.instalacao = x.inst AND g.id_operacao = x.op
           GROUP BY 1, 2, 3""",
        [[c[0] for c in chaves], [str(c[1]) for c in chaves], [c[2] for c in chaves]],
    )
    return {(pv, inst, op): GeracaoAtual(numero, viva) for pv, inst, op, numero, viva in cursor.fetchall()}


def bloqueios(cursor: CursorWrapper, geracoes: Sequence[int]) -> dict[int, ErroDefinitivo]:
    """What forbids the estorno of each generation, with its way out. Empty when nothing does."""
    return {
        geracao: ErroDefinitivo(
            "TITULO_BAIXADO",
            f"o(s) título(s) {', '.join(map(str, titulos))} já tem baixa: desfaça a baixa antes de estornar",
        )
        for geracao, titulos in financeiro.titulos_baixados(cursor, origem=PDV, ids=geracoes).items()
    }


def inversos(cursor: CursorWrapper, geracoes: Sequence[int], contabil: Contabil) -> Efeitos:
    """The inverse entries of `geracoes`, titles apart: the lock order puts them after stock and cash."""
    return Efeitos(
        estoque.inverter(cursor, origem=PDV, ids=geracoes, contabil=contabil),
        financeiro.inverter_lancamentos(cursor, origem=PDV, ids=geracoes, contabil=contabil),
        [],
    )


def inverter_titulos(cursor: CursorWrapper, geracoes: Sequence[int], contabil: Contabil) -> list[TituloNovo]:
    """The inverses of the titles of `geracoes`, locked; once more without settlement, now that nobody can settle them."""
    titulos = financeiro.inverter_titulos(cursor, origem=PDV, ids=geracoes, contabil=contabil)
    if financeiro.titulos_baixados(cursor, origem=PDV, ids=geracoes):
        raise ConflitoTransitorio("um título foi baixado enquanto era estornado")
    return titulos


def marcar_estornadas(
    cursor: CursorWrapper, geracoes: Sequence[int], *, agora: datetime, por: Sequence[str], motivos: Sequence[str]
) -> None:
    """Mark generations as reversed; raises when one of them already is: somebody else was faster."""
    cursor.execute(
        """UPDATE pdv_geracao g SET estornada_em = %s, estornada_por = x.por, motivo_estorno = x.motivo
           FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS x(id, por, motivo)
           WHERE g.id = x.id AND g.estornada_em IS NULL""",
        [agora, list(geracoes), list(por), list(motivos)],
    )
    if cursor.rowcount != len(geracoes):
        raise RuntimeError(f"{len(geracoes)} gerações a estornar, {cursor.rowcount} estornadas")


def custos_carimbados(movimentos: Sequence[MovimentoNovo]) -> dict[tuple[int, int, Decimal], list[Decimal]]:
    """Costs that generation N stamped, for N+1 to keep: (generation, product, quantity) -> costs."""
    custos: dict[tuple[int, int, Decimal], list[Decimal]] = {}
    for m in movimentos:
        custos.setdefault((m.origem_id, m.produto_id, -m.quantidade), []).append(m.custo or ZERO)
    return custos
