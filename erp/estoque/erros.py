"""What the stock services refuse, in words for the person who asked."""

from collections.abc import Sequence
from typing import NamedTuple


class ErroLinha(NamedTuple):
    """A problem of one line; `linha` counts from 1, 0 is the document as a whole."""

    linha: int
    mensagem: str

    def __str__(self) -> str:
        return f"linha {self.linha}: {self.mensagem}" if self.linha else self.mensagem


class DocumentoRecusado(Exception):
    """O documento de estoque não pode ser lançado."""

    def __init__(self, erros: Sequence[ErroLinha]) -> None:
        self.erros = list(erros)
        super().__init__("; ".join(map(str, erros)))
