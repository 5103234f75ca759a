"""Reading a till's day: manifests, staged operations with their live generations, notes with their documents.

The natural keys serve every query: (ponto_venda, instalacao, id_operacao) of staging and generations, (ponto_venda,
id_operacao) of notes, (chave, numero) of documents. Where the day's numbers lie is known from its touches and manifests,
so no index on a moment is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from pdv.conferencia.models import Manifesto
from pdv.conferencia.valores import Declarado, Leitura, NotaDoDia, Recebida
from pdv.manifesto import limites_do_dia
from pdv.tabelas import Especie

Onde = list[tuple[UUID, int, int]]  # (instalacao, from, to): the numbers of a day lie there, among others

_OPERACOES: Final = """
SELECT o.id, o.instalacao, o.id_operacao, o.guid_operacao, o.operacao, o.valor_total, o.cancelado, o.situacao_replicacao,
       o.aguarda, o.data_hora_inicio, o.recebido_em, g.valor_total
FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[]) AS f(instalacao, de, ate)
JOIN hiperpdv_operacao_pdv o ON o.ponto_venda_id = %s AND o.instalacao = f.instalacao
    AND o.id_operacao BETWEEN f.de AND f.ate
LEFT JOIN pdv_geracao g ON g.ponto_venda_id = o.ponto_venda_id AND g.instalacao = o.instalacao
    AND g.id_operacao = o.id_operacao AND g.estornada_em IS NULL
WHERE o.data_hora_inicio >= %s AND o.data_hora_inicio < %s
"""
_NOTA: Final = """
SELECT n.id, n.id_operacao, n.instalacao, n.chave, n.numero, n.serie, n.situacao_replicacao, n.situacao, n.data_emissao,
       n.valor_total, d.situacao, d.valor_total
FROM hiperpdv_nota_fiscal n
LEFT JOIN LATERAL (
    SELECT d.situacao, d.valor_total FROM fiscal_documento d
    WHERE d.chave = n.chave AND d.numero = n.numero AND d.estorno_de IS NULL
        AND NOT EXISTS (SELECT 1 FROM fiscal_documento e WHERE e.estorno_de = d.id)
    ORDER BY d.geracao DESC LIMIT 1
) d ON true
WHERE n.ponto_venda_id = %s AND n.data_emissao >= %s AND n.data_emissao < %s
"""
_FOLGA_DA_NOTA: Final = timedelta(days=1)  # the note of a sale around midnight; another installation's has other days


def ler_dia(cursor: CursorWrapper, *, ponto_venda_id: int, dia: date, onde: Onde, emite_nota: bool) -> Leitura:
    """Everything that `rules.apurar` needs of a till's day."""
    manifestos = manifestos_que_valem(Manifesto.objects.filter(ponto_venda_id=ponto_venda_id, dia=dia, id_turno=None))
    recebidas = ler_operacoes(cursor, ponto_venda_id, dia, juntar(onde, de_manifestos(manifestos)))
    numeros = {r.id_operacao for r in recebidas}
    notas = _notas_das_operacoes(cursor, ponto_venda_id, dia, sorted(numeros))
    return Leitura(
        declarados=[_declarado(m) for m in manifestos],
        recebidas=recebidas,
        canceladas_depois=_canceladas_depois(cursor, ponto_venda_id, recebidas),
        notas=notas,
        orfas=_orfas(cursor, ponto_venda_id, dia, juntar(onde, de_manifestos(manifestos)), numeros),
        emite_nota=emite_nota,
    )


def manifestos_que_valem(manifestos: Iterable[Manifesto]) -> list[Manifesto]:
    """One for each database of the till, the newest.

    A till that took a new installation keeps its rows: both manifests of the day begin with the same operation. One
    that was reinstalled counts from 1 again, with other guids, and both stand.
    """
    por_banco: dict[object, Manifesto] = {}
    for m in sorted(manifestos, key=lambda m: (m.recebido_em, m.pk)):
        por_banco[(m.primeira, m.guid_primeira) if m.primeira is not None else m.instalacao] = m
    return sorted(por_banco.values(), key=lambda m: m.pk)


def de_manifestos(manifestos: Iterable[Manifesto]) -> Onde:
    return [(m.instalacao, m.primeira, m.ultima) for m in manifestos if m.primeira is not None and m.ultima is not None]


def juntar(*partes: Onde) -> Onde:
    """One range for each installation."""
    juntas: dict[UUID, tuple[int, int]] = {}
    for instalacao, de, ate in (x for parte in partes for x in parte):
        antes = juntas.get(instalacao, (de, ate))
        juntas[instalacao] = (min(de, antes[0]), max(ate, antes[1]))
    return [(instalacao, de, ate) for instalacao, (de, ate) in sorted(juntas.items())]


def _declarado(m: Manifesto) -> Declarado:
    return Declarado(
        m.instalacao, m.recebido_em, m.quantidade, m.valor_total, m.canceladas, m.notas.get("quantidade", 0),
        m.notas.get("pendentes", 0), m.faixas, m.pendentes, m.ignoradas, m.hash,
    )  # fmt: skip


def ler_operacoes(cursor: CursorWrapper, ponto_venda_id: int, dia: date, onde: Onde) -> list[Recebida]:
    if not onde:
        return []
    instalacoes, des, ates = zip(*onde, strict=True)
    limites = limites_do_dia(dia)
    cursor.execute(
        _OPERACOES, [[str(i) for i in instalacoes], list(des), list(ates), ponto_venda_id, *limites]
    )  # fmt: skip
    return [Recebida._make(linha) for linha in cursor.fetchall()]


def _canceladas_depois(cursor: CursorWrapper, ponto_venda_id: int, recebidas: Sequence[Recebida]) -> frozenset[int]:
    vendas = {(r.instalacao, r.id_operacao): r.id for r in recebidas if r.especie == Especie.VENDA}
    if not vendas:
        return frozenset()
    cursor.execute(
        "SELECT instalacao, id_operacao_origem FROM hiperpdv_operacao_pdv WHERE ponto_venda_id = %s "
        "AND id_operacao_origem = ANY(%s) AND operacao = %s AND NOT cancelado",
        [ponto_venda_id, [n for _, n in vendas], Especie.CANCELAMENTO.value],
    )
    return frozenset(vendas[chave] for chave in cursor.fetchall() if chave in vendas)


def _notas_das_operacoes(
    cursor: CursorWrapper, ponto_venda_id: int, dia: date, numeros: Sequence[int]
) -> list[NotaDoDia]:
    if not numeros:
        return []
    inicio, fim = limites_do_dia(dia)
    parametros: list[Any] = [ponto_venda_id, inicio - _FOLGA_DA_NOTA, fim + _FOLGA_DA_NOTA, list(numeros)]
    cursor.execute(f"{_NOTA} AND n.id_operacao = ANY(%s)", parametros)
    return [NotaDoDia._make(linha) for linha in cursor.fetchall()]


def _orfas(
    cursor: CursorWrapper, ponto_venda_id: int, dia: date, onde: Onde, conhecidas: set[int]
) -> list[NotaDoDia]:  # fmt: skip
    """Notes issued on the day whose operation is nowhere: no number at all, or one that is not in staging."""
    limites = limites_do_dia(dia)
    cursor.execute(f"{_NOTA} AND n.id_operacao IS NULL", [ponto_venda_id, *limites])
    achadas = [NotaDoDia._make(linha) for linha in cursor.fetchall()]
    if onde:
        de, ate = min(x[1] for x in onde), max(x[2] for x in onde)
        cursor.execute(
            f"""{_NOTA} AND n.id_operacao BETWEEN %s AND %s AND n.id_operacao <> ALL(%s) AND NOT EXISTS (
                SELECT 1 FROM hiperpdv_operacao_pdv o WHERE o.ponto_venda_id = n.ponto_venda_id
                AND o.instalacao = n.instalacao AND o.id_operacao = n.id_operacao)""",
            [ponto_venda_id, *limites, de, ate, list(conhecidas)],
        )
        achadas += [NotaDoDia._make(linha) for linha in cursor.fetchall()]
    return achadas
