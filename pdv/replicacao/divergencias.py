"""What came under a known key with other content: kept once for each content, counted when it comes again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.backends.utils import CursorWrapper

from pdv.replicacao.armazem import Origem


class DivergenciaNova(NamedTuple):
    operacao_id: int
    hash: bytes
    conteudo: dict[str, Any]
    diferencas: list[dict[str, Any]]


_MANTIDA_DE_NOVO = """
UPDATE pdv_divergencia SET vezes = vezes + 1 WHERE id = (
    SELECT max(id) FROM pdv_divergencia WHERE operacao_id = %s AND hash_conteudo = %s AND decisao = 'recusada'
    AND diferencas = %s::jsonb AND conteudo -> 'cancelado' = %s::jsonb -> 'cancelado')
"""
_DIVERGENCIA = """
INSERT INTO pdv_divergencia AS d
    (operacao_id, ponto_venda_id, filial_id, hash_conteudo, conteudo, diferencas, recebida_em, vezes, decisao,
    decidida_por, motivo)
VALUES (%s, %s, %s, %s, %s, %s, %s, 1, '', '', '') ON CONFLICT (operacao_id, hash_conteudo) WHERE decisao = '' DO UPDATE SET
    vezes = d.vezes + 1, diferencas = excluded.diferencas, conteudo = excluded.conteudo
"""


def guardar_divergencias(cursor: CursorWrapper, origem: Origem, divergencias: Iterable[DivergenciaNova]) -> None:
    """Keep what arrived, once for each content; the same content again is counted.

    What a person refused, against the very same staged content, is counted too and not asked again. Otherwise a
    decision was about something else: what arrives waits for one of its own.
    """
    for nova in divergencias:
        conteudo, diferentes = json.dumps(nova.conteudo), json.dumps(nova.diferencas)
        cursor.execute(_MANTIDA_DE_NOVO, [nova.operacao_id, nova.hash, diferentes, conteudo])
        if cursor.rowcount == 0:
            cursor.execute(
                _DIVERGENCIA,
                [
                    nova.operacao_id, origem.ponto_venda_id, origem.filial_id, nova.hash, conteudo, diferentes,
                    origem.agora,
                ],
            )  # fmt: skip
