"""What a clerk types into the search box, as ids found by an index.

| typed                     | looked up in                     | index                                     |
|---------------------------|----------------------------------|-------------------------------------------|
| 44 characters             | notes, by chave                  | `hiperpdv_nota_chave` (chave, numero)     |
| E and 31 characters       | payments, by Pix end-to-end id   | `hiperpdv_finalizador_pix`, partial       |
| digits                    | operations, by number            | `hiperpdv_operacao_chave`, a probe a till |
| letters and digits, <= 20 | payments, by NSU                 | `hiperpdv_finalizador_nsu`, partial       |

Anything else finds nothing: a text is never looked for by scanning.
"""

from __future__ import annotations

import re

from django.db import connection

from pdv.processamento.models import Geracao
from pdv.processamento.selectors.ficha import operacao_da_nota
from pdv.replicacao.models import FinalizadorOperacaoPdv, NotaFiscal, OperacaoPdv

LIMITE = 500
_CHAVE = re.compile(r"[0-9A-Z]{44}")
_FIM_A_FIM = re.compile(r"E[0-9A-Za-z]{31}")
_NUMERO = re.compile(r"[0-9]{1,18}")  # 19 digits would overflow the column
_NSU = re.compile(r"[0-9A-Za-z]{1,20}")


def _limpo(termo: str) -> str:
    """Without the spaces and dots that come along when a number is copied."""
    return re.sub(r"[\s.]", "", termo)


def instalacoes(tabela: str) -> list[tuple[int, object]]:
    """The pairs (ponto_venda, instalação) of a table, hopping over its natural key: one probe per pair."""
    sql = f"""
        WITH RECURSIVE p AS (
            (SELECT ponto_venda_id, instalacao FROM {tabela} ORDER BY ponto_venda_id, instalacao LIMIT 1)
            UNION ALL
            SELECT n.ponto_venda_id, n.instalacao FROM p CROSS JOIN LATERAL (
                SELECT ponto_venda_id, instalacao FROM {tabela}
                WHERE (ponto_venda_id, instalacao) > (p.ponto_venda_id, p.instalacao)
                ORDER BY ponto_venda_id, instalacao LIMIT 1
            ) n
        )
        SELECT ponto_venda_id, instalacao FROM p"""  # the table's name comes from a model, never from a person
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def _por_numero(modelo: type[OperacaoPdv] | type[Geracao], numero: int) -> set[int]:
    tabela = modelo._meta.db_table
    pares = instalacoes(tabela)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT o.id FROM unnest(%s::bigint[], %s::uuid[]) AS p(ponto_venda_id, instalacao)
                JOIN LATERAL (
                    SELECT id FROM {tabela} t WHERE t.ponto_venda_id = p.ponto_venda_id
                    AND t.instalacao = p.instalacao AND t.id_operacao = %s LIMIT {LIMITE}
                ) o ON true LIMIT {LIMITE}""",
            [[p for p, _ in pares], [str(i) for _, i in pares], numero],
        )
        return {linha[0] for linha in cursor.fetchall()}


def _por_pagamento(**filtro: str) -> set[int]:
    return set(FinalizadorOperacaoPdv.objects.filter(**filtro).values_list("operacao_id", flat=True)[:LIMITE])


def _da_chave(chave: str) -> set[int]:
    """The operations of the notes with this chave."""
    achadas: set[int] = set()
    notas = NotaFiscal.objects.filter(chave=chave, id_operacao__isnull=False)
    for nota in notas.defer("xml")[:LIMITE]:
        operacao = operacao_da_nota(nota)
        if operacao is not None:
            achadas.add(operacao.pk)
    return achadas


def ids_de_operacoes(termo: str) -> set[int]:
    """Operations that match what was typed: number, chave of a note, NSU, Pix end-to-end id. At most some hundreds."""
    limpo = _limpo(termo)
    if _CHAVE.fullmatch(limpo.upper()):
        return _da_chave(limpo.upper())
    if _FIM_A_FIM.fullmatch(limpo):
        return _por_pagamento(end_to_end_id=limpo)
    achadas: set[int] = set()
    if _NUMERO.fullmatch(limpo):
        achadas |= _por_numero(OperacaoPdv, int(limpo))
    if _NSU.fullmatch(limpo):
        achadas |= _por_pagamento(nsu=limpo)
    return achadas


def ids_de_geracoes(termo: str) -> set[int]:
    """Generations of an operation, by its number."""
    limpo = _limpo(termo)
    return _por_numero(Geracao, int(limpo)) if _NUMERO.fullmatch(limpo) else set()


def ids_de_notas(termo: str) -> set[int]:
    """Notes by chave, or by the number of their operation (`hiperpdv_nota_operacao`, one probe per till)."""
    limpo = _limpo(termo)
    if _CHAVE.fullmatch(limpo.upper()):
        return set(NotaFiscal.objects.filter(chave=limpo.upper()).values_list("id", flat=True)[:LIMITE])
    if not _NUMERO.fullmatch(limpo):
        return set()
    tills = {ponto_venda for ponto_venda, _ in instalacoes(OperacaoPdv._meta.db_table)}
    notas = NotaFiscal.objects.filter(ponto_venda_id__in=tills, id_operacao=int(limpo))
    return set(notas.values_list("id", flat=True)[:LIMITE])
