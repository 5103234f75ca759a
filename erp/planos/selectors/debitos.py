"""What contracts owe, and which of them have gone beyond what they allow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.backends.utils import CursorWrapper

from erp.financeiro.contratos import SQL_BAIXADO, SQL_SALDO_ABERTO, SQL_VIVO
from erp.financeiro.models import Origem
from erp.planos.models import Situacao

CONTRATO = Origem.CONTRATO.value


class Debito(NamedTuple):
    """The instalments of a contract past due and open on a day; `titulo_id` is the oldest."""

    contratacao_id: int
    numero: int
    situacao: int
    titular_id: str
    titulo_id: int
    mais_antigo: date
    parcelas: int
    vencido: Decimal
    avisos_exigidos: int
    dias_entre_avisos: int
    ativo_desde: date  # notices given before it was last brought back were of another time
    acordo_ate: date | None  # the last agreement, also one that is over


# Titles are found by `titulo_chave` (origem, origem_id, sequencia), settlements by title: the cost is that of the stretch.
_DEBITOS = f"""
    SELECT c.id, c.numero, c.situacao, c.titular_id, d.titulo, d.mais_antigo, d.parcelas, d.vencido,
           c.avisos_exigidos, c.dias_entre_avisos,
           (SELECT max(m.dia) FROM planos_mudancacontratacao m WHERE m.contratacao_id = c.id AND m.para = 1),
           c.acordo_ate
    FROM planos_contratacao c CROSS JOIN LATERAL (
        SELECT (array_agg(a.id ORDER BY a.vencimento, a.id))[1] AS titulo, min(a.vencimento) AS mais_antigo,
               count(*) AS parcelas, sum(a.aberto) AS vencido
        FROM (SELECT t.id, t.vencimento, {SQL_SALDO_ABERTO} AS aberto FROM financeiro_titulo t
              WHERE t.origem = {CONTRATO} AND t.origem_id = c.id AND t.sequencia >= 0 AND t.vencimento < %(dia)s) a
        WHERE a.aberto > 0) d
    WHERE c.id = ANY(%(ids)s) AND d.titulo IS NOT NULL"""

# Past due and open of the contract of an outer row of `planos_contratacao`, on a day, as Django's Func takes it.
SQL_VENCIDO = f"""(SELECT sum({SQL_SALDO_ABERTO}) FROM financeiro_titulo t WHERE t.origem = {CONTRATO}
    AND t.origem_id = "planos_contratacao"."id" AND t.sequencia >= 0 AND t.vencimento < %(expressions)s)"""

# An agreement holds through its day. Months are those of the calendar: 29/02 and twelve months is 28/02.
ATRASO_DE_SUSPENSAO = "c.situacao = 1 AND d.mais_antigo + c.dias_para_suspender::int < %(dia)s"
ATRASO_DE_CANCELAMENTO = (
    "c.situacao IN (1, 2) AND (d.mais_antigo + make_interval(months => c.meses_para_cancelar::int))::date < %(dia)s"
)
_SEM_ACORDO = "(c.acordo_ate IS NULL OR c.acordo_ate < %(dia)s)"


def debitos(cursor: CursorWrapper, ids: Sequence[int], dia: date) -> dict[int, Debito]:
    """Of these contracts, those with something past due and open on `dia`: a debt is so the day after its due date."""
    return {d.contratacao_id: d for d in _ler(cursor, "", ids, dia)}


def a_suspender(cursor: CursorWrapper, ids: Sequence[int], dia: date) -> list[Debito]:
    """Of these, the active ones overdue beyond their days, without an agreement, by id."""
    return _ler(cursor, f"AND {ATRASO_DE_SUSPENSAO} AND {_SEM_ACORDO}", ids, dia)


def a_cancelar(cursor: CursorWrapper, ids: Sequence[int], dia: date) -> list[Debito]:
    """Of these, the live ones overdue beyond their months, without an agreement, by id. Their notices are another matter."""
    return _ler(cursor, f"AND {ATRASO_DE_CANCELAMENTO} AND {_SEM_ACORDO}", ids, dia)


def _ler(cursor: CursorWrapper, condicao: str, ids: Sequence[int], dia: date) -> list[Debito]:
    cursor.execute(f"{_DEBITOS} {condicao} ORDER BY c.id", {"ids": list(ids), "dia": dia})
    return [Debito._make(linha) for linha in cursor.fetchall()]


def a_estornar(cursor: CursorWrapper, ids: Sequence[int], dia: date) -> dict[int, Decimal]:
    """What cancelling these contracts on `dia` would reverse: what falls due from then on and has nothing paid."""
    cursor.execute(
        f"""SELECT t.origem_id, sum(t.valor) FROM financeiro_titulo t WHERE t.origem = {CONTRATO} AND t.origem_id = ANY(%s)
              AND t.sequencia >= 0 AND t.vencimento >= %s AND {SQL_VIVO} AND {SQL_BAIXADO} = 0 GROUP BY 1""",
        [list(ids), dia],
    )
    return dict(cursor.fetchall())


def nos_estados(cursor: CursorWrapper, situacoes: Sequence[Situacao], depois_de: int, limite: int) -> list[int]:
    """The next contracts in these states, by id."""
    cursor.execute(
        "SELECT id FROM planos_contratacao WHERE situacao = ANY(%s) AND id > %s ORDER BY id LIMIT %s",
        [[int(s) for s in situacoes], depois_de, limite],
    )
    return [linha[0] for linha in cursor.fetchall()]
