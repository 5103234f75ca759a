"""The webhooks' door as a stranger tries it: sizes that are none, bodies cut, odd secrets, a database gone, no permission."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client, RequestFactory

from erp.provedores import services
from erp.provedores.models import WebhookRecebido
from erp.provedores.views import receber
from tests.erp.provedores.conftest import SEGREDO, ProvedorDeTeste
from tests.erp.provedores.test_webhooks import ENDERECO, mandar, unico

pytestmark = pytest.mark.django_db
PAGINA = "/admin/provedores/webhookrecebido/"


def cru(metodo: str = "POST", corpo: bytes = b"{}", endereco: str = ENDERECO, **meta: str) -> Any:
    return Client().generic(metodo, endereco, corpo, **meta)  # type: ignore[arg-type]  # of the WSGI environment


@pytest.mark.parametrize("tamanho", ["", "-1", "٢"])  # the last is a digit, of another alphabet
def test_tamanho_que_nao_e_numero_e_411_e_nada_se_le(provedor: ProvedorDeTeste, tamanho: str) -> None:
    assert cru(CONTENT_LENGTH=tamanho).status_code == 411
    assert not WebhookRecebido.objects.exists()


@pytest.mark.parametrize("tamanho", ["3145729", "9" * 20])
def test_tamanho_dito_acima_do_limite_e_recusado_sem_ler(provedor: ProvedorDeTeste, tamanho: str) -> None:
    assert cru(CONTENT_LENGTH=tamanho).status_code == 413


def test_corpo_que_nao_chegou_inteiro_nao_se_guarda(provedor: ProvedorDeTeste) -> None:
    pedido = RequestFactory().post(ENDERECO, **{"wsgi.input": BytesIO(b'{"valor"'), "CONTENT_LENGTH": "100"})  # type: ignore[arg-type]  # of the WSGI environment
    assert receber(pedido, "teste", SEGREDO).status_code == 400
    assert not WebhookRecebido.objects.exists()


@pytest.mark.parametrize("tipo", ["", "application/json", "multipart/form-data; boundary=x", "text/xml; charset=nada"])
def test_corpo_se_guarda_como_veio_qualquer_que_seja_o_tipo(provedor: ProvedorDeTeste, tipo: str) -> None:
    corpo = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n\xff\x00'
    resposta: Any = Client().generic("POST", ENDERECO, corpo, content_type=tipo)
    assert resposta.status_code == 200 and unico().bruto == corpo


@pytest.mark.parametrize(
    "segredo", ["%ff", "%00", f"{SEGREDO}%00", SEGREDO[:-1], f"{SEGREDO}x", SEGREDO.upper(), "á", "%20"]
)
def test_segredo_torto_e_404_como_qualquer_outro(provedor: ProvedorDeTeste, segredo: str) -> None:
    assert mandar(endereco=f"/webhooks/teste/{segredo}") == 404


@pytest.mark.parametrize("metodo", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_outros_metodos_dizem_qual_serve_e_nao_guardam(provedor: ProvedorDeTeste, metodo: str) -> None:
    resposta = cru(metodo)
    assert (resposta.status_code, resposta["Allow"]) == (405, "GET, POST")
    assert not WebhookRecebido.objects.exists()


def test_head_nao_tem_corpo_e_desafio_de_quem_nao_sabe_o_segredo_nao_ha(provedor: ProvedorDeTeste) -> None:
    assert Client().head(ENDERECO, {"hub.challenge": "7"}).content == b""
    assert Client().get("/webhooks/teste/outro", {"hub.challenge": "7"}).status_code == 404
    desafio = Client().get(ENDERECO, {"hub.challenge": "<script>"})
    assert desafio["Content-Type"].startswith("text/plain") and desafio["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db(transaction=True)
def test_conexao_com_o_banco_perdida_e_503_e_o_provedor_manda_de_novo(provedor: ProvedorDeTeste) -> None:
    connection.ensure_connection()
    assert connection.connection is not None
    connection.connection.close()  # as when the server went away between two requests of a thread
    resposta = cru()
    assert (resposta.status_code, resposta["Retry-After"]) == (503, "30")
    connection.close()
    assert mandar() == 200


def test_quem_so_ve_nao_reprocessa_nem_pela_pagina_nem_pela_lista(provedor: ProvedorDeTeste) -> None:
    mandar()
    services.processar_pendentes()
    usuario = User.objects.create_user("ana", is_staff=True)
    usuario.user_permissions.set(Permission.objects.filter(codename="view_webhookrecebido"))
    cliente = Client()
    cliente.force_login(usuario)
    w = unico()
    assert "reprocessar" not in cliente.get(f"{PAGINA}{w.pk}/change/").content.decode()
    assert cliente.get(f"{PAGINA}{w.pk}/reprocessar/").status_code == 403
    assert cliente.post(f"{PAGINA}{w.pk}/reprocessar/", {"motivo": "x", "token": "x"}).status_code == 403
    cliente.post(PAGINA, {"action": "reprocessar", "_selected_action": str(w.pk), "motivo": "x"})
    assert unico().situacao == WebhookRecebido.Situacao.PROCESSADO
