"""Everything that staging holds of operations, as JSON: what is kept before a row is taken out or rewritten."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from django.db.models import Model

from pdv.replicacao.models import FinalizadorOperacaoPdv, ItemOperacaoPdv, OperacaoPdv, RecebimentoOperacaoPdv

Retrato = dict[str, Any]
FILHOS: dict[str, type[Model]] = {
    "itens": ItemOperacaoPdv,
    "finalizadores": FinalizadorOperacaoPdv,
    "recebimentos": RecebimentoOperacaoPdv,
}


def retratar(ids: Sequence[int]) -> dict[int, Retrato]:
    """By row id: `{"operacao": {...}, "itens": [...], "finalizadores": [...], "recebimentos": [...]}`, every column.

    Decimals, moments and UUIDs as text, bytes in base64. Four queries, in the caller's transaction.
    """
    retratos: dict[int, Retrato] = {
        linha["id"]: {"operacao": _em_json(linha)} for linha in OperacaoPdv.objects.filter(pk__in=ids).values()
    }
    for nome, modelo in FILHOS.items():
        achados: defaultdict[int, list[Any]] = defaultdict(list)
        for linha in modelo._default_manager.filter(operacao_id__in=ids).order_by("operacao_id", "item").values():
            achados[linha["operacao_id"]].append(_em_json(linha))
        for id_, retrato in retratos.items():
            retrato[nome] = achados[id_]
    return retratos


def _em_json(linha: Mapping[str, Any]) -> Any:
    return msgspec.to_builtins({k: bytes(v) if isinstance(v, memoryview) else v for k, v in linha.items()})


def remover(ids: Sequence[int]) -> None:
    """Take operations out of staging, children first. Who keeps what they held is the caller."""
    for modelo in FILHOS.values():
        modelo._default_manager.filter(operacao_id__in=ids).delete()
    OperacaoPdv.objects.filter(pk__in=ids).delete()
