"""Customers written by the shortest way there is, and what the Monitor made of them."""

from __future__ import annotations

from typing import Any

from clientes.models import Cliente, Pendente
from clientes.monitor import CONTEXTO
from clientes.monitor.services import varrer
from filas.models import Mensagem


def escrever(codigo: str = "1", **campos: Any) -> Cliente:
    """One customer, by the ORM and nothing else: what notes it is the database."""
    base = {"cliente_varejo": "MARIA", "filial": "LOJA", "cidade": "BELO HORIZONTE", "uf": "MG", "pais": "BRASIL"}
    return Cliente.objects.create(codigo_cliente=codigo, **(base | campos))


def mudar(codigo: str = "1", **campos: Any) -> None:
    Cliente.objects.filter(pk=codigo).update(**campos)


def monitorar() -> None:
    varrer(por="teste")


def mensagens(codigo: str = "1") -> list[Mensagem]:
    """The messages of a customer, oldest first."""
    return list(Mensagem.objects.filter(contexto=CONTEXTO, chave=codigo).order_by("pk"))


def nomes(codigo: str = "1") -> list[str]:
    return [m.conteudo["CLIENTE_VAREJO"] for m in mensagens(codigo)]


def notas() -> list[str]:
    return list(Pendente.objects.order_by("pk").values_list("codigo_cliente", flat=True))
