"""A context of the tests: what it is told to do is in the content of each message."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from filas.fila.contextos import Contexto, Requisicao, Resposta
from filas.models import Mensagem, Tentativa

NOME = "Provas"


class Provas(Contexto):
    """Calls a function instead of the network; remembers every call, in the order in which they ended."""

    nome = NOME
    titulo = "Provas"

    def __init__(self, **opcoes: Any) -> None:
        self.chamadas: list[tuple[str, dict[str, Any]]] = []
        self.tokens: list[str] = []
        self.ao_mesmo_tempo = self.maximo = 0
        self.trava = threading.Lock()
        self.demora = 0.0
        self.pronto = True
        self.status = 200
        self.cabecalhos: dict[str, str] = {}
        self.atuais: dict[str, dict[str, Any]] = {}
        for nome, valor in opcoes.items():
            setattr(self, nome, valor)

    def configurado(self) -> bool:
        return self.pronto

    def montar(self, conteudo: dict[str, Any]) -> Requisicao:
        return Requisicao("POST", "http://destino.exemplo/provas", json=conteudo)

    def chamar(self, requisicao: Requisicao) -> Resposta:
        with self.trava:
            self.ao_mesmo_tempo += 1
            self.maximo = max(self.maximo, self.ao_mesmo_tempo)
        time.sleep(self.demora)
        with self.trava:
            self.ao_mesmo_tempo -= 1
            self.chamadas.append((requisicao.cabecalhos["Idempotency-Key"], requisicao.json))
        return Resposta(self.status, self.cabecalhos, "{}", self.demora)

    def conteudo_atual(self, chaves: Sequence[str]) -> dict[str, dict[str, Any]]:
        return {chave: self.atuais[chave] for chave in chaves if chave in self.atuais}

    def espera(self, tentativa: int) -> timedelta:
        return timedelta(0)


def mensagem(chave: str = "1") -> Mensagem:
    """The last message of a record."""
    return Mensagem.objects.filter(contexto=NOME, chave=chave).latest("id")


def tentativas(token: UUID) -> list[Tentativa]:
    mensagem = Mensagem.objects.get(token=token)
    return list(Tentativa.objects.filter(mensagem_id=mensagem.pk).order_by("id"))
