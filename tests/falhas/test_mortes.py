"""SIGKILL at random instants of replicator, web and worker: nothing lost, nothing twice, every cent in its place."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction

from auditoria.services import ATOR_SISTEMA
from bench.reconciliacao import reconciliar
from bench.terminal import ler_terminal
from erp.acesso.services import criar_chave
from erp.cadastros.exemplo import carregar_exemplo, carregar_produtos
from erp.cadastros.models import PontoVenda
from pdv.replicacao.models import NotaFiscal, OperacaoPdv
from pdv.terminal import models as terminal
from pdv.terminal.catalogo import catalogo
from tests.falhas.vivos import Vivos, esperar, vivos
from tests.invariantes import GARANTIAS, lancamento_nunca_muda_nem_some, verificar_tudo

PARADO = 180.0  # seconds without a single row moving
VITIMAS = ("replicador-a", "worker-a", "web", "replicador-b", "worker-b", "web")
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "terminal"])


def simular(quantas: int, semente: int) -> None:
    # from January on: two hundred turnos of the default day would run into the future, which is refused
    call_command(
        "pdv_simular",
        operacoes=quantas,
        ponto_venda=1,
        semente=semente,
        produtos=100,
        inicio=date(2026, 1, 5),
        verbosity=0,
    )


def conferir_no_meio() -> None:
    """The invariants, on one snapshot, while everything runs: but for the one that asks for the tables' own locks."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for garantia in GARANTIAS:
            if garantia is not lancamento_nunca_muda_nem_some:
                garantia()


def conferir_tudo() -> None:
    """What the till says, in plain Python, against the ledgers; and every guarantee."""
    verificar_tudo()
    numeros = set(terminal.OperacaoPdv.objects.values_list("pk", flat=True))
    recebidas = OperacaoPdv.objects.values_list("id_operacao", flat=True)
    assert len(recebidas) == len(numeros) and set(recebidas) == numeros
    arquivo = Path(connections["terminal"].settings_dict["NAME"])
    assert reconciliar([ler_terminal(1, arquivo)], frozenset()) == []


def _chegou_mais_que(antes: int) -> Callable[[], bool]:
    return lambda: OperacaoPdv.objects.count() > antes


def castigar(todos: Vivos, mortes: int, por_rodada: int, sorteio: random.Random) -> None:
    for n in range(mortes):
        simular(por_rodada, semente=n + 1)
        nome = VITIMAS[n % len(VITIMAS)]
        antes = OperacaoPdv.objects.count()
        esperar(_chegou_mais_que(antes), PARADO, f"nada chegou antes da morte {n}")  # everybody is at work now
        time.sleep(sorteio.uniform(0, 0.5))
        todos.matar(nome)
        todos.levantar()
        conferir_no_meio()


def restam() -> tuple[int, ...]:
    """Rows pending: operations and notes at the till, then here."""
    return (
        terminal.OperacaoPdv.objects.filter(situacao_replicacao=1).count(),
        terminal.NotaFiscal.objects.filter(lojamix_sit_replicacao=1).count(),
        OperacaoPdv.objects.filter(situacao_replicacao=1).count(),
        NotaFiscal.objects.filter(situacao_replicacao=1).count(),
    )


def esperar_o_resto() -> None:
    """Until nothing is pending. A slow machine is no failure: standing still is."""
    antes, desde = restam(), time.monotonic()
    while any(antes):
        agora = restam()
        if agora != antes:
            antes, desde = agora, time.monotonic()
        assert time.monotonic() - desde < PARADO, f"parou com {agora} linhas por replicar e por lançar"
        time.sleep(0.1)


def provar(mortes: int, por_rodada: int, pasta: Path, relatar: Callable[[str], None] = print) -> None:
    carregar_exemplo()
    carregar_produtos(catalogo(100))
    pdv = PontoVenda.objects.get(codigo=1)
    _, texto = criar_chave(nome="PDV 1", escopos=["pdv"], ponto_venda_id=pdv.pk, ator=ATOR_SISTEMA)
    semente = random.randrange(10**9)
    relatar(f"semente das mortes: {semente}")
    simular(por_rodada, semente=0)
    with vivos(texto, pasta) as todos:
        castigar(todos, mortes, por_rodada, random.Random(semente))
        esperar_o_resto()
    conferir_tudo()


@pytest.mark.timeout(900)
def test_dez_mortes_nao_perdem_nem_dobram_nada(tmp_path: Path) -> None:
    provar(mortes=10, por_rodada=40, pasta=tmp_path)


@pytest.mark.prova
@pytest.mark.timeout(3600)
def test_duzentas_mortes_sobre_vinte_mil_operacoes(tmp_path: Path) -> None:
    provar(mortes=200, por_rodada=100, pasta=tmp_path)
