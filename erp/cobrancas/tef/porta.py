"""Who can be asked of a card sale by its NSU, and the one there is: a gateway that answers over HTTP."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, NamedTuple, Protocol

from django.conf import settings
from django.utils import timezone

from erp.provedores.autorizacao import portador
from erp.provedores.cliente import Cliente, trecho
from erp.provedores.erros import FalhaDefinitiva, FalhaPassageira
from erp.provedores.registro import Provedor

NOME: Final = "tef"
ESTADOS: Final = {"pendente": 0, "confirmada": 1, "desfeita": 2, "cancelada": 3, "negada": 4}


class RemotaTef(NamedTuple):
    """What the gateway says of a sale: the number of `TefEvento.Estado`, and its authorization."""

    estado: int
    autorizacao: str


class PortaTef(Protocol):
    """Raises `FalhaPassageira` or `FalhaDefinitiva`."""

    def configurado(self) -> bool: ...

    def consultar(self, nsu: str, dia: date) -> RemotaTef | None:
        """None: it knows no such sale."""


class Tef(Provedor):
    """The gateway of the pinpads, by an address of the company's own (each network's gateway has another API)."""

    nome = NOME
    titulo = "TEF (consulta por NSU)"
    exige = ("TEF_URL", "TEF_TOKEN")

    def testar(self) -> str:
        TefHttp().consultar("0", timezone.localdate() - timedelta(days=1))
        return "O TEF aceitou a credencial e respondeu."


class TefHttp:
    """GET {TEF_URL}/transacoes/{nsu}?data=2026-12-31 -> {"estado": "confirmada", "autorizacao": "123456"}."""

    def configurado(self) -> bool:
        return Tef().configurado()

    def consultar(self, nsu: str, dia: date) -> RemotaTef | None:
        cliente = Cliente(NOME, settings.TEF_URL, autorizacao=portador(settings.TEF_TOKEN))
        try:
            corpo = cliente.json(
                "GET", f"/transacoes/{trecho(nsu)}", parametros={"data": dia.isoformat()}, rotulo="/transacoes/:nsu"
            )
        except FalhaDefinitiva as erro:
            if erro.status == 404:
                return None
            raise
        estado = corpo.get("estado") if isinstance(corpo, dict) else None
        if estado not in ESTADOS:
            raise FalhaPassageira("RESPOSTA_ILEGIVEL", f"o TEF respondeu um estado desconhecido: {str(estado)[:30]!r}")
        autorizacao = corpo.get("autorizacao")
        return RemotaTef(ESTADOS[estado], autorizacao[:128] if isinstance(autorizacao, str) else "")


_portas: list[PortaTef] = [TefHttp()]


def porta_tef() -> PortaTef | None:
    """Who can be asked now: the first that is configured."""
    return next((p for p in _portas if p.configurado()), None)


def registrar_porta_tef(porta: PortaTef) -> None:
    """Another gateway, asked before those known."""
    _portas.insert(0, porta)
