"""Every address of the site, taken from its own table: nobody passes without having been given the right to.

A page that is added is tested from then on without a line here; one that is open on purpose is named in `ABERTAS`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import get_resolver

pytestmark = pytest.mark.django_db

ABERTAS = {"/", "/admin/login/", "/api/schema/", "/api/docs/", "/saude/", "/auditoria/chave"}
DE_QUEM_ENTROU = {  # they say nothing but who the person is, and what that person may see
    "/admin/", "/admin/search/", "/admin/logout/", "/admin/password_change/", "/admin/password_change/done/",
    "/admin/jsi18n/", "/admin/r/1/1/",
}  # fmt: skip
LONGE = "203.0.113.9"  # this machine itself may read the metrics
RECUSAS = {401, 403, 404, 405}


def enderecos() -> list[str]:
    return sorted(set(_enderecos(get_resolver().url_patterns, "/")))


def _enderecos(padroes: Any, antes: str) -> Iterator[str]:
    for padrao in padroes:
        texto = str(padrao.pattern)
        if hasattr(padrao, "url_patterns"):
            yield from _enderecos(padrao.url_patterns, antes + _com_um(texto))
        elif apps := re.search(r"\(\?P<app_label>([\w|]+)\)", texto):
            yield from (f"{antes}{app}/" for app in apps[1].split("|"))
        else:
            yield antes + _com_um(texto)


def _com_um(padrao: str) -> str:
    """A 1 for each parameter, the first letter of those that may be any, and nothing of what only marks the ends."""
    sem_parametros = re.sub(r"<[^>]+>", "1", re.sub(r"\(\?P<\w+>[^)]*\)\$?", "1", padrao))
    return re.sub(r"/\?\$$|\^", "", re.sub(r"\[(\w)\w\]", r"\1", sem_parametros))


@pytest.fixture
def sem_direitos() -> Client:
    """Somebody of the staff whom nobody has given a group yet."""
    cliente = Client(REMOTE_ADDR=LONGE)
    usuario = User.objects.create_user("novata", password=None, is_staff=True)
    cliente.force_login(usuario, backend="django.contrib.auth.backends.ModelBackend")
    return cliente


def test_o_site_tem_muitos_enderecos_e_todos_sao_percorridos() -> None:
    achados = enderecos()
    assert len(achados) > 200
    assert ABERTAS | DE_QUEM_ENTROU <= set(achados)
    assert not [endereco for endereco in achados if re.search(r"[<>()?^$|]", endereco)]


@pytest.mark.parametrize("metodo", ["get", "post"])
def test_quem_nao_entrou_nao_passa(metodo: str) -> None:
    passou = []
    for endereco in enderecos():
        resposta = getattr(Client(REMOTE_ADDR=LONGE), metodo)(endereco)
        para_o_login = resposta.status_code == 302 and resposta.url.startswith("/admin/login/")
        saida = endereco == "/admin/logout/" and resposta.status_code == 302 and resposta.url == "/admin/"
        if not (para_o_login or saida or resposta.status_code in RECUSAS or endereco in ABERTAS):
            passou.append((endereco, resposta.status_code))
    assert passou == []


@pytest.mark.parametrize("metodo", ["get", "post"])
def test_da_equipe_mas_sem_permissao_nao_passa(sem_direitos: Client, metodo: str) -> None:
    passou = []
    for endereco in enderecos():
        if endereco in ABERTAS | DE_QUEM_ENTROU:
            continue
        resposta = getattr(sem_direitos, metodo)(endereco, follow=True)
        ao_inicio = resposta.redirect_chain and resposta.redirect_chain[-1][0] == "/admin/"  # of what does not exist
        if not ao_inicio and resposta.status_code not in RECUSAS:
            passou.append((endereco, resposta.status_code))
    assert passou == []
