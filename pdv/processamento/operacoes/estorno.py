"""Estorno: the inverse of everything a generation did. Nothing is deleted; the generation stays, marked as reversed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple, TypeVar
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from erp.estoque import lancamentos as estoque
from erp.estoque.models import Origem
from erp.estoque.rules import ZERO, MovimentoNovo
from erp.financeiro import lancamentos as financeiro
from erp.financeiro import quitacao
from erp.financeiro.quitacao import BaixaDePe
from erp.financeiro.rules import BaixaNova, LancamentoNovo, TituloNovo
from filas.drain import ConflitoTransitorio, ErroDefinitivo
from pdv.processamento.efeitos.datas import dia_local
from pdv.processamento.efeitos.valores import Efeitos

PDV = int(Origem.PDV)
ChaveOperacao = tuple[int, UUID, int]
T = TypeVar("T", MovimentoNovo, LancamentoNovo, TituloNovo, BaixaNova)
Custos = dict[tuple[int, int, Decimal], list[Decimal]]  # by generation, product and quantity
Contabil = Callable[[date], date]  # an accounting day to the first open one


class Cancelamento(NamedTuple):
    """The generation of a cancelamento, and when it happened."""

    geracao: int
    ocorrido_em: datetime
    data_contabil: date


class GeracaoAtual(NamedTuple):
    """How often an operation was processed, and the generation that is alive, if any, with the origin that it refers to."""

    ultima: int
    viva_id: int | None
    id_operacao_origem: int | None = None


NUNCA = GeracaoAtual(0, None)


def geracoes_de(cursor: CursorWrapper, chaves: Sequence[ChaveOperacao]) -> dict[ChaveOperacao, GeracaoAtual]:
    """The generations of operations, by natural key; an operation never processed is absent."""
    cursor.execute(
        """SELECT g.ponto_venda_id, g.instalacao, g.id_operacao, max(g.numero), max(g.id) FILTER (WHERE g.estornada_em IS NULL),
               max(g.id_operacao_origem) FILTER (WHERE g.estornada_em IS NULL)
           FROM unnest(%s::bigint[], %s::uuid[], %s::bigint[]) AS x(pv, inst, op)
           JOIN pdv_geracao g ON g.ponto_venda_id = x.pv AND g.instalacao = x.inst AND g.id_operacao = x.op
           GROUP BY 1, 2, 3""",
        [[c[0] for c in chaves], [str(c[1]) for c in chaves], [c[2] for c in chaves]],
    )
    return {(pv, inst, op): GeracaoAtual(*atual) for pv, inst, op, *atual in cursor.fetchall()}


def bloqueios(cursor: CursorWrapper, geracoes: Sequence[int]) -> dict[int, ErroDefinitivo]:
    """What forbids the estorno of each generation, with its way out. Empty when nothing does."""
    return {
        geracao: ErroDefinitivo("TITULO_BAIXADO", f"{'; '.join(_nomear(b) for b in baixas)}: desfaça antes de estornar")
        for geracao, baixas in baixas_que_impedem(cursor, geracoes).items()
    }


def baixas_que_impedem(cursor: CursorWrapper, geracoes: Sequence[int]) -> dict[int, list[BaixaDePe]]:
    """Settlements that stand on the titles of generations, made by something else: they must be undone first."""
    return quitacao.baixas_de_pe(cursor, origem=PDV, ids=geracoes)


def _nomear(baixa: BaixaDePe) -> str:
    dia = f"{dia_local(baixa.ocorrido_em):%d/%m/%Y}"
    return f"o título {baixa.documento or baixa.titulo_id}, parcela {baixa.parcela}, foi baixado em {dia} por {baixa.feita_por}"


def inversos(cursor: CursorWrapper, geracoes: Sequence[int], contabil: Contabil) -> Efeitos:
    """The inverse stock and cash entries of `geracoes`; titles wait until they are locked."""
    return Efeitos(
        estoque.inverter(cursor, origem=PDV, ids=geracoes, contabil=contabil),
        financeiro.inverter_lancamentos(cursor, origem=PDV, ids=geracoes, contabil=contabil),
        [],
        [],
    )


def inversos_de_titulos(cursor: CursorWrapper, geracoes: Sequence[int], contabil: Contabil) -> Efeitos:
    """The inverses of the titles and settlements of `geracoes`, whose titles the caller has locked.

    Looks once more for settlements that block, now that nobody can make one.
    """
    if baixas_que_impedem(cursor, geracoes):
        raise ConflitoTransitorio("um título foi baixado enquanto era estornado")
    return Efeitos(
        [],
        [],
        financeiro.inverter_titulos(cursor, origem=PDV, ids=geracoes, contabil=contabil),
        quitacao.inverter_baixas(cursor, origem=PDV, ids=geracoes, contabil=contabil),
    )


def em_nome_de(inverso: Efeitos, cancelamentos: Mapping[int, Cancelamento]) -> Efeitos:
    """Inverses as entries of the cancelamento that they are for: its generation, its moment, its accounting day."""

    def mudar(entrada: T) -> T:
        c = cancelamentos[entrada.origem_id]
        dia = max(entrada.data_contabil, c.data_contabil)
        return entrada._replace(origem_id=c.geracao, ocorrido_em=c.ocorrido_em, data_contabil=dia)

    return Efeitos(
        [mudar(m) for m in inverso.movimentos],
        [mudar(x) for x in inverso.lancamentos],
        [mudar(t) for t in inverso.titulos],
        [mudar(b) for b in inverso.baixas],
    )


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


def custos_carimbados(movimentos: Sequence[MovimentoNovo]) -> Custos:
    """Costs that generation N stamped, for N+1 to keep, by its inverses."""
    custos: Custos = {}
    for m in movimentos:
        custos.setdefault((m.origem_id, m.produto_id, -m.quantidade), []).append(m.custo or ZERO)
    return custos


def custos_de_antes(cursor: CursorWrapper, chaves: Sequence[ChaveOperacao]) -> tuple[dict[ChaveOperacao, int], Custos]:
    """Of operations without entries that stand, the last generation that moved stock, and the costs that it stamped."""
    cursor.execute(
        """SELECT x.pv, x.inst, x.op, u.id, m.produto_id, m.quantidade, m.custo
           FROM unnest(%s::bigint[], %s::uuid[], %s::bigint[]) AS x(pv, inst, op)
           CROSS JOIN LATERAL (SELECT g.id FROM pdv_geracao g
               WHERE g.ponto_venda_id = x.pv AND g.instalacao = x.inst AND g.id_operacao = x.op AND EXISTS (
                   SELECT 1 FROM estoque_movimento m
                   WHERE m.origem = 1 AND m.origem_id = g.id AND m.sequencia BETWEEN 0 AND 999999)
               ORDER BY g.numero DESC LIMIT 1) u
           JOIN estoque_movimento m ON m.origem = 1 AND m.origem_id = u.id AND m.sequencia BETWEEN 0 AND 999999
           ORDER BY u.id, m.sequencia""",
        [[c[0] for c in chaves], [str(c[1]) for c in chaves], [c[2] for c in chaves]],
    )
    ultimas: dict[ChaveOperacao, int] = {}
    custos: Custos = {}
    for pv, inst, op, geracao, produto, quantidade, custo in cursor.fetchall():
        ultimas[pv, inst, op] = geracao
        custos.setdefault((geracao, produto, quantidade), []).append(custo)
    return ultimas, custos
