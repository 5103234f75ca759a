"""Turning a feed on over a big table: by pages, and nobody who writes waits for all of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg2
import pytest
from django.test import Client

from auditoria.services import ATOR_SISTEMA
from erp.acesso.services import criar_chave
from erp.cadastros.models import Produto
from erp.provedores import rede
from erp.sincronizacao import cliente
from erp.sincronizacao.fio import INICIO
from erp.sincronizacao.models import FeedLigado, Mudanca
from erp.sincronizacao.services import ligacao
from tests.erp.sincronizacao.test_feed import quieto
from tests.falhas.vivos import url_do_banco

pytestmark = pytest.mark.django_db(transaction=True)
CINCO = ["1", "2", "3", "4", "5"]


@pytest.fixture(autouse=True)
def cinco_produtos_em_paginas_de_dois(monkeypatch: pytest.MonkeyPatch) -> None:
    """One page at each reading."""
    monkeypatch.setattr(ligacao, "PAGINA", 2)
    monkeypatch.setattr(ligacao, "SEGUNDOS_POR_LEITURA", 0.0)
    for codigo in range(1, 6):
        Produto.objects.create(codigo=codigo, descricao=f"Café {codigo}", preco=Decimal("1.50"))


@pytest.fixture
def chave() -> str:
    return criar_chave(nome="Outra", escopos=["sincronizacao"], ator=ATOR_SISTEMA)[1]


def ler(chave: str) -> Any:
    return Client().get("/sincronizacao/feed/produtos", HTTP_AUTHORIZATION=f"Api-Key {chave}")


def notadas() -> list[str]:
    return sorted(Mudanca.objects.filter(entidade="produtos").values_list("chave", flat=True))


def test_o_que_ja_havia_e_notado_uma_pagina_por_vez_e_nada_se_diz_antes_do_fim(chave: str) -> None:
    for vistas in (CINCO[:2], CINCO[:4]):
        resposta = ler(chave)
        assert (resposta.status_code, resposta.json()["codigo"], resposta["Retry-After"]) == (503, "FEED_LIGANDO", "1")
        assert notadas() == vistas
    assert ler(chave).status_code == 200
    quieto()
    assert [r["chave"] for r in ler(chave).json()["registros"]] == CINCO


def test_o_que_muda_e_o_que_sai_enquanto_se_liga_nao_se_perde(chave: str) -> None:
    ler(chave)
    Produto.objects.filter(codigo=1).update(descricao="Mudou")
    Produto.objects.filter(codigo=5).delete()
    Produto.objects.create(codigo=0, descricao="Novo", preco=Decimal(1))
    while ler(chave).status_code != 200:
        pass
    quieto()
    ditos = {r["chave"]: r["apagado"] or r["dados"]["descricao"] for r in ler(chave).json()["registros"]}
    assert ditos == {"0": "Novo", "1": "Mudou", "2": "Café 2", "3": "Café 3", "4": "Café 4", "5": True}


def test_quem_escreve_ha_muito_tempo_so_atrasa_a_sua_pagina(chave: str) -> None:
    FeedLigado.objects.create(entidade="produtos")
    outra = psycopg2.connect(url_do_banco())
    outra.cursor().execute("UPDATE cadastros_produto SET descricao = 'Mudou' WHERE codigo = 4")
    assert [ler(chave).json()["codigo"] for _ in range(3)] == ["FEED_LIGANDO"] * 3
    assert notadas() == CINCO[:2]  # kept; who writes product 3 waits for nobody
    assert Produto.objects.filter(codigo=3).update(descricao="Livre") == 1
    outra.commit()
    outra.close()
    assert [ler(chave).status_code for _ in range(2)] == [503, 200]
    assert notadas() == CINCO


@pytest.fixture
def ela_mesma(live_server: Any, settings: Any, chave: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.SINCRONIZACAO_URL, settings.SINCRONIZACAO_CHAVE = live_server.url, chave
    monkeypatch.setattr(cliente, "PAUSA", 0.0)
    yield
    rede._cliente(
        os.getpid(), None
    ).close()  # what is kept alive keeps the server's thread, and its database connection
    rede._cliente.cache_clear()


@pytest.mark.usefixtures("ela_mesma")
def test_o_outro_lado_espera_que_o_feed_se_ligue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ligacao, "PAGINA", 1)  # six answers before the first page, and an attempt is not spent on them
    cliente.ler_feed("produtos", INICIO, 10)
    assert notadas() == CINCO
