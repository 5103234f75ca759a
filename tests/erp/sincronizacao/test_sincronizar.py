"""Two instances, two databases, HTTP between them."""

from __future__ import annotations

import json
import threading
from decimal import Decimal
from typing import Any

import psycopg2
import pytest
from django.contrib.auth.models import User
from django.db import connection

from erp.cadastros.models import Filial, Produto
from erp.provedores.erros import FalhaDoProvedor
from erp.sincronizacao.cliente import ler_feed
from erp.sincronizacao.entidades import ENTIDADES
from erp.sincronizacao.fio import INICIO
from erp.sincronizacao.models import Conflito, CursorEntidade
from erp.sincronizacao.services import sincronizar
from erp.sincronizacao.services.passadas import refazer
from erp.sincronizacao.services.recepcao import cursor_de, receber
from tests.erp.sincronizacao.lado import Elo, OutraRetaguarda, _url

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("outra_retaguarda")]


def produto(outra: OutraRetaguarda, codigo: int, descricao: str = "Café", preco: str = "1.00") -> None:
    outra.sql(
        "INSERT INTO cadastros_produto (codigo, descricao, codigo_barras, unidade, ncm, preco, controla_estoque, ativo)"
        " VALUES (%s, %s, '', 'UN', '', %s, true, true)",
        codigo, descricao, preco,
    )  # fmt: skip


def filial(outra: OutraRetaguarda, codigo: int, nome: str) -> None:
    outra.sql(
        'INSERT INTO "FILIAIS" ("COD_FILIAL", "FILIAL", "CGC_CPF", "UF", permite_estoque_negativo, ativa) '
        "VALUES (%s, %s, '', 'MG', true, true)",
        codigo, nome,
    )  # fmt: skip


def rodar(outra: OutraRetaguarda, *nomes: str) -> None:
    """A run that misses nothing: what a feed's first reading notes may wait for a transaction of another test."""
    if outra.sql("SELECT count(*) FROM sincronizacao_feed WHERE entidade = ANY(%s)", list(nomes))[0][0] < len(nomes):
        sincronizar(nomes)
    outra.quieta()
    sincronizar(nomes)


def descricoes() -> dict[int, str]:
    return dict(Produto.objects.values_list("codigo", "descricao"))


def test_o_que_nasce_muda_e_some_la_chega_aqui(outra: OutraRetaguarda) -> None:
    filial(outra, 1, "Centro")
    produto(outra, 10, "Café", "9.90")
    produto(outra, 11, "Chá")
    rodar(outra, "filiais", "produtos", "precos")
    assert Filial.objects.get(codigo=1).nome == "Centro"
    assert descricoes() == {10: "Café", 11: "Chá"}
    assert Produto.objects.get(codigo=10).preco == Decimal("9.90")
    outra.sql("UPDATE cadastros_produto SET descricao = 'Café forte', preco = 12.5 WHERE codigo = 10")
    outra.sql("DELETE FROM cadastros_produto WHERE codigo = 11")
    rodar(outra, "produtos", "precos")
    assert descricoes() == {10: "Café forte", 11: "Chá"}
    assert list(Produto.objects.order_by("codigo").values_list("ativo", "preco")) == [
        (True, Decimal("12.50")), (False, Decimal("1.00")),
    ]  # fmt: skip


def test_a_segunda_rodada_nao_muda_nada(outra: OutraRetaguarda) -> None:
    produto(outra, 10)
    rodar(outra, "produtos")
    antes = CursorEntidade.objects.values_list("posicao", "lidos").get(pk="produtos")
    outra.quieta()
    assert sincronizar(["produtos"])["produtos"].recebidos == 0
    assert CursorEntidade.objects.values_list("posicao", "lidos").get(pk="produtos") == antes


def test_quem_confirma_tarde_com_numero_menor_nao_se_perde(outra: OutraRetaguarda) -> None:
    lenta = psycopg2.connect(_url(outra.banco))
    lenta.cursor().execute(
        "INSERT INTO cadastros_produto (codigo, descricao, codigo_barras, unidade, ncm, preco, controla_estoque, ativo)"
        " VALUES (1, 'lento', '', 'UN', '', 0, true, true)"
    )
    produto(outra, 2, "rápido")
    sincronizar(["produtos"])
    assert 1 not in descricoes()
    lenta.commit()
    lenta.close()
    rodar(outra, "produtos")
    assert descricoes() == {1: "lento", 2: "rápido"}


def test_o_que_uma_escrita_aberta_la_prende_nao_e_dado_por_sumido(outra: OutraRetaguarda) -> None:
    produto(outra, 1)
    rodar(outra, "produtos")
    lenta = psycopg2.connect(_url(outra.banco))
    with lenta.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()")  # writes nothing yet, and holds all that comes after it
    outra.sql("UPDATE cadastros_produto SET descricao = 'Café novo' WHERE codigo = 1")
    refazer(entidade="produtos", usuario=User.objects.create_user("ana"), motivo="conferir")
    feito = sincronizar(["produtos"])["produtos"]
    assert (feito.recebidos, feito.inativados, feito.incompletas) == (0, 0, 1)
    cursor_daqui = cursor_de("produtos")
    assert (cursor_daqui.alcancou, cursor_daqui.completa) == (False, False)
    lenta.commit()
    lenta.close()
    rodar(outra, "produtos")
    assert list(Produto.objects.values_list("descricao", "ativo")) == [("Café novo", True)]
    assert cursor_de("produtos").completa


def test_o_que_e_do_backoffice_fica(outra: OutraRetaguarda) -> None:
    filial(outra, 1, "Centro")
    rodar(outra, "filiais")
    Filial.objects.update(permite_estoque_negativo=False)
    outra.sql("""UPDATE "FILIAIS" SET "FILIAL" = 'Matriz'""")
    rodar(outra, "filiais")
    assert Filial.objects.values_list("nome", "permite_estoque_negativo").get() == ("Matriz", False)


def test_mudado_nos_dois_lados_vale_o_erp_e_as_duas_versoes_ficam(outra: OutraRetaguarda) -> None:
    produto(outra, 10, "Café")
    rodar(outra, "produtos")
    Produto.objects.update(descricao="Café daqui")
    outra.sql("UPDATE cadastros_produto SET descricao = 'Café de lá'")
    rodar(outra, "produtos")
    conflito = Conflito.objects.get()
    assert descricoes() == {10: "Café de lá"}
    assert (conflito.tipo, conflito.campos) == ("venceu", ["descricao"])
    assert (conflito.aqui["descricao"], conflito.la["descricao"]) == ("Café daqui", "Café de lá")


def test_preco_sem_produto_espera_e_entra_depois(outra: OutraRetaguarda) -> None:
    produto(outra, 10, preco="7.00")
    rodar(outra, "precos")
    assert Conflito.objects.get().tipo == "referencia"
    rodar(outra, "produtos", "precos")
    assert Produto.objects.get().preco == Decimal("7.00")
    assert not Conflito.objects.filter(situacao=0).exists()


def test_elo_cortado_no_meio_nao_move_o_cursor(outra: OutraRetaguarda, settings: Any) -> None:
    produto(outra, 10)
    outra.quieta()
    with Elo(outra.url, roteiro=lambda caminho, corpo: (corpo, len(corpo) // 2)) as elo:
        settings.SINCRONIZACAO_URL = elo.url
        with pytest.raises(FalhaDoProvedor):
            sincronizar(["produtos"])
        assert len(elo.pedidos) == 3
        cursor = CursorEntidade.objects.get(pk="produtos")
        assert (cursor.posicao, Produto.objects.count()) == ("", 0)
        assert cursor.ultimo_erro
        elo.roteiro = lambda caminho, corpo: None
        sincronizar(["produtos"])
    assert descricoes() == {10: "Café"}


def test_resposta_de_outra_pergunta_e_recusada(outra: OutraRetaguarda, settings: Any) -> None:
    """A page of before, kept and given again by something on the way, must not go backwards."""
    produto(outra, 10, "velho")
    guardadas: list[bytes] = []

    def repetir(caminho: str, corpo: bytes) -> tuple[bytes, int]:
        guardadas.append(corpo)
        return guardadas[0], len(guardadas[0])

    outra.quieta()
    with Elo(outra.url) as elo:
        elo.roteiro = lambda caminho, corpo: repetir(caminho, corpo)
        settings.SINCRONIZACAO_URL = elo.url
        sincronizar(["produtos"])
        outra.sql("UPDATE cadastros_produto SET descricao = 'novo'")
        outra.quieta()
        with pytest.raises(FalhaDoProvedor, match="outra pergunta"):
            sincronizar(["produtos"])
    assert descricoes() == {10: "velho"}
    settings.SINCRONIZACAO_URL = outra.url
    rodar(outra, "produtos")
    assert descricoes() == {10: "novo"}


def test_a_mesma_pagina_duas_vezes_vale_uma(outra: OutraRetaguarda) -> None:
    produto(outra, 10)
    outra.quieta()
    pagina = ler_feed("produtos", INICIO, 10)
    pedida = cursor_de("produtos")
    primeira = receber(pagina, pedida=pedida, confirmar=lambda: None)
    assert primeira is not None and primeira.incluidos == 1
    assert receber(pagina, pedida=pedida, confirmar=lambda: None) is None


def test_dois_ao_mesmo_tempo_gravam_uma_vez(outra: OutraRetaguarda) -> None:
    for codigo in range(1, 40):
        produto(outra, codigo)
    outra.quieta()
    erros: list[BaseException] = []

    def rodar_um() -> None:
        try:
            sincronizar(["produtos"])
        except BaseException as erro:
            erros.append(erro)
        finally:
            connection.close()

    fios = [threading.Thread(target=rodar_um) for _ in range(2)]
    for fio in fios:
        fio.start()
    for fio in fios:
        fio.join()
    assert not erros
    assert Produto.objects.count() == 39
    assert CursorEntidade.objects.get(pk="produtos").lidos == 39


def test_quem_morre_entre_a_resposta_e_o_commit_recomeca_da_mesma_pagina(outra: OutraRetaguarda) -> None:
    produto(outra, 10)
    outra.quieta()

    def morrer() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sincronizar(["produtos"], confirmar=morrer)
    assert (Produto.objects.count(), CursorEntidade.objects.get(pk="produtos").posicao) == (0, "")
    rodar(outra, "produtos")
    assert descricoes() == {10: "Café"}


def test_outra_epoca_le_tudo_de_novo_e_o_que_sumiu_sai_de_uso(outra: OutraRetaguarda) -> None:
    produto(outra, 10)
    produto(outra, 11)
    rodar(outra, "produtos")
    CursorEntidade.objects.update(epoca="de outro banco", posicao="999999999.1")
    outra.sql("DELETE FROM cadastros_produto WHERE codigo = 11")
    outra.sql("DELETE FROM sincronizacao_mudanca WHERE chave = '11'")  # the copy never knew of it
    rodar(outra, "produtos")
    assert dict(Produto.objects.values_list("codigo", "ativo")) == {10: True, 11: False}


def test_conteudo_que_nao_cabe_fica_retido_e_nao_prende_os_outros(outra: OutraRetaguarda, settings: Any) -> None:
    produto(outra, 10)
    produto(outra, 11)

    def estragar(caminho: str, corpo: bytes) -> tuple[bytes, int]:
        pagina = json.loads(corpo)
        for registro in pagina["registros"]:
            if registro["chave"] == "10":
                registro["dados"]["unidade"] = "COMPRIDA DEMAIS"
        novo = json.dumps(pagina).encode()
        return novo, len(novo)

    outra.quieta()
    with Elo(outra.url, roteiro=estragar) as elo:
        settings.SINCRONIZACAO_URL = elo.url
        sincronizar(["produtos"])
        sincronizar(["produtos"])
    assert descricoes() == {11: "Café"}
    assert Conflito.objects.get().tipo == "recusado"


@pytest.mark.parametrize("entidade", sorted(ENTIDADES))
def test_toda_entidade_vazia_termina(outra: OutraRetaguarda, entidade: str) -> None:
    rodar(outra, entidade)
    assert CursorEntidade.objects.get(pk=entidade).alcancou
