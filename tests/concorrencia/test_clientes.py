"""Posts of the WebService at the same time, each on a connection of its own; and beside the Monitor."""

from __future__ import annotations

import itertools
import json
import random
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from auditoria.services import ATOR_SISTEMA
from clientes.models import Cliente, Pendente, RegistroRecebido
from clientes.monitor import CONTEXTO
from clientes.monitor.conteudo import conteudos
from clientes.monitor.services import varrer
from erp.acesso.services import criar_chave, esquecer_autenticacoes
from filas.models import Mensagem
from tests.clientes.webservice.conftest import CAMINHO, MINIMO

pytestmark = pytest.mark.django_db(transaction=True)
DEZESSEIS = 16
ACEITOS = (RegistroRecebido.Resultado.INSERIDO, RegistroRecebido.Resultado.ALTERADO)
# Eleven digits each; whether they check is nobody's business here.
DOCUMENTOS = [f"{n:011d}" for n in range(10000000001, 10000000001 + DEZESSEIS)]
Resposta = tuple[int, dict[str, Any]]


@pytest.fixture
def chave(transactional_db: None) -> str:
    esquecer_autenticacoes()
    Client().get(CAMINHO)  # the metrics of a process are registered at its first request, and not by two at once
    return criar_chave(nome="Loja", escopos=["clientes"], ator=ATOR_SISTEMA)[1]


def postar(chave: str, **campos: Any) -> Resposta:
    corpo = {nome: valor for nome, valor in {"key": chave, **MINIMO, **campos}.items() if valor is not ...}
    resposta = Client().post(CAMINHO, json.dumps(corpo), content_type="application/json")
    return resposta.status_code, resposta.json()


def todos_juntos(chave: str, pedidos: Sequence[dict[str, Any]]) -> list[Resposta]:
    """Each from a thread of its own, all let go at once; what each was answered, in order."""
    largada = threading.Barrier(len(pedidos))

    def correr(pedido: dict[str, Any]) -> Resposta:
        try:
            connection.ensure_connection()
            largada.wait(60)
            return postar(chave, **pedido)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(pedidos)) as equipe:
        return list(equipe.map(correr, pedidos))


@pytest.mark.parametrize("com_evento", [True, False])
def test_dezesseis_primeiros_posts_de_um_cliente_fazem_um_so(chave: str, com_evento: bool) -> None:
    """Written two ways, with codes that differ: the document is what a national is known by."""
    escritas = ("52998224725", "529.982.247-25")
    pedidos: list[dict[str, Any]] = [
        {"CPF_CGC": escritas[n % 2], "CLIENTE_VAREJO": f"NOME {n}", "CODIGO_CLIENTE": f"C{n % 4}"}
        | ({"eventId": f"evento-{n}"} if com_evento else {})
        for n in range(DEZESSEIS)
    ]
    respostas = todos_juntos(chave, pedidos)
    assert [status for status, _ in respostas] == [200] * DEZESSEIS
    cliente = Cliente.objects.get()
    assert {dados["CODIGO_CLIENTE"] for _, dados in respostas} == {cliente.pk}
    assert len({dados["CADASTRAMENTO"] for _, dados in respostas}) == 1
    recebidos = RegistroRecebido.objects.order_by("pk")
    assert Counter(recebidos.values_list("resultado", flat=True)) == {1: 1, 2: DEZESSEIS - 1}
    assert len(set(recebidos.values_list("id_registro", flat=True))) == DEZESSEIS
    ultimo = recebidos.last()
    assert ultimo is not None and cliente.cliente_varejo == ultimo.conteudo["CLIENTE_VAREJO"]


def test_dezesseis_clientes_disputam_um_codigo_e_um_fica_com_ele(chave: str) -> None:
    respostas = todos_juntos(chave, [{"CPF_CGC": documento, "CODIGO_CLIENTE": "7"} for documento in DOCUMENTOS])
    assert Counter(status for status, _ in respostas) == {200: 1, 409: DEZESSEIS - 1}
    [vencedor] = [n for n, (status, _) in enumerate(respostas) if status == 200]
    assert Cliente.objects.get().documento == DOCUMENTOS[vencedor]
    assert {e["regra"] for status, d in respostas if status == 409 for e in d["erros"]} == {"CONFLITO_DE_IDENTIDADE"}
    assert RegistroRecebido.objects.filter(resultado__in=ACEITOS).count() == 1


def test_nacional_e_estrangeiro_disputam_um_codigo(chave: str) -> None:
    """Nationals without a document and foreigners are known by the code alone; neither takes the other's."""
    pedidos = [{"CPF_CGC": "", "CODIGO_CLIENTE": "7", "ESTRANGEIRO": str(n % 2)} for n in range(DEZESSEIS)]
    respostas = todos_juntos(chave, pedidos)
    dono = Cliente.objects.get()
    assert dono.pk == "7"
    assert {status for status, _ in respostas[dono.estrangeiro :: 2]} == {200}
    assert {status for status, _ in respostas[1 - dono.estrangeiro :: 2]} == {409}
    aceitos = RegistroRecebido.objects.filter(resultado__in=ACEITOS)
    assert Counter(aceitos.values_list("resultado", flat=True)) == {1: 1, 2: DEZESSEIS // 2 - 1}


def test_o_mesmo_pedido_dezesseis_vezes_tem_a_mesma_resposta(chave: str) -> None:
    respostas = todos_juntos(chave, [{"eventId": "um-so"}] * DEZESSEIS)
    assert [status for status, _ in respostas] == [200] * DEZESSEIS
    assert len({json.dumps(dados, sort_keys=True) for _, dados in respostas}) == 1
    assert RegistroRecebido.objects.count() == Cliente.objects.count() == 1


def test_um_evento_com_dezesseis_conteudos_aceita_um(chave: str) -> None:
    pedidos = [{"eventId": "um-so", "CPF_CGC": documento} for documento in DOCUMENTOS]
    respostas = todos_juntos(chave, pedidos)
    assert Counter(status for status, _ in respostas) == {200: 1, 409: DEZESSEIS - 1}
    assert RegistroRecebido.objects.filter(resultado__in=ACEITOS).count() == Cliente.objects.count() == 1


def test_codigos_e_documentos_trocados_nao_travam_ninguem(chave: str) -> None:
    """Codes that are others' documents, in every order: whoever locks in another order would wait in a circle."""
    sorteio = random.Random(20260203)
    for _ in range(6):
        pares = [(sorteio.choice(DOCUMENTOS[:4]), sorteio.choice(DOCUMENTOS[:4])) for _ in range(DEZESSEIS)]
        respostas = todos_juntos(chave, [{"CPF_CGC": d, "CODIGO_CLIENTE": c} for d, c in pares])
        assert {status for status, _ in respostas} <= {200, 409}
    aceitos = RegistroRecebido.objects.filter(resultado__in=ACEITOS)
    assert set(aceitos.values_list("codigo_cliente", flat=True)) == set(Cliente.objects.values_list("pk", flat=True))
    documentos = list(Cliente.objects.values_list("documento", flat=True))
    assert len(documentos) == len(set(documentos))


def conferir_fila() -> None:
    """Nothing is left to be noticed, and the last message of each customer tells the customer as it is."""
    assert not Pendente.objects.exists()
    codigos = list(Cliente.objects.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        atuais = conteudos(cursor, codigos)
    for codigo in codigos:
        ditas = [m.conteudo for m in Mensagem.objects.filter(contexto=CONTEXTO, chave=codigo).order_by("pk")]
        assert _sem_data(ditas[-1]) == _sem_data(atuais[codigo])
        assert all(_sem_data(a) != _sem_data(b) for a, b in itertools.pairwise(ditas))


def _sem_data(conteudo: dict[str, Any]) -> dict[str, Any]:
    return {nome: valor for nome, valor in conteudo.items() if nome != "DATA_PARA_TRANSFERENCIA"}


def test_posts_e_monitor_juntos_nao_perdem_a_ultima_mudanca(chave: str) -> None:
    acabou = threading.Event()

    def vigiar() -> None:
        try:
            while not acabou.is_set():
                varrer(por="teste")
        finally:
            connection.close()

    def mudar(n: int) -> None:
        try:
            for vez in range(12):
                status, _ = postar(chave, CPF_CGC=DOCUMENTOS[n % 4], BAIRRO=f"BAIRRO {n}-{vez}")
                assert status == 200
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as equipe:
        monitores = [equipe.submit(vigiar) for _ in range(2)]
        posts = [equipe.submit(mudar, n) for n in range(6)]
        erros = [post.exception() for post in posts]
        acabou.set()
        erros += [monitor.exception() for monitor in monitores]
    assert erros == [None] * 8
    varrer(por="teste")
    assert Cliente.objects.count() == 4
    conferir_fila()


def test_o_que_outro_sistema_so_confirma_depois_tambem_e_achado(chave: str) -> None:
    """A change in raw SQL whose transaction stays open while the Monitor runs, over and over: found when it commits."""
    postar(chave, CPF_CGC=DOCUMENTOS[0])
    postar(chave, CPF_CGC=DOCUMENTOS[1])
    varrer(por="teste")
    mudou, pode = threading.Event(), threading.Event()

    def outro_sistema() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    'UPDATE "CLIENTES_VAREJO" SET "BAIRRO" = %s WHERE "CPF_CGC" = %s', ["SQL", DOCUMENTOS[0]]
                )
                mudou.set()
                assert pode.wait(60)
        finally:
            connection.close()

    em_outra = threading.Thread(target=outro_sistema)
    em_outra.start()
    assert mudou.wait(60)
    for vez in range(3):  # others go on meanwhile, and the Monitor passes by
        assert postar(chave, CPF_CGC=DOCUMENTOS[1], BAIRRO=f"B{vez}")[0] == 200
        varrer(por="teste")
    antes = Mensagem.objects.filter(chave=DOCUMENTOS[0]).count()
    pode.set()
    em_outra.join(60)
    varrer(por="teste")
    assert Mensagem.objects.filter(chave=DOCUMENTOS[0]).count() == antes + 1
    conferir_fila()


def test_um_post_recusado_nao_deixa_nada_para_o_monitor(chave: str) -> None:
    postar(chave, CPF_CGC=DOCUMENTOS[0], CODIGO_CLIENTE="7")
    varrer(por="teste")
    quantas = Mensagem.objects.count()
    respostas = todos_juntos(chave, [{"CPF_CGC": d, "CODIGO_CLIENTE": "7"} for d in DOCUMENTOS[1:]])
    assert {status for status, _ in respostas} == {409}
    assert not Pendente.objects.exists()
    assert varrer(por="teste") is None and Mensagem.objects.count() == quantas
