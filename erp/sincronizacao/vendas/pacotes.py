"""Rows of staging as the package of a till, which is what they came from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from erp.sincronizacao.models import VendaAEnviar
from pdv.replicacao.colunas import COLUNAS_NOTA, COLUNAS_OPERACAO, COLUNAS_TURNO, FILHOS
from pdv.replicacao.esquema import VERSAO
from pdv.replicacao.models import NotaFiscal, OperacaoPdv, Turno
from pdv.replicacao.retrato import FILHOS as MODELOS

REPLICADOR: Final = "sincronizacao 1"
Tipo = VendaAEnviar.Tipo
Linhas = dict[int, dict[str, Any]]  # row id -> as the till said it


def ler_linhas(tipo: int, ids: Sequence[int]) -> Linhas:
    """The rows that still are in staging, as they are now."""
    if tipo == Tipo.OPERACAO:
        return _operacoes(ids)
    if tipo == Tipo.NOTA:
        return {
            n.pop("id"): n for n in NotaFiscal.objects.filter(pk__in=ids).order_by("pk").values("id", *COLUNAS_NOTA)
        }
    return {t.pop("id"): t for t in Turno.objects.filter(pk__in=ids).order_by("pk").values("id", *COLUNAS_TURNO)}


def _operacoes(ids: Sequence[int]) -> Linhas:
    """Four queries, however many operations."""
    colunas = ("id", "cancelado", *COLUNAS_OPERACAO)
    operacoes: Linhas = {o.pop("id"): o for o in OperacaoPdv.objects.filter(pk__in=ids).order_by("pk").values(*colunas)}
    for nome, modelo in MODELOS.items():
        filhos: defaultdict[int, list[Any]] = defaultdict(list)
        linhas = modelo._default_manager.filter(operacao_id__in=ids).order_by("operacao_id", "item")
        for filho in linhas.values("operacao_id", *FILHOS[nome]):
            filhos[filho.pop("operacao_id")].append(filho)
        for pk, operacao in operacoes.items():
            operacao[nome] = filhos[pk]
    return operacoes


def montar(instalacao: UUID, turnos: Linhas, operacoes: Linhas, notas: Linhas) -> bytes:
    """The body of `POST /sincronizacao/vendas/<ponto de venda>`."""
    return msgspec.json.encode(
        {
            "versao": VERSAO,
            "instalacao": instalacao,
            "replicador": REPLICADOR,
            "turnos": list(turnos.values()),
            "operacoes": list(operacoes.values()),
            "notas": list(notas.values()),
        }
    )
