"""The pages: looked up by POST, each permission by itself, each act an event."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import transaction
from django.test import Client
from django.urls import reverse

from auditoria.models import Evento
from auditoria.services import ATOR_SISTEMA, registrar
from erp.acesso.grupos import ENCARREGADO
from erp.lgpd.models import Anonimizacao
from tests.erp.elenco import CPF, empresa, navegador, titulo
from tests.erp.lgpd.elenco import NOME, com_tudo, esquecer

pytestmark = pytest.mark.django_db
LISTA = "/admin/lgpd/anonimizacao/"
PAGINA = f"{LISTA}pessoa/"
MOTIVO = "pedido 12/2026"


@pytest.fixture(autouse=True)
def _loja() -> None:
    empresa()


def entrar(*permissoes: str, grupo: str = "") -> Client:
    usuario = User.objects.create_user(f"rita-{User.objects.count()}", is_staff=True)
    for permissao in permissoes:
        app, _, codigo = permissao.partition(".")
        usuario.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codigo))
    if grupo:
        usuario.groups.add(Group.objects.get(name=grupo))
    navegador_ = Client()
    navegador_.force_login(usuario, backend="django.contrib.auth.backends.ModelBackend")
    return navegador_


def encarregado() -> Client:
    return entrar(grupo=ENCARREGADO)


def pedir(quem: Client, passo: str, **campos: Any) -> Any:
    return quem.post(PAGINA, {"passo": passo, **campos})


def procurar(quem: Client, texto: str = "529.982.247-25") -> Any:
    return pedir(quem, "procurar", texto=texto, motivo=MOTIVO)


def token(resposta: Any) -> str:
    achado = re.search(r'name="token" value="([^"]+)"', resposta.content.decode())
    assert achado
    return achado[1]


def test_encarregado_procura_ve_baixa_anonimiza_e_entrega_o_recibo():
    com_tudo()
    quem = encarregado()
    assert "Procurar uma pessoa" in quem.get(LISTA).content.decode()
    pagina = procurar(quem)
    texto = pagina.content.decode()
    assert "Cadastro de clientes" in texto and "***.982.247-**" in texto and NOME not in texto
    baixado = pedir(quem, "json", token=token(pagina))
    assert json.loads(b"".join(baixado.streaming_content))["pessoa"]["documento"] == CPF
    assert "no-store" in baixado["Cache-Control"] and CPF not in baixado["Content-Disposition"]
    assert b"".join(pedir(quem, "pdf", token=token(pagina)).streaming_content)[:5] == b"%PDF-"
    previa = pedir(quem, "previa", token=token(pagina))
    assert "Isto não se desfaz" in previa.content.decode() and not Anonimizacao.objects.exists()
    sem_palavra = pedir(quem, "anonimizar", token=token(previa), motivo=MOTIVO, palavra="sim")
    assert "Escreva ANONIMIZAR" in sem_palavra.content.decode() and not Anonimizacao.objects.exists()
    feito = pedir(quem, "anonimizar", token=token(previa), motivo=MOTIVO, palavra="ANONIMIZAR")
    recibo = Anonimizacao.objects.get()
    assert feito.url == f"{LISTA}{recibo.pk}/change/"
    assert recibo.numero in quem.get(feito.url).content.decode()
    assert quem.get(f"{LISTA}{recibo.pk}/recibo.pdf").content[:5] == b"%PDF-"
    acoes = set(Evento.objects.filter(ator__startswith="rita").values_list("acao", flat=True))
    assert acoes >= {"lgpd.pessoa_consultada", "lgpd.pessoa_exportada", "lgpd.pessoa_anonimizada"}


def test_clique_duplo_anonimiza_uma_vez():
    com_tudo()
    quem = encarregado()
    previa = pedir(quem, "previa", token=token(procurar(quem)))
    campos = {"token": token(previa), "motivo": MOTIVO, "palavra": "ANONIMIZAR"}
    pedir(quem, "anonimizar", **campos)
    assert pedir(quem, "anonimizar", **campos).url == LISTA
    assert Anonimizacao.objects.count() == 1


def test_o_que_impede_aparece_com_a_saida_e_sem_botao():
    com_tudo()
    titulo("100.00", cpf_cnpj=CPF)
    quem = encarregado()
    previa = pedir(quem, "previa", token=token(procurar(quem)))
    texto = previa.content.decode()
    assert "Ainda não se pode anonimizar" in texto and "dê baixa ou estorne" in texto and "ANONIMIZAR" not in texto


def test_um_titulo_que_chega_entre_a_previa_e_o_botao_impede_e_a_pagina_diz():
    com_tudo()
    quem = encarregado()
    previa = pedir(quem, "previa", token=token(procurar(quem)))
    titulo("100.00", cpf_cnpj=CPF)
    feito = pedir(quem, "anonimizar", token=token(previa), motivo=MOTIVO, palavra="ANONIMIZAR")
    assert feito.status_code == 409 and "dê baixa ou estorne" in feito.content.decode()
    assert not Anonimizacao.objects.exists()


@pytest.mark.parametrize(("passo", "permissao"), [
    ("json", "lgpd.exportar_pessoa"), ("pdf", "lgpd.exportar_pessoa"), ("previa", "lgpd.anonimizar_pessoa"),
    ("anonimizar", "lgpd.anonimizar_pessoa"),
])  # fmt: skip
def test_ver_nao_deixa_exportar_nem_anonimizar(passo, permissao):
    com_tudo()
    so_ve = entrar("lgpd.ver_pessoa")
    pagina = procurar(so_ve)
    assert "Baixar JSON" not in pagina.content.decode() and "Anonimizar" not in pagina.content.decode()
    campos = {"token": token(pagina), "motivo": MOTIVO, "palavra": "ANONIMIZAR"}
    assert pedir(so_ve, passo, **campos).status_code == 403
    assert pedir(entrar(permissao), passo, **campos).status_code == 403  # without seeing, nothing
    assert not Anonimizacao.objects.exists()


def test_o_token_de_um_nao_serve_a_outro():
    com_tudo()
    de_um = token(procurar(encarregado()))
    assert pedir(encarregado(), "json", token=de_um).status_code == 409


@pytest.mark.parametrize("grupo", ["operador", "gerente", "financeiro", "fiscal", "TI", "auditor"])
def test_os_outros_grupos_nao_procuram_pessoas(grupo):
    quem = navegador(grupo, 1)
    assert quem.get(PAGINA).status_code == 403
    assert quem.get(LISTA).status_code == (200 if grupo == "auditor" else 403)


def test_documento_errado_volta_com_o_que_se_digitou_e_sem_evento():
    quem = encarregado()
    pagina = procurar(quem, "52998224726")
    assert pagina.status_code == 409 and "52998224726" in pagina.content.decode()
    assert "Escreva o motivo" in pedir(quem, "procurar", texto=CPF, motivo="").content.decode()
    assert not Evento.objects.filter(acao__startswith="lgpd.").exists()


def test_quem_ja_foi_esquecido_mostra_o_recibo():
    esquecer()
    assert "LGPD-" in procurar(encarregado()).content.decode()


def test_o_dado_cifrado_se_le_com_motivo_e_a_leitura_e_um_evento():
    with transaction.atomic():
        pk = registrar(acao="consultas.cpf_consultado", ator=ATOR_SISTEMA, pessoa=CPF, depois={"cpf": CPF})
    quem, endereco = encarregado(), reverse("admin:lgpd_cifrado", args=[pk])
    evento = quem.get(reverse("admin:auditoria_evento_change", args=[pk])).content.decode()
    assert endereco in evento and "_cifra" not in evento and CPF not in evento
    assert CPF not in quem.get(endereco).content.decode()
    assert "Escreva o motivo" in quem.post(endereco, {"motivo": ""}).content.decode()
    assert CPF in quem.post(endereco, {"motivo": "ofício 7"}).content.decode()
    lido = Evento.objects.get(acao="lgpd.dado_cifrado_lido")
    assert (lido.objeto_id, lido.depois, lido.motivo) == (str(pk), {"campos": ["cpf"]}, "ofício 7")
    assert entrar("auditoria.view_evento").get(endereco).status_code == 403
    esquecer()
    depois = quem.post(endereco, {"motivo": "ofício 8"})
    assert depois.status_code == 409 and "anonimizada" in depois.content.decode()
