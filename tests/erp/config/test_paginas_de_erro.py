"""What a person reads when a page is refused, is not there, or breaks: Portuguese, with a way out."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.views.defaults import bad_request, server_error

INICIO = '<a href="/admin/">Ir para o início</a>'


@pytest.mark.django_db
def test_sem_permissao() -> None:
    cliente = Client()
    quem = User.objects.create_user("novata", password=None, is_staff=True)
    cliente.force_login(quem, backend="django.contrib.auth.backends.ModelBackend")
    resposta = cliente.get("/admin/auth/user/")
    assert resposta.status_code == 403
    assert "Você não tem permissão para isto" in resposta.content.decode()
    assert INICIO in resposta.content.decode()


def test_pagina_que_nao_existe() -> None:
    resposta = Client().get("/nada/aqui")
    assert resposta.status_code == 404
    assert "Esta página não existe" in resposta.content.decode()


def test_formulario_vencido() -> None:
    resposta = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "ana", "password": "x"})
    assert resposta.status_code == 403
    assert "nada foi gravado" in resposta.content.decode()


@pytest.mark.parametrize(("vista", "codigo"), [(server_error, 500), (lambda pedido: bad_request(pedido, None), 400)])
def test_as_que_nao_podem_depender_de_nada(vista, codigo: int) -> None:
    """No database fixture here: a page about a failure must not need what failed."""
    resposta = vista(RequestFactory().get("/admin/"))
    assert resposta.status_code == codigo
    assert INICIO in resposta.content.decode()
