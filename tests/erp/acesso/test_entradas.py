"""Each entry, refusal, lock and exit leaves its event, and none says what should not be kept."""

from __future__ import annotations

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from auditoria.models import Evento

pytestmark = pytest.mark.django_db
SENHA = "uma senha comprida 71"


@pytest.fixture
def ana() -> User:
    return User.objects.create_superuser("ana", password=SENHA)


def _tentar(client: Client, usuario: str, senha: str) -> None:
    client.post(reverse("admin:login"), {"username": usuario, "password": senha})


def _eventos() -> list[tuple[str, str, str]]:
    return list(Evento.objects.order_by("id").values_list("acao", "ator", "objeto_id"))


def test_entrar_e_sair_deixam_um_evento_cada_com_quem_e_de_onde(client: Client, ana: User) -> None:
    _tentar(client, "ana", SENHA)
    client.post(reverse("admin:logout"))
    assert _eventos() == [("acesso.entrou", "ana", str(ana.pk)), ("acesso.saiu", "ana", str(ana.pk))]
    assert {e.ip for e in Evento.objects.all()} == {"127.0.0.1"}


def test_sair_sem_ter_entrado_nao_e_evento(client: Client) -> None:
    client.post(reverse("admin:logout"))
    assert not Evento.objects.exists()


def test_senha_errada_diz_de_quem_e_o_que_nao_e_login_de_ninguem_nao_fica(client: Client, ana: User) -> None:
    _tentar(client, "ana", "errada")
    _tentar(client, "a senha que digitei no campo do nome", "x")
    da_ana, de_ninguem = Evento.objects.order_by("id")
    assert (da_ana.acao, da_ana.ator, da_ana.objeto_id) == ("acesso.entrada_recusada", "entrada", str(ana.pk))
    assert da_ana.depois == {"usuario": "ana", "falhas": 1}
    assert (de_ninguem.objeto_id, de_ninguem.depois) == ("", {"usuario": "não existe", "falhas": 1})


def test_o_bloqueio_e_um_evento_e_o_que_vem_depois_dele_nao_enche_a_trilha(client: Client, ana: User, settings) -> None:
    settings.AXES_FAILURE_LIMIT = 3
    for _ in range(6):
        _tentar(client, "ana", "errada")
    _tentar(client, "ana", SENHA)
    acoes = [acao for acao, _, _ in _eventos()]
    assert acoes == ["acesso.entrada_recusada"] * 3 + ["acesso.entrada_bloqueada"] * 2


def test_desbloquear_pede_motivo_deixa_evento_e_a_pessoa_entra(client: Client, ana: User, settings) -> None:
    settings.AXES_FAILURE_LIMIT = 2
    User.objects.create_user("bia", password=SENHA, is_staff=True)
    for _ in range(2):
        _tentar(Client(), "bia", "errada")
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    tentativa = AccessAttempt.objects.get()
    endereco = reverse("admin:axes_accessattempt_desbloquear", args=[tentativa.pk])
    pagina = client.get(endereco)
    client.post(endereco, {"token": pagina.context["token"], "motivo": "esqueceu a senha nova"})
    evento = Evento.objects.get(acao="acesso.desbloqueado")
    assert (evento.ator, evento.motivo) == ("ana", "esqueceu a senha nova")
    assert evento.antes == {"usuario": "bia", "endereco": "127.0.0.1", "falhas": 2}
    da_bia = Client()
    _tentar(da_bia, "bia", SENHA)
    assert _eventos()[-1][:2] == ("acesso.entrou", "bia")


def test_as_paginas_das_entradas_so_mostram(client: Client, ana: User) -> None:
    _tentar(client, "ana", "errada")
    _tentar(client, "ana", SENHA)
    for modelo in ("accessattempt", "accesslog", "accessfailurelog"):
        assert client.get(reverse(f"admin:axes_{modelo}_changelist")).status_code == 200
        assert client.get(reverse(f"admin:axes_{modelo}_add")).status_code == 403
