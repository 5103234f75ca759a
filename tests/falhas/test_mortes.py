"""SIGKILL at random instants of replicator, web and worker: nothing lost, nothing twice, every cent in its place."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from decimal import Decimal as D
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from auditoria.services import ATOR_SISTEMA
from erp.acesso.services import criar_chave
from erp.cadastros.exemplo import carregar_exemplo, carregar_produtos
from erp.cadastros.models import PontoVenda
from erp.estoque.models import Movimento
from erp.financeiro.models import Lancamento, Titulo
from erp.fiscal.models import DocumentoFiscal
from pdv.processamento.models import Geracao
from pdv.replicacao.models import NotaFiscal, OperacaoPdv
from pdv.tabelas import Especie
from pdv.terminal import models as terminal
from pdv.terminal.catalogo import catalogo
from tests.falhas.vivos import Vivos, esperar, vivos
from tests.invariantes import GARANTIAS, lancamento_nunca_muda_nem_some, verificar_tudo

VITIMAS = ("replicador-a", "worker-a", "web", "replicador-b", "worker-b", "web")
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "terminal"])


def simular(quantas: int, semente: int) -> None:
    call_command("pdv_simular", operacoes=quantas, ponto_venda=1, semente=semente, produtos=100, verbosity=0)


def conferir_no_meio() -> None:
    """The invariants, on one snapshot, while everything runs: but for the one that asks for the tables' own locks."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for garantia in GARANTIAS:
            if garantia is not lancamento_nunca_muda_nem_some:
                garantia()


def conferir_tudo() -> None:
    """What the till says, in plain Python, against the ledgers."""
    verificar_tudo()
    ditas = {o.pk: o for o in terminal.OperacaoPdv.objects.all()}
    assert OperacaoPdv.objects.count() == len(ditas)
    assert set(OperacaoPdv.objects.values_list("id_operacao", flat=True)) == set(ditas)
    assert set(OperacaoPdv.objects.values_list("situacao_replicacao", "erro_codigo")) == {(9, "")}
    assert Geracao.objects.count() == len(ditas)
    assert Geracao.objects.filter(estornada_em=None).count() == len(ditas)
    vendas = {pk for pk, o in ditas.items() if o.operacao == Especie.VENDA and not o.cancelado}
    itens = [i for i in terminal.ItemOperacaoPdv.objects.all() if i.operacao_id in vendas and not i.cancelado]
    saidas = Movimento.objects.filter(quantidade__lt=0).values_list("quantidade", flat=True)
    assert -sum(saidas) == sum(i.quantidade_primaria for i in itens)
    pagamentos = [p for p in terminal.FinalizadorOperacaoPdv.objects.all() if p.operacao_id in vendas]
    vendido = sum((p.valor - p.valor_troco for p in pagamentos), D(0))
    recebido = sum(Titulo.objects.filter(sentido="R").values_list("valor", flat=True)) + sum(
        Lancamento.objects.filter(natureza__in=(1, 2)).values_list("valor", flat=True)
    )
    assert recebido == vendido == sum(ditas[pk].valor_total for pk in vendas)
    notas = terminal.NotaFiscal.objects.count()
    assert NotaFiscal.objects.filter(situacao_replicacao=9).count() == notas
    assert DocumentoFiscal.objects.filter(estorno_de=None).count() == notas


def _chegou_mais_que(antes: int) -> Callable[[], bool]:
    return lambda: OperacaoPdv.objects.count() > antes


def castigar(todos: Vivos, mortes: int, por_rodada: int, sorteio: random.Random) -> None:
    for n in range(mortes):
        simular(por_rodada, semente=n + 1)
        nome = VITIMAS[n % len(VITIMAS)]
        antes = OperacaoPdv.objects.count()
        esperar(_chegou_mais_que(antes), 90, f"nada chegou antes da morte {n}")  # everybody is at work now
        time.sleep(sorteio.uniform(0, 0.5))
        todos.matar(nome)
        todos.levantar()
        conferir_no_meio()


def tudo_lancado() -> bool:
    pendente_la = terminal.OperacaoPdv.objects.filter(situacao_replicacao=1).exists()
    notas_la = terminal.NotaFiscal.objects.filter(lojamix_sit_replicacao=1).exists()
    aqui = OperacaoPdv.objects.filter(situacao_replicacao=1).exists()
    return not (pendente_la or notas_la or aqui or NotaFiscal.objects.filter(situacao_replicacao=1).exists())


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
        esperar(tudo_lancado, 180, "sobrou o que lançar")
    conferir_tudo()


def test_vinte_mortes_nao_perdem_nem_dobram_nada(tmp_path: Path) -> None:
    provar(mortes=20, por_rodada=40, pasta=tmp_path)


@pytest.mark.prova
@pytest.mark.timeout(3600)
def test_duzentas_mortes_sobre_vinte_mil_operacoes(tmp_path: Path) -> None:
    provar(mortes=200, por_rodada=100, pasta=tmp_path)
