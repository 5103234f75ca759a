"""The page of the integrations: how each is doing, pausing and resuming."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from auditoria.models import Evento
from filas.estado import ritmos
from filas.models import EstadoContexto, Mensagem
from tests.filas.admin.conftest import CONTEXTO, Vizinhos, entrar, mensagem, tentativa

pytestmark = pytest.mark.django_db
LISTA = "/admin/filas/estadocontexto/"


@pytest.fixture
def ti() -> Client:
    return entrar("TI", nome="rui")


def texto(cliente: Client) -> str:
    return cliente.get(LISTA).content.decode()


def token(pagina: str) -> str:
    achado = re.search(r'name="token" value="([^"]+)"', pagina)
    assert achado
    return achado[1]


def test_o_cartao_diz_se_esta_configurada_e_funcionando(ti: Client, vizinhos: Vizinhos) -> None:
    mensagem(Mensagem.Situacao.PENDENTE, criada_em=timezone.now() - timedelta(hours=3))
    assert "Funcionando" in (pagina := texto(ti)) and "há 3 h" in pagina
    vizinhos.pronto = False
    assert "Não configurada" in texto(ti)


@pytest.mark.usefixtures("vizinhos")
def test_pausar_com_motivo_e_retomar(ti: Client) -> None:
    pausar = reverse("admin:filas_estadocontexto_pausar", args=[CONTEXTO])
    assert pausar in texto(ti)
    ti.post(pausar, {"token": token(ti.get(pausar).content.decode()), "motivo": "manutenção lá"})
    assert EstadoContexto.objects.get().pausado_por == "rui"
    pagina = texto(ti)
    assert "em pausa por rui" in pagina and "manutenção lá" in pagina and pausar not in pagina
    dados = {"token": token(pagina)}
    ti.post(reverse("admin:filas_estadocontexto_retomar"), dados)
    ti.post(reverse("admin:filas_estadocontexto_retomar"), dados)  # the second click
    assert EstadoContexto.objects.get().pausado_por == ""
    assert "Funcionando" in texto(ti)
    assert sorted(Evento.objects.values_list("acao", flat=True)) == [
        "filas.contexto_pausado",
        "filas.contexto_retomado",
    ]


@pytest.mark.usefixtures("vizinhos")
def test_a_pausa_sozinha_diz_ate_quando_e_se_retoma(ti: Client) -> None:
    EstadoContexto.objects.create(contexto=CONTEXTO, falhas_seguidas=7, pausado_ate=timezone.now() + timedelta(hours=1))
    pagina = texto(ti)
    assert "em pausa até" in pagina and "7 falhas seguidas" in pagina and "Volta a tentar sozinha." in pagina
    ti.post(reverse("admin:filas_estadocontexto_retomar"), {"token": token(pagina)})
    estado = EstadoContexto.objects.get()
    assert (estado.pausado_ate, estado.falhas_seguidas) == (None, 0)


@pytest.mark.usefixtures("vizinhos")
def test_so_a_ti_pausa(ana: Client) -> None:
    pausar = reverse("admin:filas_estadocontexto_pausar", args=[CONTEXTO])
    assert pausar not in texto(ana)
    assert ana.get(pausar).status_code == 403
    assert ana.post(reverse("admin:filas_estadocontexto_retomar"), {"token": "x"}).status_code == 403


@pytest.mark.usefixtures("vizinhos")
def test_contexto_com_mensagens_que_ninguem_registrou_aparece(ti: Client) -> None:
    EstadoContexto.objects.create(contexto="Sumido")
    assert "nenhum programa instalado conhece" in texto(ti)


@pytest.mark.usefixtures("vizinhos")
def test_o_ritmo_conta_as_tentativas_da_ultima_hora() -> None:
    m = mensagem()
    agora = timezone.now()
    for n in range(3):
        tentativa(m, n, iniciada_em=agora - timedelta(minutes=10))
    tentativa(m, 9, iniciada_em=agora - timedelta(hours=2))
    assert ritmos(agora) == {CONTEXTO: 3}
