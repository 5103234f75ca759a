"""The errors that cross the edge of the system, with a code for machines and a sentence for people."""

from collections.abc import Mapping
from typing import Any


class ErroDefinitivo(Exception):
    """An error that waits for a person: trying again changes nothing.

    `codigo` is stable and documented, `mensagem` says expected and actual in Portuguese, `saida` what to do next.
    """

    def __init__(self, codigo: str, mensagem: str, saida: str = "") -> None:
        super().__init__(codigo, mensagem, saida)
        self.codigo = codigo
        self.mensagem = mensagem
        self.saida = saida

    def __str__(self) -> str:
        return f"{self.mensagem} {self.saida}".rstrip()


class ErroApi(Exception):
    """An answer of the API that is an error: HTTP status and the body `{"codigo", "mensagem", "contexto"}`."""

    def __init__(
        self,
        status: int,
        codigo: str,
        mensagem: str,
        contexto: Mapping[str, Any] | None = None,
        cabecalhos: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, codigo, mensagem)
        self.status = status
        self.codigo = codigo
        self.mensagem = mensagem
        self.contexto = dict(contexto or {})
        self.cabecalhos = dict(cabecalhos or {})

    def __str__(self) -> str:
        return f"{self.status} {self.codigo}: {self.mensagem}"

    def corpo(self) -> dict[str, Any]:
        return {"codigo": self.codigo, "mensagem": self.mensagem, "contexto": self.contexto}
