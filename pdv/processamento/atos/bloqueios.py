"""What forbids doing rows again, said before anything changes; each with its way out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from erp.cadastros.rules import primeiro_dia_aberto
from erp.cadastros.selectors import periodos_fechados
from filas.drain import ErroDefinitivo
from pdv.processamento.models import Alvo
from pdv.processamento.operacoes import estorno

PERMISSAO_PERIODO = "processamento.lancar_periodo_fechado"
JA_NA_FILA = "JA_NA_FILA"
Vivas = Mapping[int, int]  # row -> its live generation, or document

_DIAS_DE_OPERACOES = """
    WITH viva AS (
        SELECT o.id, g.id AS geracao,
            (coalesce(o.data_hora_termino, o.data_hora_inicio) AT TIME ZONE 'America/Sao_Paulo')::date AS dia
        FROM hiperpdv_operacao_pdv o JOIN pdv_geracao g USING (ponto_venda_id, instalacao, id_operacao)
        WHERE o.id = ANY(%s) AND g.estornada_em IS NULL
    ), dias AS (
        SELECT id, dia FROM viva
        UNION SELECT v.id, x.data_contabil FROM viva v JOIN estoque_movimento x ON x.origem = 1 AND x.origem_id = v.geracao
        UNION SELECT v.id, x.data_contabil FROM viva v JOIN financeiro_lancamento x ON x.origem = 1 AND x.origem_id = v.geracao
        UNION SELECT v.id, x.data_contabil FROM viva v JOIN financeiro_titulo x ON x.origem = 1 AND x.origem_id = v.geracao
    )"""
_DIAS_DE_NOTAS = """
    WITH dias AS (
        SELECT n.id, unnest(ARRAY[d.data_contabil, (d.emissao AT TIME ZONE 'America/Sao_Paulo')::date]) AS dia
        FROM hiperpdv_nota_fiscal n
        JOIN fiscal_documento d ON d.chave = n.chave AND d.numero = n.numero AND d.estorno_de IS NULL
        WHERE n.id = ANY(%s) AND NOT EXISTS (SELECT 1 FROM fiscal_documento e WHERE e.estorno_de = d.id)
    )"""


class Visto(NamedTuple):
    """How far acts and generations had come when a page was shown: what is newer was not seen by who sends it."""

    ato: int
    geracao: int


def visto_agora(cursor: CursorWrapper, alvo: Alvo) -> Visto:
    tabela = "fiscal_documento" if alvo == Alvo.NOTA else "pdv_geracao"
    cursor.execute(
        f"SELECT coalesce((SELECT max(id) FROM pdv_ato_pessoa), 0), coalesce((SELECT max(id) FROM {tabela}), 0)"
    )
    return Visto._make(cursor.fetchone())


def mudaram(cursor: CursorWrapper, alvo: Alvo, ids: Sequence[int], vivas: Vivas, visto: Visto) -> str:
    """What happened to any of `ids` since `visto`, in words; empty when nothing did."""
    cursor.execute(
        """SELECT usuario, em FROM pdv_ato_pessoa WHERE alvo = %s AND alvo_id = ANY(%s) AND id > %s
           ORDER BY id DESC LIMIT 1""",
        [alvo, list(ids), visto.ato],
    )
    if ato := cursor.fetchone():
        return f"{ato[0]} agiu sobre a mesma seleção em {timezone.localtime(ato[1]):%d/%m/%Y %H:%M:%S}"
    if any(viva > visto.geracao for viva in vivas.values()):
        return "o processamento lançou de novo parte da seleção depois que esta página foi aberta"
    return ""


def bloqueios_de(
    cursor: CursorWrapper, alvo: Alvo, pendentes: Sequence[int], vivas: Vivas, usuario: User
) -> dict[int, ErroDefinitivo]:
    """By row, what forbids its estorno that can be told without trying; `pendentes` are those of them at 1.

    What the new posting itself would be refused for (stock below zero) only a rehearsal tells: see `previa`.
    """
    achados: dict[int, ErroDefinitivo] = {}
    if alvo == Alvo.OPERACAO:
        presas = estorno.bloqueios(cursor, list(vivas.values())) if vivas else {}
        achados = {id_: presas[viva] for id_, viva in vivas.items() if viva in presas}
    achados = periodos_que_impedem(cursor, alvo, list(vivas), usuario) | achados
    na_fila = [id_ for id_ in pendentes if id_ in vivas]
    for id_, quem in _quem_pediu(cursor, alvo, na_fila).items():
        achados[id_] = ErroDefinitivo(JA_NA_FILA, f"já está na fila para ser refeita, {quem}")
    return achados


def periodos_que_impedem(
    cursor: CursorWrapper, alvo: Alvo, ids: Sequence[int], usuario: User
) -> dict[int, ErroDefinitivo]:
    """Of `ids`, whose entries stand, those on a closed day that this person may not touch."""
    if usuario.has_perm(PERMISSAO_PERIODO):
        return {}
    return {id_: _periodo_fechado(*dias) for id_, dias in dias_fechados(cursor, alvo, ids).items()}


def dias_fechados(cursor: CursorWrapper, alvo: Alvo, ids: Sequence[int]) -> dict[int, tuple[date, date]]:
    """Of the rows `ids` that something stands of, those on a closed day, with the open day where it would be redone."""
    fechados = periodos_fechados()
    if not fechados or not ids:
        return {}
    cursor.execute(
        f"""{_DIAS_DE_NOTAS if alvo == Alvo.NOTA else _DIAS_DE_OPERACOES}
            SELECT d.id, min(d.dia) FROM dias d
            JOIN cadastros_periodocontabil p ON p.fechado AND d.dia BETWEEN p.inicio AND p.fim GROUP BY d.id""",
        [list(ids)],
    )
    return {id_: (dia, primeiro_dia_aberto(dia, fechados)) for id_, dia in cursor.fetchall()}


def _periodo_fechado(fechado: date, aberto: date) -> ErroDefinitivo:
    return ErroDefinitivo(
        "PERIODO_FECHADO",
        f"o dia {fechado:%d/%m/%Y} está num período fechado e o estorno cairia em {aberto:%d/%m/%Y}: "
        "você não tem a permissão de reprocessar período fechado",
    )


def _quem_pediu(cursor: CursorWrapper, alvo: Alvo, ids: Sequence[int]) -> dict[int, str]:
    if not ids:
        return {}
    cursor.execute(
        """SELECT x.id, a.usuario, a.em FROM unnest(%s::bigint[]) AS x(id) LEFT JOIN LATERAL (
               SELECT usuario, em FROM pdv_ato_pessoa WHERE alvo = %s AND alvo_id = x.id ORDER BY id DESC LIMIT 1
           ) a ON true""",
        [list(ids), alvo],
    )
    return {
        id_: f"a pedido de {quem} em {timezone.localtime(em):%d/%m/%Y %H:%M:%S}" if quem else "por fora do admin"
        for id_, quem, em in cursor.fetchall()
    }
