"""A till over a real connection: gzip in, one result a row out, and what a bad link or a bad client meets."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from pytest_django.live_server_helper import LiveServer

from auditoria.services import ATOR_SISTEMA
from erp.acesso.services import criar_chave
from pdv.replicacao.models import ItemOperacaoPdv, NotaFiscal, OperacaoPdv
from tests.pdv.fabricas import criar_ponto_venda, em_gzip, nova_nota, nova_operacao, novo_pacote, novo_turno

pytestmark = pytest.mark.django_db(transaction=True)
CAMINHO = "/api/pdv/v1/replicacao"


@pytest.fixture
def pdv(live_server: LiveServer) -> Iterator[httpx.Client]:
    ponto_venda = criar_ponto_venda(1)
    chave = criar_chave(nome="PDV 1", escopos=["pdv"], ponto_venda_id=ponto_venda.pk, ator=ATOR_SISTEMA)[1]
    cabecalhos = {
        "Authorization": f"Api-Key {chave}",
        "Content-Type": "application/json",
        "Content-Encoding": "gzip",
    }
    with httpx.Client(base_url=live_server.url, headers=cabecalhos, timeout=30) as cliente:
        yield cliente


def test_um_dia_de_pdv_pela_rede(pdv: httpx.Client) -> None:
    numeros = range(1, 121)
    pacote = novo_pacote(*map(nova_operacao, numeros), notas=[nova_nota(n) for n in numeros], turnos=[novo_turno(1)])
    primeira = pdv.post(CAMINHO, content=em_gzip(pacote)).raise_for_status().json()
    assert {linha["resultado"] for secao in primeira.values() for linha in secao} == {"criada"}
    assert [linha["id_operacao"] for linha in primeira["operacoes"]] == list(numeros)
    segunda = pdv.post(CAMINHO, content=em_gzip(pacote)).raise_for_status().json()
    assert {linha["resultado"] for secao in segunda.values() for linha in secao} == {"existente"}
    assert (OperacaoPdv.objects.count(), ItemOperacaoPdv.objects.count(), NotaFiscal.objects.count()) == (120, 480, 120)


def test_corpo_maior_que_o_limite_ouve_413_e_nao_uma_conexao_caida(pdv: httpx.Client) -> None:
    resposta = pdv.post(CAMINHO, content=b"x" * (17 * 1024 * 1024))
    assert (resposta.status_code, resposta.json()["codigo"]) == (413, "CORPO_MUITO_GRANDE")


def test_bomba_pela_rede(pdv: httpx.Client) -> None:
    resposta = pdv.post(CAMINHO, content=gzip.compress(b"0" * (64 * 1024 * 1024)))
    assert (resposta.status_code, resposta.json()["codigo"]) == (413, "CORPO_MUITO_GRANDE")


def test_conexao_cortada_no_meio_do_corpo_nao_grava_nada(pdv: httpx.Client, live_server: LiveServer) -> None:
    corpo = em_gzip(novo_pacote(*map(nova_operacao, range(1, 51))))
    endereco = urlsplit(live_server.url)
    with socket.create_connection((endereco.hostname or "", endereco.port or 0), timeout=30) as conexao:
        cabecalhos = "".join(f"{nome}: {valor}\r\n" for nome, valor in pdv.headers.items() if nome != "accept-encoding")
        pedido = f"POST {CAMINHO} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(corpo)}\r\n{cabecalhos}\r\n"
        conexao.sendall(pedido.encode() + corpo[: len(corpo) // 2])
        conexao.shutdown(socket.SHUT_WR)
        resposta = b"".join(iter(lambda: conexao.recv(65536), b""))
    assert b"CORPO_INCOMPLETO" in resposta
    assert not OperacaoPdv.objects.exists()
    assert pdv.post(CAMINHO, content=corpo).status_code == 200
    assert OperacaoPdv.objects.count() == 50


def test_corpo_em_pedacos_sem_tamanho_e_recusado_com_clareza(pdv: httpx.Client) -> None:
    resposta = pdv.post(CAMINHO, content=iter([em_gzip(novo_pacote(nova_operacao(1)))]))
    assert (resposta.status_code, resposta.json()["codigo"]) == (400, "CORPO_INCOMPLETO")
    assert "Content-Length" in resposta.json()["mensagem"]
