"""One other side for the module: starting it is the dear part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import pytest_django

from erp.acesso.rules import gerar_chave
from erp.sincronizacao import cliente
from erp.sincronizacao.services import rodada
from tests.erp.sincronizacao.lado import OutraRetaguarda


@pytest.fixture(scope="session")
def _outra(
    django_db_setup: None,
    django_db_blocker: pytest_django.DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[OutraRetaguarda]:
    with django_db_blocker.unblock():
        outra = OutraRetaguarda(tmp_path_factory.mktemp("outra"))
    nova = gerar_chave()
    outra.chave = nova.texto
    outra.sql(
        "INSERT INTO acesso_chaveapi (nome, prefixo, hash, escopos, homologacao, ativa, criada_em, criada_por) "
        "VALUES ('teste', %s, %s, '{sincronizacao}', false, true, now(), 'teste')",
        nova.prefixo,
        nova.hash,
    )
    yield outra
    outra.parar()


@pytest.fixture
def outra(_outra: OutraRetaguarda, settings: Any, monkeypatch: pytest.MonkeyPatch) -> OutraRetaguarda:
    """Empty of the entities, and known to this side."""
    for tabela in (
        "sincronizacao_envio", "sincronizacao_venda", "pdv_conferencia_toque", "hiperpdv_finalizador_operacao_pdv",
        "hiperpdv_item_operacao_pdv", "hiperpdv_nota_fiscal", "hiperpdv_operacao_pdv", "hiperpdv_turno",
        "cadastros_pontovenda", "cadastros_conta",
        "cadastros_condicaofinalizador", "cadastros_finalizador", "cadastros_produto", "colaboradores_colaborador",
        '"CLIENTES_VAREJO"', '"FILIAIS"', "sincronizacao_mudanca",
    ):  # fmt: skip
        _outra.sql(f"DELETE FROM {tabela}")
    settings.SINCRONIZACAO_URL, settings.SINCRONIZACAO_CHAVE = _outra.url, _outra.chave
    monkeypatch.setattr(cliente, "PAUSA", 0.0)
    monkeypatch.setattr(rodada, "PAUSA", 0.01)
    return _outra
