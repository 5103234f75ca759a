"""Efí's notifications: a token that stands for a history, asked for and applied in order."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs

from erp.cobrancas.efi.leitura import centavos, ilegivel, instante
from erp.cobrancas.efi.links import cliente
from erp.provedores.cliente import trecho
from erp.provedores.webhooks import Ignorado

TOKEN_MAXIMO: Final = 80


class EventoDaEfi(NamedTuple):
    """One step of the history of a token. `valor` only where Efí says it."""

    numero: int
    cobranca: str
    status: str
    em: datetime
    valor: Decimal | None


def token_de(corpo: bytes) -> str:
    """The token of a body `notification=<token>`. Raises `Ignorado`."""
    try:
        ditos = parse_qs(corpo.decode("ascii"), strict_parsing=True).get("notification", [])
    except ValueError:
        ditos = []
    if len(ditos) != 1 or not 0 < len(ditos[0]) <= TOKEN_MAXIMO or not ditos[0].isprintable():
        raise Ignorado("não é uma notificação da Efí")
    return ditos[0]


def historia(token: str) -> list[EventoDaEfi]:
    """GET /notification/:token, oldest first."""
    corpo = cliente().json("GET", f"/notification/{trecho(token)}", rotulo="/notification/:token")
    dados = corpo.get("data") if isinstance(corpo, dict) else None
    if not isinstance(dados, list):
        raise ilegivel("notificação sem `data`")
    return sorted((_ler(um) for um in dados), key=lambda e: e.numero)


def _ler(dados: Any) -> EventoDaEfi:
    dados = dados if isinstance(dados, dict) else {}
    numero, status, ids = dados.get("id"), dados.get("status"), dados.get("identifiers")
    atual = status.get("current") if isinstance(status, dict) else None
    cobranca = ids.get("charge_id") if isinstance(ids, dict) else None
    if isinstance(numero, bool) or not isinstance(numero, int) or not isinstance(atual, str):
        raise ilegivel("evento de notificação sem número ou sem situação")
    valor = dados.get("value")
    return EventoDaEfi(
        numero, "" if cobranca is None else str(cobranca), atual, instante(dados.get("created_at")),
        None if valor is None else centavos(valor),
    )  # fmt: skip
