"""Commands asked, told, confirmed and overtaken by what they asked for, each on a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from erp.cadastros.models import PontoVenda
from pdv.replicacao.comandos import concluir, listar, pedir_replicacao
from pdv.replicacao.models import Comando, OperacaoPdv
from pdv.replicacao.retrato import remover
from pdv.replicacao.services import receber_pacote
from tests.pdv.fabricas import INSTALACAO, criar_ponto_venda, em_json, nova_operacao, novo_pacote

pytestmark = pytest.mark.django_db(transaction=True)
S = Comando.Situacao


def pedir(ponto_venda: PontoVenda, *numeros: int) -> None:
    """Take operations out of staging and ask for them again, as one act."""
    with transaction.atomic(), connection.cursor() as cursor:
        remover(list(OperacaoPdv.objects.filter(id_operacao__in=numeros).values_list("pk", flat=True)))
        for numero in numeros:
            pedir_replicacao(
                cursor, ponto_venda_id=ponto_venda.pk, filial_id=ponto_venda.filial_id, instalacao=INSTALACAO,
                id_operacao=numero, usuario="ana", motivo="itens trocados", agora=timezone.now(),
            )  # fmt: skip


def receber(ponto_venda: PontoVenda, *numeros: int) -> list[str]:
    corpo = em_json(novo_pacote(*map(nova_operacao, numeros)))
    return [o.resultado for o in receber_pacote(corpo=corpo, ponto_venda=ponto_venda).operacoes]


def ao_mesmo_tempo(*trabalhos: Callable[[], Any]) -> list[Any]:
    """Run each in a thread and a connection of its own; raises what any of them raised."""

    def correr(trabalho: Callable[[], Any]) -> Any:
        try:
            return trabalho()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(trabalhos)) as equipe:
        return list(equipe.map(correr, trabalhos))


def test_pacote_que_vinha_a_caminho_nao_cumpre_o_pedido_feito_enquanto_isso() -> None:
    """It found the operation in staging, and answers so; then it is taken out and asked for. The command must stand."""
    ponto_venda = criar_ponto_venda(1)
    receber(ponto_venda, 1)
    pedir(ponto_venda, 99)  # so that the package looks for commands at all
    procurou, pedido = threading.Event(), threading.Event()

    def pausar(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        resultado = execute(sql, params, many, context)
        if "hash_conteudo, cancelado FROM hiperpdv_operacao_pdv" in sql and not procurou.is_set():
            procurou.set()
            assert pedido.wait(timeout=30)
        return resultado

    def pacote() -> list[str]:
        with connection.execute_wrapper(pausar):
            return receber(ponto_venda, 1)

    def pessoa() -> None:
        assert procurou.wait(timeout=30)
        pedir(ponto_venda, 1)
        pedido.set()

    resultados, _ = ao_mesmo_tempo(pacote, pessoa)
    assert resultados == ["existente"]
    assert not OperacaoPdv.objects.filter(id_operacao=1).exists()
    assert Comando.objects.get(id_operacao=1).situacao == S.PENDENTE
    assert receber(ponto_venda, 1) == ["criada"]
    assert Comando.objects.get(id_operacao=1).situacao == S.CUMPRIDO


def test_comando_que_alguem_esta_fechando_fica_para_a_proxima_pergunta() -> None:
    ponto_venda = criar_ponto_venda(1)
    pedir(ponto_venda, 1, 2)
    primeiro, segundo = Comando.objects.order_by("pk")

    def perguntar() -> list[int]:
        abertos = listar(ponto_venda_id=ponto_venda.pk, instalacao=INSTALACAO, agora=timezone.now())
        return [aberto.id for aberto in abertos]

    with transaction.atomic():
        Comando.objects.select_for_update().get(pk=primeiro.pk)
        assert ao_mesmo_tempo(perguntar) == [[segundo.pk]]
    assert perguntar() == [primeiro.pk, segundo.pk]


def test_chegadas_perguntas_e_confirmacoes_juntas_fecham_cada_comando_uma_vez() -> None:
    ponto_venda = criar_ponto_venda(1)
    numeros = list(range(1, 31))
    pedir(ponto_venda, *numeros)
    pks = list(Comando.objects.order_by("pk").values_list("pk", flat=True))
    quem = {"ponto_venda_id": ponto_venda.pk, "instalacao": INSTALACAO}

    def chegar() -> None:
        for numero in reversed(numeros):
            receber(ponto_venda, numero)

    def perguntar() -> None:
        for _ in numeros:
            listar(**quem, agora=timezone.now())

    def confirmar() -> None:
        for pk in pks:
            concluir(comando_id=pk, cumprido=True, mensagem="", agora=timezone.now(), **quem)

    ao_mesmo_tempo(chegar, perguntar, confirmar, perguntar, confirmar)
    assert list(Comando.objects.values_list("situacao", flat=True)) == [S.CUMPRIDO] * len(numeros)
    assert not listar(**quem, agora=timezone.now())
    assert OperacaoPdv.objects.count() == len(numeros)
