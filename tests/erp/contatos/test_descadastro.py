"""The public page: asks on GET, acts on POST, shows nothing of anybody to who has no link."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from auditoria.models import Evento
from erp.contatos.elo import elo_de_descadastro, token_de
from erp.contatos.models import Comunicado, Descadastro, ModeloMensagem
from erp.contatos.services import descadastrar_cliente, desfazer
from tests.erp.contatos.conftest import NovoCliente, aviso, por_na_fila
from tests.erp.elenco import pessoa

pytestmark = pytest.mark.django_db


@pytest.fixture
def comunicado(modelo: ModeloMensagem) -> Comunicado:
    return por_na_fila(aviso())[0]


def _caminho(comunicado: Comunicado) -> str:
    return reverse("contatos:descadastro", args=[token_de(comunicado.pk)])


def _de_pe() -> int:
    return Descadastro.objects.filter(desfeito_em=None).count()


def test_abrir_o_elo_so_pergunta(comunicado: Comunicado, client: Client) -> None:
    resposta = client.get(_caminho(comunicado))

    assert resposta.status_code == 200
    texto = resposta.content.decode()
    assert "Parar de receber mensagens de Funerária Exemplo?" in texto
    assert "a***@exemplo.com.br" in texto and "ana@exemplo.com.br" not in texto
    assert resposta["Referrer-Policy"] == "no-referrer" and "noindex" in resposta["X-Robots-Tag"]
    assert "no-store" in resposta["Cache-Control"]
    assert not Descadastro.objects.exists()
    assert client.head(_caminho(comunicado)).status_code == 200
    assert not Descadastro.objects.exists()


def test_confirmar_descadastra_uma_vez_por_mais_que_se_clique(comunicado: Comunicado) -> None:
    navegador = Client(enforce_csrf_checks=True)
    for _ in range(2):
        assert "não escreveremos mais" in navegador.post(_caminho(comunicado)).content.decode()

    [descadastro] = Descadastro.objects.all()
    assert (descadastro.origem, descadastro.mostra) == (Descadastro.Origem.PAGINA, "a***@exemplo.com.br")
    assert "ana" not in descadastro.endereco_hash
    assert Evento.objects.filter(acao="contatos.descadastrado").count() == 1


def test_o_botao_do_programa_de_email_descadastra_sem_biscoito(comunicado: Comunicado) -> None:
    resposta = Client(enforce_csrf_checks=True).post(_caminho(comunicado), {"List-Unsubscribe": "One-Click"})

    assert resposta.status_code == 200
    assert Descadastro.objects.get().origem == Descadastro.Origem.UM_CLIQUE


def test_engano_se_desfaz_pela_mesma_pagina_e_se_refaz_depois(comunicado: Comunicado, client: Client) -> None:
    client.post(_caminho(comunicado))
    assert "continua recebendo" in client.post(_caminho(comunicado), {"voltar": "1"}).content.decode()
    assert _de_pe() == 0
    client.post(_caminho(comunicado))
    assert _de_pe() == 1
    assert Descadastro.objects.count() == 2


def test_quem_ja_pediu_abre_o_elo_e_pode_voltar_sem_pedir_outra_vez(comunicado: Comunicado, client: Client) -> None:
    client.post(_caminho(comunicado))
    pagina = client.get(_caminho(comunicado)).content.decode()

    assert "Você já não recebe mensagens de Funerária Exemplo" in pagina and 'name="voltar"' in pagina
    assert "Parar de receber" not in pagina
    client.post(_caminho(comunicado), {"voltar": "1"})
    assert "Parar de receber mensagens de Funerária Exemplo?" in client.get(_caminho(comunicado)).content.decode()


def test_quem_tambem_pediu_a_equipe_nao_le_que_volta_a_receber(
    modelo: ModeloMensagem, novo_cliente: NovoCliente, client: Client
) -> None:
    maria = novo_cliente()
    [carta] = por_na_fila(aviso("um", codigo_cliente=maria.pk))
    descadastrar_cliente(codigo_cliente=maria.pk, canal_="email", motivo="ao telefone", usuario=pessoa("gerente"))
    client.post(_caminho(carta))

    pagina = client.post(_caminho(carta), {"voltar": "1"}).content.decode()
    assert "Falta falar com Funerária Exemplo" in pagina and "volta a receber as mensagens" not in pagina
    [depois] = por_na_fila(aviso("dois", codigo_cliente=maria.pk))
    assert depois.motivo == "DESCADASTRADO"


def test_de_um_endereco_de_dois_clientes_cada_um_sai_por_si_e_volta_por_si(
    modelo: ModeloMensagem, novo_cliente: NovoCliente, client: Client
) -> None:
    ana, bia = novo_cliente(email="casa@exemplo.com.br"), novo_cliente(email="casa@exemplo.com.br")
    [de_ana] = por_na_fila(aviso("um", codigo_cliente=ana.pk))
    [de_bia] = por_na_fila(aviso("dois", codigo_cliente=bia.pk))
    client.post(_caminho(de_ana))
    for _ in range(2):
        client.post(_caminho(de_bia))
    type(bia).objects.filter(pk=bia.pk).update(email="bia@exemplo.com.br")
    [depois] = por_na_fila(aviso("tres", codigo_cliente=bia.pk))
    assert (depois.motivo, _de_pe()) == ("DESCADASTRADO", 2)
    assert "continua recebendo" in client.post(_caminho(de_bia), {"voltar": "1"}).content.decode()
    [voltou] = por_na_fila(aviso("quatro", codigo_cliente=bia.pk))
    assert (voltou.motivo, voltou.endereco) == ("", "bia@exemplo.com.br")


@pytest.mark.parametrize("mexer", ["x", "1.abc", "", "9" * 400, "1%00.a"])
def test_elo_mexido_nao_abre_nada(comunicado: Comunicado, client: Client, mexer: str) -> None:
    token = token_de(comunicado.pk)
    falso = f"{comunicado.pk + 1}.{token.split('.')[1]}" if not mexer else mexer
    resposta = client.post(f"/contatos/descadastro/{falso}/")

    assert resposta.status_code == 404
    assert not Descadastro.objects.exists()


def test_o_elo_de_outra_chave_do_site_ainda_abre_enquanto_ela_for_lembrada(
    comunicado: Comunicado, client: Client, settings: Any
) -> None:
    velho = elo_de_descadastro(comunicado.pk)
    antiga = settings.SECRET_KEY
    settings.SECRET_KEY = "outra chave com mais de trinta e dois caracteres"
    settings.SECRET_KEY_FALLBACKS = [antiga]
    assert client.get(velho.partition("8000")[2] or velho).status_code == 200


def test_nada_alem_de_get_e_post(comunicado: Comunicado, client: Client) -> None:
    assert client.put(_caminho(comunicado)).status_code == 405
    assert client.delete(_caminho(comunicado)).status_code == 405


def test_descadastro_de_um_cliente_vale_para_ele_e_para_o_endereco(
    modelo: ModeloMensagem, novo_cliente: NovoCliente, client: Client
) -> None:
    """The family shares an address: who refuses it refuses it for all of them; and the customer refuses at any address."""
    maria, jose = novo_cliente(), novo_cliente(cliente_varejo="JOSE")
    [da_maria] = por_na_fila(aviso("um", codigo_cliente=maria.pk))
    client.post(_caminho(da_maria))

    [do_jose] = por_na_fila(aviso("dois", codigo_cliente=jose.pk))
    maria.email = "nova@exemplo.com.br"
    maria.save()
    [de_novo] = por_na_fila(aviso("tres", codigo_cliente=maria.pk))

    assert (do_jose.motivo, de_novo.motivo) == ("DESCADASTRADO", "DESCADASTRADO")


def test_a_equipe_desfaz_com_motivo_e_a_historia_fica(comunicado: Comunicado, client: Client) -> None:
    client.post(_caminho(comunicado))
    pk = Descadastro.objects.get().pk

    assert desfazer([pk], usuario=pessoa("gerente"), motivo="pediu para voltar") == 1
    assert desfazer([pk], usuario=pessoa("gerente"), motivo="pediu para voltar") == 0
    desfeito = Descadastro.objects.get()
    assert (desfeito.desfeito_por, desfeito.desfeito_motivo) == ("ana", "pediu para voltar")
    assert Evento.objects.filter(acao="contatos.descadastro_desfeito").count() == 1
