"""SIGKILL at random instants of web, Monitor and queue while tills post: no customer lost, each change told once by its token."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from auditoria.services import ATOR_SISTEMA
from clientes.loja_cliente.rules import montar_payload
from clientes.models import Cliente, Pendente, RegistroRecebido
from clientes.monitor import CONTEXTO
from clientes.monitor.conteudo import conteudos
from erp.acesso.services import criar_chave, esquecer_autenticacoes
from filas.models import Mensagem
from tests.falhas.clientes_vivos import TOKEN_DA_PLATAFORMA, Caixa, clientes_vivos
from tests.falhas.plataforma import Plataforma
from tests.falhas.vivos import Vivos, esperar

PARADO = 180.0  # seconds without anything moving
CAIXAS, POR_CAIXA = 3, 40  # many: of a customer that has changed again, what came back from the dead is not resent
VITIMAS = ("fila-a", "web", "monitor", "fila-b")
S = Mensagem.Situacao
pytestmark = pytest.mark.django_db(transaction=True)


def castigar(todos: Vivos, caixas: list[Caixa], plataforma: Plataforma, mortes: int, sorteio: random.Random) -> None:
    for n in range(mortes):
        postados, chegadas = sum(len(c.aceitos) for c in caixas), len(plataforma.chegadas)

        def trabalham(postados: int = postados, chegadas: int = chegadas) -> bool:
            assert not [c.erro for c in caixas if c.erro]
            return sum(len(c.aceitos) for c in caixas) > postados and len(plataforma.chegadas) > chegadas

        esperar(trabalham, PARADO, f"ninguém andou antes da morte {n}")  # everybody is at work now
        time.sleep(sorteio.uniform(0, 0.4))
        vitima = VITIMAS[n % len(VITIMAS)]
        if vitima.startswith("fila"):  # in the middle of a call, or the lease has nothing to give back
            esperar(lambda: plataforma.em_curso > 1, PARADO, "ninguém chamou a plataforma")
        todos.matar(vitima)
        todos.levantar()


def restam() -> tuple[int, int]:
    return (
        Pendente.objects.filter(erro="").count(),
        Mensagem.objects.filter(situacao__in=[S.PENDENTE, S.ENVIANDO]).count(),
    )


def esperar_o_resto(plataforma: Plataforma) -> None:
    """Until nothing is pending. A slow machine is no failure: standing still is."""
    antes, desde = (restam(), 0), time.monotonic()
    while any(antes[0]):
        agora = (restam(), sum(map(len, plataforma.chegadas.values())))
        if agora != antes:
            antes, desde = agora, time.monotonic()
        assert time.monotonic() - desde < PARADO, f"parou com {agora[0]} notas e mensagens por enviar"
        time.sleep(0.1)


def conferir_cadastro(caixas: list[Caixa]) -> None:
    """Every accepted body is there, once; each customer as its last one left it."""
    ultimos = {documento: corpo for caixa in caixas for documento, corpo in caixa.ultimo.items()}
    assert {c.pk: c.bairro for c in Cliente.objects.all()} == {d: corpo["BAIRRO"] for d, corpo in ultimos.items()}
    assert all(c.filial == f"LOJA {c.cliente_varejo[-1]}" for c in Cliente.objects.all())
    aceitos = RegistroRecebido.objects.values_list("filial", "id_registro")
    assert not RegistroRecebido.objects.filter(resultado=RegistroRecebido.Resultado.RECUSADO).exists()
    esperados = {(corpo["FILIAL"], evento) for caixa in caixas for evento, corpo in caixa.aceitos.items()}
    assert len(aceitos) == len(esperados) and set(aceitos) == esperados
    assert RegistroRecebido.objects.filter(resultado=RegistroRecebido.Resultado.INSERIDO).count() == len(ultimos)


def conferir_plataforma(plataforma: Plataforma) -> None:
    """What is said to have arrived did; each token says one thing; nothing overtook; the last word is the row's."""
    mensagens = {str(m.token): m for m in Mensagem.objects.filter(contexto=CONTEXTO)}
    entregues = {token for token, m in mensagens.items() if m.situacao == S.SUCESSO}
    assert entregues <= set(plataforma.chegadas) <= set(mensagens)
    assert {m.situacao for m in mensagens.values()} <= {S.SUCESSO, S.CANCELADA}
    for token, payloads in plataforma.chegadas.items():
        assert payloads == [montar_payload(mensagens[token].conteudo)] * len(payloads)
    for tokens in plataforma.ordem.values():
        ids = [mensagens[token].pk for token in tokens]
        assert ids == sorted(ids)
    with connection.cursor() as cursor:
        atuais = conteudos(cursor, list(Cliente.objects.values_list("pk", flat=True)))
    for codigo, conteudo in atuais.items():
        ultima = dict(mensagens[plataforma.ordem[codigo][-1]].conteudo)
        assert ultima | {"DATA_PARA_TRANSFERENCIA": ""} == conteudo | {"DATA_PARA_TRANSFERENCIA": ""}
        assert plataforma.chegadas[plataforma.ordem[codigo][-1]][-1] == montar_payload(conteudo)


def provar(mortes: int, pasta: Path, relatar: Callable[[str], None] = print) -> None:
    esquecer_autenticacoes()
    chave = criar_chave(nome="Loja", escopos=["clientes"], ator=ATOR_SISTEMA)[1]
    semente = random.randrange(10**9)
    relatar(f"semente das mortes: {semente}")
    parar = threading.Event()
    with Plataforma(TOKEN_DA_PLATAFORMA, semente) as plataforma, clientes_vivos(chave, pasta, plataforma) as todos:
        documentos = [f"{n:011d}" for n in range(10000000001, 10000000001 + CAIXAS * POR_CAIXA)]
        caixas = [Caixa(n, documentos[n::CAIXAS], todos.porta, chave, parar) for n in range(CAIXAS)]
        for caixa in caixas:
            caixa.start()
        try:
            castigar(todos, caixas, plataforma, mortes, random.Random(semente))
        finally:
            parar.set()
        for caixa in caixas:
            caixa.join(240)
        assert not [caixa.erro for caixa in caixas if caixa.erro]
        esperar_o_resto(plataforma)
    assert not Pendente.objects.exists()
    conferir_cadastro(caixas)
    conferir_plataforma(plataforma)
    repetidas = sum(len(payloads) - 1 for payloads in plataforma.chegadas.values())
    relatar(
        f"{sum(len(c.aceitos) for c in caixas)} posts, {sum(c.quedas for c in caixas)} quedas, {repetidas} repetidas"
    )


@pytest.mark.timeout(900)
def test_quatro_mortes_nao_perdem_cliente_nem_mudanca(tmp_path: Path) -> None:
    provar(mortes=4, pasta=tmp_path)


@pytest.mark.prova
@pytest.mark.timeout(3600)
def test_duzentas_mortes_nao_perdem_cliente_nem_mudanca(tmp_path: Path) -> None:
    provar(mortes=200, pasta=tmp_path)
