"""The way of a customer alive in processes of their own: gunicorn, the Monitor, two workers of the queue; and tills that post."""

from __future__ import annotations

import contextlib
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

from django.conf import settings

from tests.clientes.webservice.conftest import EXEMPLO, TOKEN
from tests.falhas.plataforma import Plataforma
from tests.falhas.vivos import Vivos

TOKEN_DA_PLATAFORMA = "segredo-da-plataforma"


@dataclass
class ClientesVivos(Vivos):
    plataforma: str = ""

    @property
    def ambiente(self) -> dict[str, str]:
        return super().ambiente | {
            "ILLI_URL": self.plataforma, "ILLI_TOKEN": TOKEN_DA_PLATAFORMA, "ILLI_TEMPO_LIMITE": "10",
            "CLIENTES_TOKEN_BIBLIOTECA": TOKEN,
        }  # fmt: skip

    @property
    def comandos(self) -> dict[str, list[str]]:
        return {
            "web": super().comandos["web"],
            "monitor": ["tests.falhas.varredor"],
            "fila-a": ["tests.falhas.carteiro"],
            "fila-b": ["tests.falhas.carteiro"],
        }


@contextlib.contextmanager
def clientes_vivos(chave: str, pasta: Path, plataforma: Plataforma) -> Iterator[ClientesVivos]:
    """Start everything; whatever happens, leave nothing running."""
    todos = ClientesVivos(chave, pasta, plataforma=plataforma.url)
    try:
        todos.levantar()
        yield todos
    finally:
        todos.parar()


@dataclass(eq=False)
class Caixa(threading.Thread):
    """Posts one change after another of its own customers; each until it is answered, as a till does, with its eventId."""

    numero: int
    clientes: list[str]
    porta: int
    chave: str
    parar: threading.Event
    aceitos: dict[str, dict[str, Any]] = field(default_factory=dict)  # eventId -> body
    ultimo: dict[str, dict[str, Any]] = field(default_factory=dict)  # customer -> the last body accepted
    quedas: int = 0
    erro: str = ""

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def run(self) -> None:
        vez = 0
        while not self.parar.is_set() and not self.erro:
            documento = self.clientes[vez % len(self.clientes)]
            vez += 1
            corpo = EXEMPLO | {
                "key": self.chave, "CPF_CGC": documento, "CODIGO_CLIENTE": documento, "FILIAL": f"LOJA {self.numero}",
                "eventId": f"{self.numero}-{vez}", "BAIRRO": f"BAIRRO {vez}", "CLIENTE_VAREJO": f"CLIENTE {self.numero}",
            }  # fmt: skip
            if self._insistir(corpo):
                self.aceitos[corpo["eventId"]] = self.ultimo[documento] = corpo

    def _insistir(self, corpo: dict[str, Any]) -> bool:
        """Until 200. The answer may be lost where the request was not: the same eventId makes it one."""
        ate = time.monotonic() + 180
        while time.monotonic() < ate:
            try:
                self._postar(corpo)
                return True
            except urllib.error.HTTPError as resposta:
                with resposta:
                    if resposta.code != 503:
                        self.erro = f"{resposta.code}: {resposta.read()[:500]!r}"
                        return False
            except (OSError, ValueError, HTTPException):  # the one who served us was killed: no answer, or half of one
                self.quedas += 1
            time.sleep(0.05)
        self.erro = "ninguém respondeu em três minutos"
        return False

    def _postar(self, corpo: dict[str, Any]) -> None:
        url = f"http://127.0.0.1:{self.porta}/bibliotecas/{settings.CLIENTES_TOKEN_BIBLIOTECA}/wosk_loja_cliente"
        pedido = urllib.request.Request(url, json.dumps(corpo).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(pedido, timeout=30) as resposta:
            dados = json.loads(resposta.read())
        assert dados["Mensagem"] == "OK" and dados["BAIRRO"] == corpo["BAIRRO"]
