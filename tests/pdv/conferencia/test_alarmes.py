"""Alarms: what is told, when it is told again, and what is never in it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import structlog
from django.core import mail
from django.test import Client

from erp.cadastros.models import PontoVenda
from pdv.conferencia.alarmes import alarmar, coletar
from pdv.conferencia.models import DiaConferido, Resumo
from pdv.replicacao.models import OperacaoPdv
from tests.pdv.conferencia.conftest import conferir, declarar
from tests.pdv.conferencia.fabricas import novo_manifesto
from tests.pdv.conferencia.test_quadro import venda
from tests.pdv.elenco import AGORA, Elenco
from tests.pdv.processamento.conftest import entrar, pessoa

pytestmark = pytest.mark.django_db(transaction=True)
AMANHA = AGORA + timedelta(days=1)


@pytest.fixture(autouse=True)
def correio(settings: Any) -> None:
    settings.CONFERENCIA_EMAILS = ["gerente@exemplo.com.br"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def elenco(elenco: Elenco) -> Elenco:
    PontoVenda.objects.update(ultimo_contato_em=AMANHA + timedelta(days=30))  # nobody is silent unless a test says so
    return elenco


@pytest.fixture
def faltando(elenco: Elenco) -> DiaConferido:
    perdida = venda(elenco.pdv, 7, "20.00")
    OperacaoPdv.objects.update(cpf_cnpj_consumidor="52998224725")
    manifesto = novo_manifesto([venda(elenco.pdv, 6), perdida])
    perdida.delete()
    declarar(elenco.pdv, manifesto)
    return conferir(elenco.pdv)


def test_dia_que_nao_confere_so_da_alarme_depois_da_tolerancia(faltando: DiaConferido) -> None:
    fim_do_dia = datetime.fromisoformat("2026-03-11T00:00:00-03:00")
    assert coletar(None, fim_do_dia + timedelta(hours=5)) == []
    [alarme] = coletar(None, fim_do_dia + timedelta(hours=7))
    assert (alarme.codigo, alarme.assunto) == ("DIFERENCA", "1 2026-03-10")
    assert "1 operação que o PDV diz ter enviado não está aqui" in alarme.texto


def test_o_resumo_vai_uma_vez_e_sem_dado_pessoal(faltando: DiaConferido) -> None:
    for minutos in (0, 10, 20):
        assert alarmar(AMANHA + timedelta(minutes=minutos)) == 1
    [carta] = mail.outbox
    assert carta.to == ["gerente@exemplo.com.br"]
    assert "10/03/2026, PDV 1 – PDV 1" in str(carta.body)
    assert "52998224725" not in str(carta.body)


def test_o_mesmo_so_e_repetido_no_dia_seguinte_e_o_novo_depois_do_intervalo(
    elenco: Elenco, faltando: DiaConferido
) -> None:
    alarmar(AMANHA)
    alarmar(AMANHA + timedelta(hours=7))
    assert len(mail.outbox) == 1
    venda(elenco.pdv2, 1)  # a day without manifest: something new
    conferir(elenco.pdv2)
    alarmar(AMANHA + timedelta(hours=5))
    assert len(mail.outbox) == 1
    alarmar(AMANHA + timedelta(hours=7))
    assert len(mail.outbox) == 2
    assert "ainda não disse" in str(mail.outbox[1].body)
    alarmar(AMANHA + timedelta(hours=32))
    assert len(mail.outbox) == 3


def test_sem_enderecos_nada_se_manda_e_o_log_diz(faltando: DiaConferido, settings: Any) -> None:
    settings.CONFERENCIA_EMAILS = []
    with structlog.testing.capture_logs() as linhas:
        assert alarmar(AMANHA) == 1
    assert [(x["event"], x["total"], x["DIFERENCA"]) for x in linhas] == [("conferencia.alarmes", 1, 1)]
    assert mail.outbox == [] and not Resumo.objects.exists()


def test_servidor_de_email_fora_nao_derruba_a_rotina_e_tenta_de_novo(
    faltando: DiaConferido, settings: Any, unused_port: int
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", unused_port
    assert alarmar(AMANHA) == 1
    assert Resumo.objects.get().erro == "ConnectionRefusedError"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    alarmar(AMANHA + timedelta(minutes=10))
    assert len(mail.outbox) == 1


@pytest.fixture
def unused_port() -> Iterator[int]:
    """A port where nobody listens."""
    with socket.socket() as tomada:
        tomada.bind(("127.0.0.1", 0))
        yield tomada.getsockname()[1]


def test_morte_entre_reservar_e_enviar_nao_duplica(faltando: DiaConferido) -> None:
    Resumo.objects.create(assinatura="x", linhas=1, criado_em=AMANHA)  # written, and then the process died
    alarmar(AMANHA + timedelta(hours=1))
    assert mail.outbox == []
    alarmar(AMANHA + timedelta(hours=7))
    assert len(mail.outbox) == 1


def test_pdv_calado_da_alarme(elenco: Elenco) -> None:
    PontoVenda.objects.filter(pk=elenco.pdv2.pk).update(ultimo_contato_em=AGORA - timedelta(hours=30))
    PontoVenda.objects.filter(pk=elenco.pdv3.pk).update(ultimo_contato_em=None, ativo=False)
    [alarme] = coletar(None, AGORA)
    assert (alarme.codigo, alarme.texto) == ("PDV_CALADO", "PDV 2 – PDV 2: sem contato há 30 h")
    assert coletar(frozenset({elenco.bairro.pk}), AGORA) == []


def test_diferenca_aceita_nao_da_alarme(faltando: DiaConferido) -> None:
    DiaConferido.objects.update(aceita_em=AMANHA, aceita_por="ana")
    assert coletar(None, AMANHA) == []


def test_o_painel_mostra_o_dia_que_nao_confere(elenco: Elenco, faltando: DiaConferido) -> None:
    ana = pessoa("ana", "gerente", filiais=(elenco.centro,))
    bia = pessoa("bia", "gerente", filiais=(elenco.bairro,))
    assert f"/admin/conferencia/diaconferido/{faltando.pk}/change/" in entrar(ana).get("/admin/").content.decode()
    assert "Dias que não conferem" not in entrar(bia).get("/admin/").content.decode()


def test_as_metricas_dizem_quantos_dias_e_quanto_dinheiro(client: Client, faltando: DiaConferido) -> None:
    texto = client.get("/metrics", REMOTE_ADDR="127.0.0.1").content.decode()
    assert 'retaguarda_conferencia_dias{situacao="diferenca"} 1.0' in texto
    assert "retaguarda_conferencia_nao_lancado_reais 30.0" in texto
    assert "django_http_requests_before_middlewares_total" in texto
