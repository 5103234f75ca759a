from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from clientes.models import Cliente
from clientes.services import gravar_cliente
from tests.erp.elenco import CPF, empresa, filial, pessoa


@pytest.fixture
def loja(db: None) -> None:
    empresa()


@pytest.fixture
def novo_cliente(loja: None) -> Callable[..., Cliente]:
    """A customer written by the service, as Ana the manager would."""

    def fazer(**campos: Any) -> Cliente:
        base: dict[str, Any] = {
            "codigo_cliente": campos.get("cpf_cgc", CPF), "cliente_varejo": "MARIA DA SILVA", "filial": filial().nome,
            "cpf_cgc": CPF, "cidade": "BELO HORIZONTE", "uf": "MG", "ddd_celular": "31", "celular": "987654321",
            "email": "maria@exemplo.com.br",
        }  # fmt: skip
        cliente = Cliente(**(base | campos))
        gravar_cliente(cliente, novo=True, usuario=pessoa("gerente"))
        return Cliente.objects.get(pk=cliente.pk)

    return fazer


@pytest.fixture
def sem_varredura(db: None) -> Iterator[None]:
    """A small table is always read whole; here the planner may only if no index answers."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        yield
