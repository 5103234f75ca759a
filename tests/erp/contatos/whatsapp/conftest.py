"""Meta's stand-in on loopback, a template that it knows, and the way of a message from the fact to the wire."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, cast

import pytest
from django.db import connection
from django.test import Client

from erp.contatos.models import Comunicado, ModeloMensagem
from erp.contatos.services import acompanhar, avisar, encaminhar
from erp.contatos.whatsapp.canal import PORTA
from erp.contatos.whatsapp.falso import SEGREDO, WhatsappFalso, assinatura, corpo_do_webhook
from erp.provedores.services import processar_pendentes
from filas.fila.contextos import obter_contexto
from filas.fila.motor import Enviadas, enviar
from tests.erp.contatos.conftest import MODELO, NovoCliente, aviso

Celular = Callable[..., str]


@pytest.fixture
def meta(settings: Any) -> Iterator[WhatsappFalso]:
    with WhatsappFalso(lento=1.5) as falso:
        for ajuste, valor in falso.ajustes().items():
            setattr(settings, ajuste, valor)
        settings.WHATSAPP_TEMPO_LIMITE = 5
        yield falso


@pytest.fixture
def na_meta(modelo: ModeloMensagem) -> ModeloMensagem:
    """The template of the tests, approved at Meta and in use."""
    return ModeloMensagem.objects.create(
        codigo=MODELO, canal="whatsapp", assunto="", corpo="Olá, {{nome}}: {{coisa}}. Até logo.",
        nome_externo="aviso_de_teste", idioma="pt_BR",
    )  # fmt: skip


@pytest.fixture
def celular(novo_cliente: NovoCliente) -> Celular:
    """A customer with this mobile; returns the code."""

    def fazer(numero: str = "987654321", ddd: str = "31", **campos: Any) -> str:
        return novo_cliente(ddd_celular=ddd, celular=numero, **campos).pk

    return fazer


def por_na_fila(codigo: str, fato: str = "f:1", **campos: Any) -> Comunicado:
    avisar([aviso(fato, codigo_cliente=codigo, **campos)])
    encaminhar(PORTA)
    return Comunicado.objects.get(fato=fato, canal="whatsapp")


def mandar() -> Enviadas:
    """What a worker of the queue does with the messages, and what the routine does after it."""
    feito = enviar([obter_contexto("Whatsapp")])
    acompanhar()
    return feito


def ja(segundos: float = 0.0) -> None:
    """What waits is due now, and the past is `segundos` further away."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE wosk_queue SET proxima_tentativa_em = statement_timestamp() WHERE situacao = 0")
        cursor.execute("UPDATE contatos_whatsapp_numero SET proximo_em = proximo_em - %s * interval '1 s'", [segundos])
        cursor.execute("UPDATE provedores_estadoprovedor SET pausado_ate = NULL")
        cursor.execute("UPDATE wosk_queue_contexto SET pausado_ate = NULL, falhas_seguidas = 0")


def receber(corpo: bytes, assinado: str | None = None) -> int:
    """Meta calls our webhook."""
    resposta: Any = Client().post(
        f"/webhooks/whatsapp/{SEGREDO}", corpo, content_type="application/json",
        headers={"X-Hub-Signature-256": assinatura(corpo) if assinado is None else assinado},
    )  # fmt: skip
    return cast(int, resposta.status_code)


def contar(meta: WhatsappFalso, *situacoes: str, qual: int = -1, **mais: Any) -> None:
    """Meta tells these of one message, each in a webhook, and we work them."""
    for situacao in situacoes:
        assert receber(corpo_do_webhook(statuses=[meta.status(meta.mensagens[qual], situacao, **mais)])) == 200
    processar_pendentes("whatsapp")
    acompanhar()


MINUTOS = timedelta(minutes=1)
