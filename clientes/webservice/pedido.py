"""The values that travel between reading, deciding, writing and answering. No Django, no query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from clientes.webservice.campos import (
    CADASTRAMENTO,
    CODIGO_CLIENTE,
    DATA_PARA_TRANSFERENCIA,
    DETALHADA,
    MENSAGEM,
)
from clientes.webservice.codigos import EXPLICACAO, Regra

ACRESCIMO: Final = (MENSAGEM, DETALHADA, CODIGO_CLIENTE, CADASTRAMENTO, DATA_PARA_TRANSFERENCIA)
PREFIXO_ERRO: Final = "CLIENTES_VAREJO: "


class Problema(NamedTuple):
    """Why a request is refused. `campo` is empty when it is the whole of it; `mensagem` never shows a document."""

    campo: str
    regra: Regra
    mensagem: str

    def como_json(self) -> dict[str, str]:
        return {"campo": self.campo, "regra": self.regra.value, "mensagem": self.mensagem}


@dataclass(frozen=True, slots=True)
class Pedido:
    """A request that was read without problems, ready to be decided and written.

    `valores` has the columns that came (attribute of `Cliente` -> value), after §3.3 to §3.5, and no other: an absent
    field keeps what the register has. It never has `codigo_cliente`, `filial`, `tipo_varejo` nor `obs`, which follow
    rules of their own; `estrangeiro` is always in it.
    """

    conteudo: dict[str, Any]  # the body as it came, without its `key`: what the answer echoes
    conteudo_json: str  # the same, in the order of its names: what is kept
    hash_conteudo: bytes  # of `conteudo_json`
    evento: str  # the `eventId`; empty: a number of the filial's will be its ID
    codigo_cliente: str  # §3.6
    documento: str  # what CPF_CGC is looked up by: letters and digits only; empty when there is none
    estrangeiro: bool  # §3.3
    filial: str  # the name (§3.10)
    tipo_varejo: str  # as sent, trimmed; whether it exists is asked at the writing (§3.2)
    obs: str | None  # None: it did not come
    valores: dict[str, Any]


class Gravado(NamedTuple):
    """A customer that is in the register, locked, as far as the decision goes."""

    codigo_cliente: str
    cpf_cgc: str
    documento: str
    estrangeiro: bool
    cadastramento: datetime
    obs: str


class Inserir(NamedTuple):
    """The customer is new (§4)."""


class Alterar(NamedTuple):
    """The customer is this one (§4)."""

    gravado: Gravado


Decisao = Inserir | Alterar | Problema


@dataclass(frozen=True, slots=True)
class Resultado:
    """What became of one request. `acrescimo` is what the answer adds to the echo, or, of a refusal, the whole answer."""

    status: int
    acrescimo: dict[str, Any]
    codigo_cliente: str = ""
    inserido: bool = False
    repetido: bool = False  # the stored answer of an earlier request

    @property
    def aceito(self) -> bool:
        return self.status == 200


def aceitar(codigo_cliente: str, cadastramento: str, transferencia: str, *, inserido: bool) -> Resultado:
    """The answer of §5."""
    acrescimo = {
        MENSAGEM: "OK",
        DETALHADA: "Registrado com sucesso.",
        CODIGO_CLIENTE: codigo_cliente,
        CADASTRAMENTO: cadastramento,
        DATA_PARA_TRANSFERENCIA: transferencia,
    }
    return Resultado(200, acrescimo, codigo_cliente, inserido)


def ecoar(corpo: Mapping[str, Any], resultado: Resultado) -> dict[str, Any]:
    """The answer to an accepted request: its echo and what §5 adds, in one order, for a stored answer has none."""
    return {**corpo, **{nome: resultado.acrescimo[nome] for nome in ACRESCIMO}}


def recusar(problemas: Sequence[Problema], codigo_cliente: str = "") -> Resultado:
    """The answer of an error (§5): one line that people read, and the problems one by one.

    The status is that of the gravest: what is wrong with the form of a request comes before what it asks for.
    """
    linha = "; ".join(f"{p.campo}: {p.mensagem}" if p.campo else p.mensagem for p in problemas)
    corpo = {MENSAGEM: "ERRO", DETALHADA: PREFIXO_ERRO + linha, "erros": [p.como_json() for p in problemas]}
    return Resultado(min(EXPLICACAO[p.regra][0] for p in problemas), corpo, codigo_cliente)


class Recusa(Exception):
    """A request that goes no further than its form: no key, no body that can be read, too big."""

    def __init__(self, regra: Regra, mensagem: str = "", campo: str = "", espere: int = 0) -> None:
        super().__init__(regra.value)
        self.espere = espere  # seconds
        self.problema = Problema(campo, regra, mensagem or EXPLICACAO[regra][1])
