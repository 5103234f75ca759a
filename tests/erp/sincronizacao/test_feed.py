"""The feed as another program reads it: who may, what it is told, and what nobody pays for while nobody reads."""

from __future__ import annotations

import gzip
import json
from contextlib import closing
from decimal import Decimal
from typing import Any

import psycopg2
import pytest
from django.db import connection, transaction
from django.test import Client

from auditoria.services import ATOR_SISTEMA
from clientes.models import Cliente
from erp.acesso.services import criar_chave
from erp.cadastros.models import Adquirente, CondicaoFinalizador, Filial, Finalizador, Produto
from erp.sincronizacao.entidades import ENTIDADES
from erp.sincronizacao.models import FeedLigado, Mudanca
from tests.falhas.vivos import url_do_banco

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ler(client: Client) -> Any:
    chave = criar_chave(nome="Outra", escopos=["sincronizacao"], ator=ATOR_SISTEMA)[1]

    def _ler(entidade: str = "produtos", desde: str = "", status: int = 200, **parametros: Any) -> Any:
        resposta = client.get(
            f"/sincronizacao/feed/{entidade}", {"desde": desde, **parametros}, HTTP_AUTHORIZATION=f"Api-Key {chave}"
        )
        assert resposta.status_code == status, resposta.content
        return resposta.json()

    return _ler


def quieto() -> None:
    """Until no other transaction of the server keeps what was written here from being told."""
    with connection.cursor() as cursor:
        for _ in range(6000):
            cursor.execute(
                "SELECT coalesce(max(transacao), 0) < pg_snapshot_xmin(pg_current_snapshot())::text::bigint, pg_sleep(0.02) "
                "FROM sincronizacao_mudanca"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("há uma transação aberta há muito tempo")


def produto(codigo: int, **campos: Any) -> Produto:
    return Produto.objects.create(codigo=codigo, descricao=f"Café {codigo}", preco=Decimal("1.50"), **campos)


def test_sem_chave_com_a_de_outro_escopo_ou_de_outra_entidade_nada_e_dito(client: Client, ler: Any) -> None:
    assert client.get("/sincronizacao/feed/produtos").status_code == 401
    outra = criar_chave(nome="Loja", escopos=["clientes"], ator=ATOR_SISTEMA)[1]
    resposta = client.get("/sincronizacao/feed/produtos", HTTP_AUTHORIZATION=f"Api-Key {outra}")
    assert (resposta.status_code, resposta.json()["codigo"]) == (403, "ESCOPO_INSUFICIENTE")
    assert ler("usuarios", status=404)["codigo"] == "ENTIDADE_DESCONHECIDA"


@pytest.mark.parametrize(
    ("parametros", "codigo"),
    [
        ({"desde": "ontem"}, "CURSOR_INVALIDO"),
        ({"desde": "1.1; DROP"}, "CURSOR_INVALIDO"),
        ({"desde": "9" * 30 + ".1"}, "CURSOR_INVALIDO"),
        ({"limite": "0"}, "LIMITE_INVALIDO"),
        ({"limite": "5001"}, "LIMITE_INVALIDO"),
        ({"limite": "³"}, "LIMITE_INVALIDO"),
    ],
)
def test_pergunta_malfeita_e_recusada(ler: Any, parametros: dict[str, str], codigo: str) -> None:
    assert ler(status=400, **parametros)["codigo"] == codigo


def test_ninguem_paga_pelo_feed_que_ninguem_le(ler: Any) -> None:
    produto(1)
    Produto.objects.update(preco=2)
    assert not Mudanca.objects.exists()
    ler("produtos")
    assert list(Mudanca.objects.values_list("entidade", "chave")) == [("produtos", "1")]
    Filial.objects.create(codigo=1, nome="Centro")
    assert not Mudanca.objects.filter(entidade="filiais").exists()


def test_quem_morreu_ligando_o_feed_nao_perde_o_que_ja_havia(ler: Any) -> None:
    produto(1)
    FeedLigado.objects.create(entidade="produtos")  # the first half was committed, and nothing else
    produto(2)
    ler()
    quieto()
    assert {r["chave"] for r in ler()["registros"]} == {"1", "2"}


def test_paginas_seguidas_trazem_tudo_uma_vez_e_o_que_mudou_vem_por_ultimo(ler: Any) -> None:
    for codigo in range(1, 6):
        produto(codigo)
    ler()
    Produto.objects.filter(codigo=1).update(descricao="Mudou")
    quieto()
    lidos, desde, ha_mais = [], "", True
    while ha_mais:
        pagina = ler(desde=desde, limite=2)
        assert pagina["desde"] == (desde or "0.0")
        lidos += [(r["chave"], r["dados"]["descricao"]) for r in pagina["registros"]]
        desde, ha_mais = pagina["ate"], pagina["ha_mais"]
    assert lidos == [("2", "Café 2"), ("3", "Café 3"), ("4", "Café 4"), ("5", "Café 5"), ("1", "Mudou")]
    assert ler(desde=desde)["registros"] == []
    assert ler(desde=desde)["ate"] == desde


def test_o_que_foi_apagado_e_dito_sem_conteudo(ler: Any) -> None:
    ler()
    produto(7)
    Produto.objects.all().delete()
    quieto()
    [registro] = ler()["registros"]
    assert (registro["chave"], registro["apagado"], registro["dados"]) == ("7", True, None)


def test_o_que_ainda_nao_terminou_nao_aparece_e_depois_nao_e_pulado(ler: Any) -> None:
    ler()
    with transaction.atomic():
        produto(1)
        assert ler()["registros"] == []
    quieto()
    lida = ler()
    assert ([r["chave"] for r in lida["registros"]], lida["ha_mais"], lida["retido"]) == (["1"], False, False)
    with closing(psycopg2.connect(url_do_banco())) as outra, outra.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()")
        produto(2)
        lida = ler(desde=lida["ate"])
        assert (lida["registros"], lida["ha_mais"], lida["retido"]) == ([], False, True)


def test_mudar_o_que_o_feed_nao_diz_nao_e_mudanca(ler: Any) -> None:
    Filial.objects.create(codigo=1, nome="Centro")
    ler("filiais")
    quieto()
    antes = ler("filiais")["ate"]
    Filial.objects.update(permite_estoque_negativo=False)
    Filial.objects.update(nome="Centro")
    quieto()
    assert ler("filiais", desde=antes)["registros"] == []


def test_o_preco_e_dito_a_parte_do_produto(ler: Any) -> None:
    produto(1)
    ler("produtos"), ler("precos")
    quieto()
    ate = {nome: ler(nome)["ate"] for nome in ("produtos", "precos")}
    Produto.objects.update(preco=Decimal("9.90"))
    quieto()
    assert ler("produtos", desde=ate["produtos"])["registros"] == []
    assert ler("precos", desde=ate["precos"])["registros"][0]["dados"] == {"preco": "9.90"}


def test_condicao_nova_e_mudanca_do_finalizador(ler: Any) -> None:
    cartao = Finalizador.objects.create(codigo=3, nome="Cartão", especie="cartao")
    ler("finalizadores")
    quieto()
    ate = ler("finalizadores")["ate"]
    CondicaoFinalizador.objects.create(
        finalizador=cartao, vigente_desde="2026-01-01", adquirente=Adquirente.objects.create(nome="Rede"),
        dias_primeira=30, dias_intervalo=30, taxa_percentual=Decimal("2.5"),
    )  # fmt: skip
    quieto()
    [registro] = ler("finalizadores", desde=ate)["registros"]
    assert registro["dados"]["condicoes"][0]["adquirente"] == "Rede"


def test_codigo_que_muda_e_um_apagado_e_um_novo(ler: Any) -> None:
    ler("clientes")
    Cliente.objects.create(codigo_cliente="1", cliente_varejo="ANA", filial="CENTRO")
    Cliente.objects.update(codigo_cliente="2")
    quieto()
    ditos = {r["chave"]: r["apagado"] for r in ler("clientes")["registros"]}
    assert ditos == {"1": True, "2": False}


def test_com_gzip_a_pagina_vem_compactada(client: Client, ler: Any) -> None:
    chave = criar_chave(nome="Outra", escopos=["sincronizacao"], ator=ATOR_SISTEMA)[1]
    resposta = client.get(
        "/sincronizacao/feed/filiais", HTTP_AUTHORIZATION=f"Api-Key {chave}", HTTP_ACCEPT_ENCODING="gzip, br"
    )
    assert resposta["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(resposta.content))["entidade"] == "filiais"


def test_a_documentacao_diz_as_entidades_os_campos_e_os_erros(client: Client) -> None:
    documento = client.get("/api/schema/?format=json").json()
    feed = documento["paths"]["/sincronizacao/feed/{entidade}"]["get"]
    [entidade] = [p for p in feed["parameters"] if p["name"] == "entidade"]
    assert set(entidade["schema"]["enum"]) == set(ENTIDADES)
    assert {"200", "400", "401", "403", "404", "503"} <= set(feed["responses"])
    assert "descricao, codigo_barras, unidade" in feed["description"]
    assert "/sincronizacao/vendas/{ponto_venda}" in documento["paths"]
