import re

import pytest
from django.contrib.admin.models import LogEntry

from auditoria.models import Evento
from erp.acesso.models import ChaveApi
from erp.acesso.services import autenticar

pytestmark = pytest.mark.django_db
LISTA = "/admin/acesso/chaveapi/"
NOVA = f"{LISTA}add/"
PEDIDO = {"nome": "PDV 31", "escopos": ["pdv"], "ponto_venda_id": "31"}


@pytest.fixture
def ti(client, pessoa):
    quem = pessoa("ti", "acesso.view_chaveapi", "acesso.add_chaveapi", "acesso.revogar_chave")
    client.force_login(quem)
    return quem


def token_da_pagina(resposta):
    return re.search(r'name="token" value="([^"]+)"', resposta.content.decode())[1]


def chave_na_pagina(resposta):
    achada = re.search(r"rtg_[0-9a-f]{12}_[0-9a-f]{64}", resposta.content.decode())
    return achada and achada[0]


def criar(client, **mudancas):
    return client.post(NOVA, PEDIDO | {"token": token_da_pagina(client.get(NOVA))} | mudancas)


def test_a_chave_aparece_uma_vez_e_abre(client, ti):
    resposta = criar(client)
    texto = chave_na_pagina(resposta)
    assert autenticar(texto).ponto_venda_id == 31
    assert "no-store" in resposta["Cache-Control"]
    chave = ChaveApi.objects.get()
    for pagina in (LISTA, f"{LISTA}{chave.pk}/change/", f"{LISTA}{chave.pk}/history/", NOVA):
        corpo = client.get(pagina).content.decode()
        assert texto.rpartition("_")[2] not in corpo and chave.hash not in corpo, pagina
    assert Evento.objects.get(acao="acesso.chave_criada").ator == "ti"


def test_a_chave_do_webservice_de_clientes_se_cria_na_tela_com_36_caracteres(client, ti):
    corpo = criar(client, escopos=["clientes"], ponto_venda_id="").content.decode()
    texto = re.search(r'id="chave"[^>]*>([0-9a-f-]{36})<', corpo)[1]
    assert autenticar(texto).escopos == ["clientes"]


def test_recarregar_a_pagina_da_chave_nao_cria_outra(client, ti):
    token = token_da_pagina(client.get(NOVA))
    client.post(NOVA, PEDIDO | {"token": token})
    repetida = client.post(NOVA, PEDIDO | {"token": token})
    assert chave_na_pagina(repetida) is None
    assert "já tinha sido enviada" in repetida.content.decode()
    assert ChaveApi.objects.count() == 1


def test_formulario_sem_token_ou_com_token_de_outra_pessoa_nao_cria(client, ti, pessoa):
    token = token_da_pagina(client.get(NOVA))
    assert chave_na_pagina(client.post(NOVA, PEDIDO)) is None
    client.force_login(pessoa("ti2", "acesso.view_chaveapi", "acesso.add_chaveapi"))
    assert "venceu" in client.post(NOVA, PEDIDO | {"token": token}).content.decode()
    assert not ChaveApi.objects.exists()


@pytest.mark.parametrize(
    ("mudanca", "problema"),
    [
        ({"ponto_venda_id": ""}, "pertence a um ponto de venda"),
        ({"nome": ""}, "obrigatório"),
        ({"escopos": ["tudo"]}, "tudo"),
        ({"ponto_venda_id": "99"}, "99"),
        ({"expira_em_0": "01/01/2020", "expira_em_1": "10:00"}, "já passou"),
    ],
)
def test_pedido_errado_volta_com_o_problema(client, ti, mudanca, problema):
    resposta = criar(client, **mudanca)
    assert resposta.status_code == 200 and problema in resposta.content.decode()
    assert not ChaveApi.objects.exists()


def test_sem_permissao_nao_ve_nem_cria_nem_revoga(client, pessoa, nova_chave):
    client.force_login(pessoa("bia"))
    assert [client.get(p).status_code for p in (LISTA, NOVA)] == [403, 403]
    client.force_login(pessoa("caio", "acesso.view_chaveapi"))
    assert client.get(NOVA).status_code == 403
    assert client.post(NOVA, PEDIDO).status_code == 403
    chave, texto = nova_chave
    assert "Revogar" not in client.get(LISTA).content.decode()
    client.post(LISTA, {"action": "revogar", "_selected_action": chave.pk, "token": "x", "motivo": "porque quero"})
    assert client.post(f"{LISTA}{chave.pk}/revogar/", {"motivo": "porque quero"}).status_code == 403
    assert autenticar(texto) == chave


def test_ninguem_muda_nem_apaga_uma_chave(admin_client, nova_chave):
    chave, _ = nova_chave
    assert admin_client.post(f"{LISTA}{chave.pk}/change/", {"nome": "outro"}).status_code == 403
    assert admin_client.post(f"{LISTA}{chave.pk}/delete/", {"post": "yes"}).status_code == 403
    chave.refresh_from_db()
    assert chave.nome == "PDV 3"


def test_revogar_pela_lista_pede_motivo_e_registra(client, ti, nova_chave, django_capture_on_commit_callbacks):
    chave, texto = nova_chave
    escolha = {"action": "revogar", "_selected_action": [chave.pk], "select_across": "0"}
    pagina = client.post(LISTA, escolha)
    assert "1 linha" in pagina.content.decode() and str(chave) in pagina.content.decode()
    assert ChaveApi.objects.get().ativa
    with django_capture_on_commit_callbacks(execute=True):
        feita = client.post(LISTA, escolha | {"token": token_da_pagina(pagina), "motivo": "PDV roubado"}, follow=True)
    assert "Revogada: PDV 3." in feita.content.decode()
    assert autenticar(texto) is None
    assert Evento.objects.get(acao="acesso.chave_revogada").motivo == "PDV roubado"


def test_revogar_pela_pagina_da_chave(client, ti, nova_chave):
    chave, _ = nova_chave
    endereco = f"{LISTA}{chave.pk}/revogar/"
    assert endereco in client.get(f"{LISTA}{chave.pk}/change/").content.decode()
    pagina = client.get(endereco)
    feita = client.post(endereco, {"token": token_da_pagina(pagina), "motivo": "PDV roubado"})
    assert (feita.status_code, feita.url) == (302, f"{LISTA}{chave.pk}/change/")
    assert not ChaveApi.objects.get().ativa
    assert not LogEntry.objects.exists()
