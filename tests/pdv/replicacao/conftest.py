"""A till with its key, and posting as it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from auditoria.services import ATOR_SISTEMA
from erp.acesso.services import criar_chave
from erp.cadastros.models import PontoVenda
from tests.pdv.fabricas import criar_ponto_venda, em_gzip

CAMINHO = "/api/pdv/v1/replicacao"


@pytest.fixture
def ponto_venda(db: None) -> PontoVenda:
    return criar_ponto_venda(1)


@pytest.fixture
def chave(ponto_venda: PontoVenda) -> str:
    return criar_chave(nome="PDV 1", escopos=["pdv"], ponto_venda_id=ponto_venda.pk, ator=ATOR_SISTEMA)[1]


@pytest.fixture
def postar(client: Client, chave: str) -> Callable[..., Any]:
    """`postar(pacote)` posts it gzipped; `postar(corpo=b"...", HTTP_CONTENT_ENCODING="identity")` posts bytes as told."""

    def _postar(pacote: Any = None, *, corpo: bytes | None = None, **cabecalhos: Any) -> Any:
        cabecalhos = {"HTTP_CONTENT_ENCODING": "gzip", "HTTP_AUTHORIZATION": f"Api-Key {chave}"} | cabecalhos
        tipo = cabecalhos.pop("content_type", "application/json")
        corpo = em_gzip(pacote) if corpo is None else corpo
        # with an empty body the test client would send neither
        cabecalhos = {"CONTENT_TYPE": tipo, "CONTENT_LENGTH": str(len(corpo))} | cabecalhos
        return client.post(CAMINHO, data=corpo, content_type=tipo, **cabecalhos)

    return _postar
