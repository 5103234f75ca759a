"""What goes out, what comes back, and what it means: plain values, pickled by nobody and changed by nobody."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

TEMPO_LIMITE = 30.0


class TipoResultado(enum.Enum):
    SUCESSO = "sucesso"
    ERRO = "erro"
    ADIAR = "adiar"
    DESISTIR = "desistir"


@dataclass(frozen=True)
class Requisicao:
    """A call to make. `segredos` names headers that no curl may show; `tempo_limite` is of the whole call, in seconds.

    The engine adds `Idempotency-Key: <token>`, the same in every attempt of a message.
    """

    metodo: str
    url: str
    json: Any = None
    cabecalhos: Mapping[str, str] = field(default_factory=dict)
    segredos: frozenset[str] = frozenset()
    tempo_limite: float = TEMPO_LIMITE


@dataclass(frozen=True)
class Resposta:
    """What came back. `cabecalhos` have lower case names; `corpo` is text, without NUL, and `cortada` at 64 KiB."""

    status: int
    cabecalhos: Mapping[str, str]
    corpo: str
    segundos: float
    cortada: bool = False


@dataclass(frozen=True)
class Resultado:
    """What an answer means for its message.

    SUCESSO: 2. ERRO: 4, it waits for a person. ADIAR: again later, after `espere` at least, and 4 after the last try.
    DESISTIR: 3, there is nothing to tell any more; nobody has to do anything.
    `codigo` is the cause by which staff group errors; `mensagem` is what they read.
    `destino_falhou`: the other side is not well, whatever the message says: some of these in a row pause the context.
    By default only an ADIAR says so.
    """

    tipo: TipoResultado
    codigo: str = ""
    mensagem: str = ""
    espere: timedelta | None = None
    destino_falhou: bool | None = None

    @property
    def conta_como_falha(self) -> bool:
        return self.tipo is TipoResultado.ADIAR if self.destino_falhou is None else self.destino_falhou


def sucesso(mensagem: str = "") -> Resultado:
    return Resultado(TipoResultado.SUCESSO, mensagem=mensagem)


def erro(codigo: str, mensagem: str, *, destino_falhou: bool | None = None) -> Resultado:
    return Resultado(TipoResultado.ERRO, codigo, mensagem, destino_falhou=destino_falhou)


def adiar(
    codigo: str, mensagem: str, *, espere: timedelta | None = None, destino_falhou: bool | None = None
) -> Resultado:
    return Resultado(TipoResultado.ADIAR, codigo, mensagem, espere, destino_falhou)


def desistir(codigo: str, mensagem: str) -> Resultado:
    return Resultado(TipoResultado.DESISTIR, codigo, mensagem)
