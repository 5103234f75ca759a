"""Manifests as a till would make them, out of the operations of the wire."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pdv.manifesto import Impressao, dia_da_loja, em_faixas
from pdv.replicacao.models import OperacaoPdv
from tests.pdv.elenco import INSTALACAO

Linha = dict[str, Any]


def linha_de(operacao: OperacaoPdv) -> Linha:
    """What the till has of a staged operation."""
    return {
        "id_operacao": operacao.id_operacao,
        "guid_operacao": operacao.guid_operacao,
        "operacao": operacao.operacao,
        "valor_total": operacao.valor_total,
        "cancelado": operacao.cancelado,
        "data_hora_inicio": operacao.data_hora_inicio,
    }


def novo_manifesto(operacoes: Iterable[Linha | OperacaoPdv], *, versao: int = 1, **campos: Any) -> Linha:
    """The manifest of the day of these operations, with a note for each sale unless told otherwise."""
    linhas = sorted((o if isinstance(o, dict) else linha_de(o) for o in operacoes), key=lambda o: o["id_operacao"])
    impressao = Impressao()
    for o in linhas:
        impressao.somar(o["id_operacao"], UUID(str(o["guid_operacao"])), Decimal(o["valor_total"]), o["cancelado"])
    validas = [o for o in linhas if not o["cancelado"]]
    canceladas = [o for o in linhas if o["cancelado"]]
    vendas = [o for o in linhas if o["operacao"] == 1]
    return {
        "tipo": "dia",
        "dia": _dia(linhas[0]["data_hora_inicio"]).isoformat() if linhas else "2026-03-10",
        "id_turno": None,
        "versao": versao,
        "gerado_em": "2026-07-01T22:00:00-03:00",
        "quantidade": len(linhas),
        "primeira": linhas[0]["id_operacao"] if linhas else None,
        "ultima": linhas[-1]["id_operacao"] if linhas else None,
        "guid_primeira": str(linhas[0]["guid_operacao"]) if linhas else None,
        "valor_total": _soma(validas),
        "canceladas": len(canceladas),
        "valor_cancelado": _soma(canceladas),
        "por_especie": _por_especie(linhas),
        "por_finalizador": [],
        "notas": {"quantidade": len(vendas), "valor_total": _soma(vendas), "pendentes": 0},
        "faixas": em_faixas(o["id_operacao"] for o in linhas),
        "pendentes": [],
        "ignoradas": [],
        "valor_ignorado": "0.00",
        "abertas": [],
        "hash": impressao.hexa(),
    } | campos


def nova_remessa(*manifestos: Linha, instalacao: UUID = INSTALACAO, **campos: Any) -> Linha:
    return {
        "versao": 1, "instalacao": str(instalacao), "replicador": "1.0", "manifestos": list(manifestos),
    } | campos  # fmt: skip


def _soma(linhas: Sequence[Linha]) -> str:
    return str(sum((Decimal(o["valor_total"]) for o in linhas), Decimal("0.00")))


def _por_especie(linhas: Sequence[Linha]) -> list[Linha]:
    grupos: dict[int, list[Linha]] = defaultdict(list)
    for o in linhas:
        grupos[o["operacao"]].append(o)
    return [
        {
            "operacao": especie, "quantidade": len(grupo), "valor": _soma([o for o in grupo if not o["cancelado"]]),
            "canceladas": sum(o["cancelado"] for o in grupo),
        }
        for especie, grupo in sorted(grupos.items())
    ]  # fmt: skip


def _dia(inicio: Any) -> date:
    return dia_da_loja(inicio if isinstance(inicio, datetime) else datetime.fromisoformat(inicio))
