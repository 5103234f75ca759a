"""The confirmation page itself, through the action that revokes keys."""

import re
import threading

import pytest
from django.db import connection
from django.test import Client

from auditoria.models import Evento
from erp.acesso import acoes, formularios
from erp.acesso.models import ChaveApi, FormularioEnviado
from erp.acesso.services import criar_chave
from tests.erp.acesso.conftest import ATOR

LISTA = "/admin/acesso/chaveapi/"


@pytest.fixture
def chaves(db):
    return [criar_chave(nome=f"PDV {n}", escopos=["pdv"], ponto_venda_id=n, ator=ATOR)[0] for n in range(3)]


@pytest.fixture
def ti(client, pessoa):
    quem = pessoa("ti", "acesso.view_chaveapi", "acesso.revogar_chave")
    client.force_login(quem)
    return quem


def escolher(*chaves, todas=False):
    return {"action": "revogar", "_selected_action": [c.pk for c in chaves], "select_across": str(int(todas))}


def token_da(resposta):
    return re.search(r'name="token" value="([^"]+)"', resposta.content.decode())[1]


def ativas():
    return ChaveApi.objects.filter(ativa=True).count()


@pytest.mark.parametrize("motivo", ["", "    ", "abcd", " abcd ", "x" * 501])
def test_motivo_curto_ou_longo_demais_volta_a_pagina(client, ti, chaves, motivo):
    pagina = client.post(LISTA, escolher(chaves[0]))
    resposta = client.post(LISTA, escolher(chaves[0]) | {"token": token_da(pagina), "motivo": motivo})
    assert "Escreva o motivo" in resposta.content.decode()
    assert ativas() == 3


def test_enviar_duas_vezes_age_uma_e_avisa(client, ti, chaves):
    dados = escolher(chaves[0]) | {"token": token_da(client.post(LISTA, escolher(chaves[0]))), "motivo": "roubada"}
    client.post(LISTA, dados)
    segunda = client.post(LISTA, dados, follow=True)
    assert "Esta confirmação já tinha sido enviada" in segunda.content.decode()
    assert Evento.objects.filter(acao="acesso.chave_revogada").count() == 1


@pytest.mark.django_db(transaction=True)
def test_clique_duplo_ao_mesmo_tempo_age_uma_vez(client, ti, chaves):
    dados = escolher(*chaves) | {"token": token_da(client.post(LISTA, escolher(*chaves))), "motivo": "roubadas"}
    largada = threading.Barrier(2)
    respostas = []

    def clicar():
        navegador = Client()
        navegador.cookies = client.cookies.copy()
        largada.wait()
        try:
            respostas.append(navegador.post(LISTA, dados, follow=True).content.decode())
        finally:
            connection.close()

    threads = [threading.Thread(target=clicar) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Evento.objects.filter(acao="acesso.chave_revogada").count() == 3
    assert sorted("3 chaves revogadas." in r for r in respostas) == [False, True]
    assert sorted("já tinha sido enviada" in r for r in respostas) == [False, True]


def test_erro_do_servico_desfaz_tudo_e_deixa_tentar_de_novo(client, ti, chaves):
    """One of three is revoked by somebody else between the page and the click."""
    pagina = client.post(LISTA, escolher(*chaves))
    ChaveApi.objects.filter(pk=chaves[2].pk).update(ativa=False, revogada_em=chaves[2].criada_em)
    resposta = client.post(LISTA, escolher(*chaves) | {"token": token_da(pagina), "motivo": "roubadas todas"})
    corpo = resposta.content.decode()
    assert resposta.status_code == 409
    assert "já estava revogada" in corpo and "roubadas todas" in corpo
    assert ativas() == 2 and not FormularioEnviado.objects.exists()
    assert not Evento.objects.filter(acao="acesso.chave_revogada").exists()


def test_selecionar_todas_vale_para_o_filtro_e_nao_para_o_resto(client, ti, chaves):
    endereco = f"{LISTA}?q=PDV+1"
    pagina = client.post(endereco, escolher(chaves[1], todas=True))
    assert "1 linha" in pagina.content.decode()
    client.post(endereco, escolher(chaves[1], todas=True) | {"token": token_da(pagina), "motivo": "roubada"})
    assert list(ChaveApi.objects.filter(ativa=False)) == [chaves[1]]


def test_selecao_que_cresceu_depois_da_confirmacao_nao_age(client, ti, chaves):
    pagina = client.post(LISTA, escolher(chaves[0], todas=True))
    assert "3 linhas" in pagina.content.decode()
    criar_chave(nome="PDV 9", escopos=["pdv"], ponto_venda_id=9, ator=ATOR)
    resposta = client.post(
        LISTA, escolher(chaves[0], todas=True) | {"token": token_da(pagina), "motivo": "todas roubadas"}
    )
    assert "A seleção mudou de 3 linhas para 4 linhas" in resposta.content.decode()
    assert ativas() == 4


def test_muitas_linhas_nao_se_contam_ate_o_fim(client, ti, chaves, monkeypatch):
    monkeypatch.setattr(acoes, "CONTAGEM_MAXIMA", 2)
    assert "Mais de 2 linhas" in client.post(LISTA, escolher(chaves[0], todas=True)).content.decode()


def test_token_de_outra_acao_de_outra_pessoa_ou_inventado_nao_serve(client, ti, chaves, pessoa):
    nome = "acesso.ChaveApi.revogar"
    ruins = [
        "inventado",
        formularios.emitir(ti, "acesso.ChaveApi.outra", 1),
        formularios.emitir(pessoa("bia"), nome, 1),
    ]
    for token in ruins:
        resposta = client.post(LISTA, escolher(chaves[0]) | {"token": token, "motivo": "roubada"})
        assert "venceu" in resposta.content.decode()
    assert ativas() == 3


def test_pagina_parada_ha_mais_de_uma_hora_vence(client, ti, chaves, monkeypatch):
    pagina = client.post(LISTA, escolher(chaves[0]))
    monkeypatch.setattr(formularios, "VALIDADE_SEGUNDOS", -1)
    resposta = client.post(LISTA, escolher(chaves[0]) | {"token": token_da(pagina), "motivo": "roubada"})
    assert "venceu" in resposta.content.decode() and ativas() == 3


def test_o_que_a_pagina_mostra_e_escapado(client, ti):
    chave, _ = criar_chave(nome="<script>alert(1)</script>", escopos=["pdv"], ponto_venda_id=1, ator=ATOR)
    corpo = client.post(LISTA, escolher(chave)).content.decode()
    assert "<script>alert(1)" not in corpo and "&lt;script&gt;alert(1)" in corpo


def test_o_cancelar_volta_a_lista_com_os_filtros(client, ti, chaves):
    corpo = client.post(f"{LISTA}?q=PDV+1", escolher(chaves[1])).content.decode()
    assert f'href="{LISTA}?q=PDV+1"' in corpo


def test_objeto_que_nao_ha_e_404(client, ti):
    assert client.get(f"{LISTA}999999/revogar/").status_code == 404
