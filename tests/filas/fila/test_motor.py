"""The engine in one process: what becomes of a message, by what its context and the other side do."""

from __future__ import annotations

import pytest

from filas.fila.entrada import enfileirar
from filas.fila.motor import enviar
from filas.models import Mensagem, Tentativa
from tests.filas.fila.provas import NOME, Provas, mensagem, tentativas

pytestmark = pytest.mark.django_db(transaction=True)


def test_uma_mensagem_vai_e_fica_com_o_que_voltou() -> None:
    provas = Provas()
    enfileirar(NOME, [("1", {"nome": "Ana"})])

    feito = enviar([provas])

    assert (feito.com_sucesso, feito.total) == (1, 1)
    ida = mensagem()
    assert provas.chamadas == [(str(ida.token), {"nome": "Ana"})]
    assert (ida.situacao, ida.tentativas, ida.mensagem, ida.retorno) == (2, 1, "HTTP 200", "{}")
    assert ida.terminada_em is not None and ida.reserva is None and ida.tempo is not None
    assert "Idempotency-Key" in ida.curl
    (tentativa,) = tentativas(ida.token)
    assert tentativa.resultado == Tentativa.Resultado.SUCESSO
    assert tentativa.numero == 1
    assert tentativa.status_http == 200
    assert tentativa.conteudo == tentativa.payload == {"nome": "Ana"}


def test_mil_mensagens_vao_todas_uma_vez() -> None:
    provas = Provas(concorrencia=100)
    enfileirar(NOME, [(str(n), {"n": n}) for n in range(1000)])

    feito = enviar([provas])

    assert feito.com_sucesso == 1000
    assert sorted(corpo["n"] for _, corpo in provas.chamadas) == list(range(1000))
    assert Mensagem.objects.filter(situacao=2).count() == 1000
    assert Tentativa.objects.count() == 1000
