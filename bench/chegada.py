"""Units straight into staging by COPY, as if they had come over HTTP: what processing alone is measured with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from bench.unidades import Colunas, Unidade, colunas
from filas.copia import copiar, reservar_ids

OPERACAO, ITEM = "hiperpdv_operacao_pdv", "hiperpdv_item_operacao_pdv"
FINALIZADOR, NOTA = "hiperpdv_finalizador_operacao_pdv", "hiperpdv_nota_fiscal"


def receber(unidades: Sequence[Unidade], banco: str = "default") -> None:
    """Stage `unidades` at situacao 1, due now, in one transaction."""
    agora = timezone.now()
    partes = [colunas(u) for u in unidades]
    with transaction.atomic(using=banco), connections[banco].cursor() as cursor:
        ids = reservar_ids(cursor, OPERACAO, len(partes))
        _copiar(
            cursor,
            OPERACAO,
            ({"id": i} | p.operacao | _recebido(u, agora) for i, p, u in zip(ids, partes, unidades, strict=True)),
        )
        _copiar(cursor, ITEM, _filhos(ids, partes, "itens"))
        _copiar(cursor, FINALIZADOR, _filhos(ids, partes, "finalizadores"))
        _copiar(cursor, NOTA, (p.nota | _recebido(u, agora) for p, u in zip(partes, unidades, strict=True)))


def _recebido(u: Unidade, agora: datetime) -> dict[str, object]:
    return {
        "ponto_venda_id": u.pdv.id, "filial_id": u.pdv.filial_id, "instalacao": u.pdv.instalacao, "recebido_em": agora,
        "hash_conteudo": b"\x01" + hashlib.sha256(u.chave.encode()).digest(), "situacao_replicacao": 1,
        "proxima_tentativa_em": agora, "tentativas": 0, "mortes": 0, "erro_codigo": "", "erro_mensagem": "",
        "processado_em": None,
    }  # fmt: skip


def _filhos(ids: Sequence[int], partes: Sequence[Colunas], quais: str) -> Iterable[dict[str, object]]:
    for operacao_id, parte in zip(ids, partes, strict=True):
        for filho in getattr(parte, quais):
            yield {"operacao_id": operacao_id} | filho


def _copiar(cursor: CursorWrapper, tabela: str, linhas: Iterable[dict[str, object]]) -> None:
    linhas = list(linhas)
    if linhas:
        copiar(cursor, tabela, list(linhas[0]), [tuple(linha.values()) for linha in linhas])
