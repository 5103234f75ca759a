"""A person, as every source is asked about one: the document, and what the register of customers knows it by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from auditoria.pessoas.identidade import e_documento, indices, normalizar
from auditoria.rules import mascarar_documento
from erp.acesso.erros import ErroDefinitivo

NENHUMA: Final = Q(pk__in=())


@dataclass(frozen=True)
class Pessoa:
    """`documento` is letters and digits only, empty of a foreigner without one; `codigos` are those of customers."""

    documento: str
    codigos: tuple[str, ...] = ()

    @property
    def nome_da_chave(self) -> str:
        """What the person's key and receipts are found by."""
        return self.documento or f"CLIENTE {self.codigos[0]}"

    @property
    def mascara(self) -> str:
        return mascarar_documento(self.documento) if self.documento else "sem CPF nem CNPJ"

    def indices(self) -> list[bytes]:
        return indices(self.nome_da_chave)

    def onde(self, *, documento: str = "", codigo: str = "") -> Q:
        """Rows whose `documento` field is the person's, or whose `codigo` field is one of the codes; never all rows."""
        achado = NENHUMA
        if documento and self.documento:
            achado |= Q(**{documento: self.documento})
        codigos = [*self.codigos, *([self.documento] if self.documento else [])]  # a code may be the document itself
        if codigo and codigos:
            achado |= Q(**{f"{codigo}__in": codigos})
        return achado


Buscador = Callable[[str], Iterable[str]]
_por_documento: list[Buscador] = []
_por_codigo: list[Buscador] = []


def registrar_codigos(*, por_documento: Buscador, documento_de: Buscador) -> None:
    """The register of customers says which codes a document has, and which document a code."""
    _por_documento.append(por_documento)
    _por_codigo.append(documento_de)


def procurar(texto: str) -> Pessoa:
    """Who is meant by a CPF, a CNPJ or the code of a customer. Raises `ErroDefinitivo` when it is neither."""
    limpo = normalizar(texto)
    if e_documento(limpo):
        return _de_documento(limpo)
    for buscador in _por_codigo:
        for documento in buscador(texto.strip()):
            return _de_documento(documento) if documento else Pessoa("", (texto.strip(),))
    raise ErroDefinitivo(
        "PESSOA_DESCONHECIDA", "Não é um CPF ou CNPJ que confere, nem o código de um cliente.", "Confira o que digitou."
    )


def _de_documento(documento: str) -> Pessoa:
    codigos = {codigo for buscador in _por_documento for codigo in buscador(documento)}
    return Pessoa(documento, tuple(sorted(codigos)))
