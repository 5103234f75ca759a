"""A process that sends, to be killed and stopped: `python -m tests.filas.fila.trabalhador`.

Its context comes in the environment (`PROVAS`, JSON): the address of the other side and whatever limit the test sets.
It says `pronto`, works until what is due is done, waits a little, and begins again, until somebody ends it.
"""

from __future__ import annotations

import json
import os
import time
from datetime import timedelta
from typing import Any

import django

django.setup()

from filas.fila.contextos import Contexto, Requisicao  # noqa: E402  # after setup, which reads the models
from filas.fila.motor import enviar  # noqa: E402  # idem


class Rede(Contexto):
    nome = "Provas"
    titulo = "Provas"

    def __init__(self, url: str, espera: float = 0, reserva: float = 60, **opcoes: Any) -> None:
        self.url = url
        self.segundos = espera
        self.reserva = timedelta(seconds=reserva)
        for nome, valor in opcoes.items():
            setattr(self, nome, valor)

    def montar(self, conteudo: dict[str, Any]) -> Requisicao:
        return Requisicao("POST", self.url, json=conteudo)

    def espera(self, tentativa: int) -> timedelta:
        return timedelta(seconds=self.segundos)


if __name__ == "__main__":
    rede = Rede(**json.loads(os.environ["PROVAS"]))
    print("pronto", flush=True)
    while True:
        enviar([rede], segundos=5)
        time.sleep(0.05)
