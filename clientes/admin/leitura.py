"""What came and what was answered, side by side, as this person may read it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from auditoria.rules import OCULTO, mascarar_campo, mascarar_documento, mascarar_texto
from clientes.models import RegistroRecebido
from clientes.webservice.campos import (
    CADASTRAMENTO,
    CAMPOS,
    CODIGO_CLIENTE,
    DATA_PARA_TRANSFERENCIA,
    DETALHADA,
    EVENTO,
    MENSAGEM,
    TIPO_VAREJO,
)
from erp.cadastros.documentos import mostrar

# What says nothing of who the customer is beyond what the list shows; of any other field, documents and phones are
# masked and the rest is hidden.
_ABERTOS = frozenset(
    {
        "CLIENTE_VAREJO", "FILIAL", "PF_PJ", "ESTRANGEIRO", "CIDADE", "UF", "PAIS", "STATUS", "TIPO_LOGRADOURO", "OMS",
        EVENTO, TIPO_VAREJO, CADASTRAMENTO, DATA_PARA_TRANSFERENCIA, MENSAGEM, DETALHADA,
    }
)  # fmt: skip
_CODIGOS = frozenset({CODIGO_CLIENTE, "CPF_CGC"})
_MASCARADOS = frozenset({"TELEFONE", "CELULAR", "EMAIL"})
_ERROS = "erros"
_NA_ORDEM = (
    EVENTO, CODIGO_CLIENTE, *(campo.nome for campo in CAMPOS), TIPO_VAREJO, "OMS", CADASTRAMENTO, DATA_PARA_TRANSFERENCIA,
    MENSAGEM, DETALHADA,
)  # fmt: skip
_ORDEM = {nome: n for n, nome in enumerate(_NA_ORDEM)}
_MAXIMO = 2_000  # letters of one value on the screen


class Linha(NamedTuple):
    """One field: what came, what was answered, and whether the answer says something else (or something more)."""

    campo: str
    recebido: str
    respondido: str
    mudou: bool


class Problema(NamedTuple):
    campo: str
    mensagem: str
    regra: str


@dataclass(frozen=True)
class Visor:
    """`inteiro`: of somebody who may read documents."""

    inteiro: bool

    def texto(self, texto: str) -> str:
        return texto if self.inteiro else mascarar_texto(texto)

    def codigo(self, codigo: str) -> str:
        """A customer's code is a document most of the time."""
        return codigo if self.inteiro else mascarar_texto(mostrar(codigo, inteiro=False))

    def valor(self, campo: str, valor: Any) -> str:
        """One value as text. Lists and objects, which the specification does not know, as JSON."""
        escrito = valor if isinstance(valor, str) else json.dumps(valor, ensure_ascii=False, default=str)
        if not self.inteiro:
            escrito = _mascarado(campo, valor, escrito)
        return escrito if len(escrito) <= _MAXIMO else f"{escrito[:_MAXIMO]}…"

    def pagina(self, registro: RegistroRecebido) -> dict[str, Any]:
        recebido, respondido = _campos(registro.conteudo), _respondido(registro)
        problemas = self.problemas(respondido)
        return {
            "linhas": self.lado_a_lado(recebido, respondido, problemas),
            "problemas": problemas,
            "dito": self.texto(str(respondido.get(DETALHADA, ""))),
            "bruto": "" if isinstance(registro.conteudo, Mapping) else self.valor("", registro.conteudo),
        }

    def lado_a_lado(
        self, recebido: Mapping[str, Any], respondido: Mapping[str, Any], problemas: Sequence[Problema] = ()
    ) -> list[Linha]:
        """Every field of either, in the order of the specification; those it does not know after them.

        The database keeps no order of fields. A field that was refused says why in the place of its answer.
        """
        motivos = {p.campo: p.mensagem for p in problemas}
        nomes = sorted({*recebido, *respondido} - {_ERROS}, key=lambda nome: (_ORDEM.get(nome, len(_ORDEM)), nome))
        return [
            Linha(
                nome,
                self.valor(nome, recebido[nome]) if nome in recebido else "",
                self.valor(nome, respondido[nome]) if nome in respondido else motivos.get(nome, ""),
                nome in motivos or (nome in respondido and recebido.get(nome) != respondido[nome]),
            )
            for nome in nomes
        ]

    def problemas(self, respondido: Mapping[str, Any]) -> list[Problema]:
        erros = respondido.get(_ERROS)
        return [
            Problema(*(self.texto(str(erro.get(nome) or "")) for nome in ("campo", "mensagem", "regra")))
            for erro in (erros if isinstance(erros, list) else [])
            if isinstance(erro, Mapping)
        ]


def _campos(corpo: Any) -> Mapping[str, Any]:
    return corpo if isinstance(corpo, Mapping) else {}


def _respondido(registro: RegistroRecebido) -> Mapping[str, Any]:
    """Of an accepted request is kept only what its answer adds to the echo."""
    resposta = _campos(registro.resposta)
    recusado = registro.resultado == RegistroRecebido.Resultado.RECUSADO
    return resposta if recusado else {**_campos(registro.conteudo), **resposta}


def _mascarado(campo: str, valor: Any, escrito: str) -> str:
    if escrito in ("", "null"):
        return ""
    if campo in _ABERTOS and not isinstance(valor, list | Mapping):
        return mascarar_texto(escrito)
    if campo in _CODIGOS:
        return mascarar_documento(escrito)
    return str(mascarar_campo(campo, escrito)) if campo in _MASCARADOS else OCULTO
