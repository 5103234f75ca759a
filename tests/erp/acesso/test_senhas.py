"""A password that Django stores anew by itself is declared; one that its owner changes is an event of theirs."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from auditoria.acoes import DECLARADA
from auditoria.models import Evento
from erp.acesso.senhas import RECODIFICADA
from tests import vigias

pytestmark = pytest.mark.django_db
SENHA, NOVA = "uma senha comprida 71", "outra senha comprida 72"


@pytest.fixture
def ana(settings: Any) -> User:
    """Her password was stored as it no longer is."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    ana = User.objects.create_superuser("ana", password=SENHA)
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.ScryptPasswordHasher", "django.contrib.auth.hashers.MD5PasswordHasher",
    ]  # fmt: skip
    return ana


def _eventos() -> list[tuple[str, str, str, str]]:
    return sorted(Evento.objects.values_list("acao", "ator", "objeto", "objeto_id"))


@pytest.mark.django_db(transaction=True)  # what a commit ends is another transaction than the entry's
def test_a_senha_guardada_de_novo_ao_entrar_e_declarada_e_nao_e_alarme(client: Client, ana: User) -> None:
    with vigias.ouvindo():
        client.post(reverse("admin:login"), {"username": "ana", "password": SENHA})
    assert User.objects.get().password.startswith("scrypt$")
    assert _eventos() == [
        ("acesso.entrou", "ana", "auth.User", str(ana.pk)),
        (DECLARADA, RECODIFICADA, "auth.user", str(ana.pk)),
    ]


def test_quem_entra_outra_vez_ou_erra_a_senha_nao_muda_nada(client: Client, ana: User) -> None:
    client.post(reverse("admin:login"), {"username": "ana", "password": SENHA})
    antes = Evento.objects.count()
    with vigias.ouvindo():
        for senha in (SENHA, "errada"):
            Client().post(reverse("admin:login"), {"username": "ana", "password": senha})
    novos = Evento.objects.order_by("id").values_list("acao", flat=True)[antes:]
    assert list(novos) == ["acesso.entrou", "acesso.entrada_recusada"]


@pytest.mark.parametrize(("antiga", "fica"), [(SENHA, NOVA), ("errada", SENHA)], ids=["certa", "errada"])
def test_quem_muda_a_propria_senha_deixa_o_evento_e_ninguem_mais(
    client: Client, ana: User, antiga: str, fica: str
) -> None:
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    pagina = client.get(reverse("admin:password_change")).content.decode()
    assert 'name="old_password"' in pagina and "rounded" in pagina, "com a cara das outras"
    with vigias.ouvindo():
        dados = {"old_password": antiga, "new_password1": NOVA, "new_password2": NOVA}
        resposta = client.post(reverse("admin:password_change"), dados)
    assert resposta.status_code == (302 if fica == NOVA else 200)
    assert User.objects.get().check_password(fica)
    propria = [("acesso.senha_mudada", "ana", "auth.User", str(ana.pk))]
    assert _eventos() == (propria if fica == NOVA else [])
