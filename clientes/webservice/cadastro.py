"""The customers that the requests of one batch may be, as each request leaves them to the next.

Two requests of a batch for one customer do what they would have done one after the other, and are written once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from clientes.webservice.pedido import Gravado
from erp.cadastros.documentos import limpar


class Cadastro:
    """`novos` and `alterados`: code -> fields to be written at the end."""

    def __init__(self, gravados: Iterable[Gravado]) -> None:
        self.novos: dict[str, dict[str, Any]] = {}
        self.alterados: dict[str, dict[str, Any]] = {}
        self._por_codigo: dict[str, Gravado] = {}
        self._codigos: dict[str, set[str]] = {}  # document -> codes
        for gravado in gravados:
            self._anotar(gravado)

    def por_codigo(self, codigo: str) -> Gravado | None:
        return self._por_codigo.get(codigo)

    def por_documento(self, documento: str) -> Gravado | None:
        """The one registered last (§3.9); None for no document."""
        codigos = self._codigos.get(documento) if documento else None
        if not codigos:
            return None
        return max((self._por_codigo[c] for c in codigos), key=lambda g: (g.cadastramento, g.codigo_cliente))

    def inserir(self, valores: Mapping[str, Any]) -> None:
        codigo: str = valores["codigo_cliente"]
        cpf_cgc: str = valores.get("cpf_cgc", "")
        self.novos[codigo] = dict(valores)
        self._anotar(
            Gravado(
                codigo, cpf_cgc, limpar(cpf_cgc), bool(valores["estrangeiro"]), valores["cadastramento"], valores["obs"]
            )
        )

    def alterar(self, gravado: Gravado, valores: Mapping[str, Any]) -> None:
        codigo = gravado.codigo_cliente
        (self.novos if codigo in self.novos else self.alterados).setdefault(codigo, {}).update(valores)
        cpf_cgc: str = valores.get("cpf_cgc", gravado.cpf_cgc)
        self._codigos.get(gravado.documento, set()).discard(codigo)
        self._anotar(
            gravado._replace(
                cpf_cgc=cpf_cgc,
                documento=limpar(cpf_cgc),
                estrangeiro=bool(valores.get("estrangeiro", gravado.estrangeiro)),
                obs=valores.get("obs", gravado.obs),
            )
        )

    def _anotar(self, gravado: Gravado) -> None:
        self._por_codigo[gravado.codigo_cliente] = gravado
        self._codigos.setdefault(gravado.documento, set()).add(gravado.codigo_cliente)
