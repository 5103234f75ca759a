"""Packages that the other side refuses as a whole. The other side is this same instance, over HTTP: it has every row."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from auditoria.services import ATOR_SISTEMA
from erp.acesso.services import criar_chave
from erp.provedores import rede
from erp.sincronizacao import cliente
from erp.sincronizacao.models import Conflito, VendaAEnviar
from pdv.replicacao.services import receber_pacote
from tests.erp.sincronizacao.test_vendas import enviar
from tests.pdv.fabricas import criar_ponto_venda, em_json, nova_nota, nova_operacao, novo_pacote, novo_turno

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def ela_mesma(live_server: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.SINCRONIZACAO_URL = live_server.url
    settings.SINCRONIZACAO_CHAVE = criar_chave(nome="Outra", escopos=["sincronizacao"], ator=ATOR_SISTEMA)[1]
    monkeypatch.setattr(cliente, "PAUSA", 0.0)
    yield
    rede._cliente(
        os.getpid(), None
    ).close()  # what is kept alive keeps the server's thread, and its database connection
    rede._cliente.cache_clear()


def chegar(*ids: int, gorda: int = 0) -> None:
    """What a till sent here; the note `gorda` is of 30 KB."""
    notas = [nova_nota(n, **({"xml": "x" * 30_000} if n == gorda else {})) for n in ids]
    pacote = novo_pacote(*(nova_operacao(n) for n in ids), notas=notas, turnos=[novo_turno(1)])
    receber_pacote(corpo=em_json(pacote), ponto_venda=criar_ponto_venda(1))


def test_a_linha_que_sozinha_nao_passa_fica_a_vista_e_nao_prende_as_outras(settings: Any) -> None:
    chegar(*range(1, 12), gorda=7)
    settings.PDV_CORPO_MAXIMO = 25_000
    contagens = enviar().contagens
    assert contagens["operacoes: existente"] == 11
    assert (contagens["notas: existente"], contagens["notas: rejeitada"]) == (10, 1)
    assert "falhas" not in contagens and not VendaAEnviar.objects.exists()
    conflito = Conflito.objects.get()
    assert (conflito.entidade, conflito.tipo, conflito.situacao) == ("vendas", Conflito.Tipo.RECUSADO, 0)
    assert conflito.aqui == {"ponto_venda": "1", "numero": "7"} and "HTTP 413" in conflito.mensagem

    settings.PDV_CORPO_MAXIMO = 16 * 1024 * 1024
    enviar()
    conflito.refresh_from_db()
    assert (conflito.situacao, conflito.resolucao) == (1, "o ERP aceitou")


def test_quem_recusa_ate_o_pacote_vazio_nao_faz_de_cada_venda_um_conflito(settings: Any) -> None:
    chegar(1, 2, 3)
    settings.PDV_CORPO_MAXIMO = 10
    assert [falha.objeto_id for falha in enviar().falhas] == ["1"]
    assert not Conflito.objects.exists() and VendaAEnviar.objects.exists()
    settings.PDV_CORPO_MAXIMO = 16 * 1024 * 1024
    assert enviar().contagens["operacoes: existente"] == 3


def test_a_recusada_que_ja_espera_nao_e_notada_de_novo_a_cada_rodada(settings: Any) -> None:
    chegar(1, 2, gorda=2)
    settings.PDV_CORPO_MAXIMO = 25_000
    enviar()
    assert Conflito.objects.count() == 1
    settings.PDV_CORPO_MAXIMO = 10
    for _ in range(3):
        enviar()
    assert VendaAEnviar.objects.count() == 1
