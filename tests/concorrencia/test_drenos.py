"""Several drains at once, on real connections and real locks."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal as D

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from erp.estoque.lancamentos import lancar
from erp.estoque.models import Movimento, Saldo
from erp.estoque.rules import MovimentoNovo
from erp.financeiro.models import SaldoConta
from pdv.processamento.atos.bloqueios import visto_agora
from pdv.processamento.atos.services import reprocessar
from pdv.processamento.erros import AcaoRecusada
from pdv.processamento.models import Alvo, AtoPessoa, Geracao
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import OperacaoPdv
from tests.invariantes import verificar_tudo
from tests.pdv.elenco import DINHEIRO, Elenco, estagiar_venda, montar_elenco

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def elenco() -> Elenco:
    return montar_elenco()


def juntos(*funcoes: object) -> None:
    """Run all at once, each on its own connection; raise the first error of any."""
    partida = threading.Barrier(len(funcoes))
    erros: list[BaseException] = []

    def correr(funcao: object) -> None:
        try:
            partida.wait()
            funcao()  # type: ignore[operator]  # a callable
        except BaseException as erro:
            erros.append(erro)
        finally:
            connection.close()

    linhas = [threading.Thread(target=correr, args=(f,)) for f in funcoes]
    for linha in linhas:
        linha.start()
    for linha in linhas:
        linha.join()
    if erros:
        raise erros[0]


def test_seis_drenos_ao_mesmo_tempo_lancam_cada_operacao_uma_vez(elenco: Elenco) -> None:
    for n in range(60):
        pdv = (elenco.pdv, elenco.pdv2, elenco.pdv3)[n % 3]
        itens = [(101, "1", "6.00"), (102, "1", "4.00")]
        estagiar_venda(pdv, itens if n % 2 else itens[::-1], [(DINHEIRO, "10.00", "0", 1)])
    juntos(*[drenar_tudo] * 6)
    assert OperacaoPdv.objects.filter(situacao_replicacao=9).count() == 60
    assert Geracao.objects.count() == 60
    assert Movimento.objects.count() == 120
    assert sum(SaldoConta.objects.values_list("valor", flat=True)) == D("600.00")
    verificar_tudo()


def test_itens_em_ordem_oposta_nao_se_travam(elenco: Elenco, settings: object) -> None:
    """Two filiais cannot share a balance row, so the ledger is driven by itself, in opposite orders."""

    def lancar_em_ordem(produtos: list[int], base: int) -> None:
        for n in range(15):
            movimentos = [
                MovimentoNovo(
                    elenco.centro.pk, p, 1, D(-1), None, timezone.now(), date(2026, 3, 10), 2, base + n, k
                )
                for k, p in enumerate(produtos)
            ]  # fmt: skip
            with transaction.atomic(), connection.cursor() as cursor:
                lancar(cursor, movimentos, agora=timezone.now())

    ordem = [elenco.cafe.pk, elenco.arroz.pk]
    juntos(
        *[lambda b=b: lancar_em_ordem(ordem, b) for b in (0, 100)],
        *[lambda b=b: lancar_em_ordem(ordem[::-1], b) for b in (200, 300)],
    )
    assert set(Saldo.objects.values_list("quantidade", flat=True)) == {D(-60)}
    verificar_tudo()


def test_duas_pessoas_reprocessam_as_mesmas_linhas(elenco: Elenco) -> None:
    ids = [
        estagiar_venda(elenco.pdv, [(101, "1", "10.00")], [(DINHEIRO, "10.00", "0", 1)]).pk for _ in range(20)
    ]  # fmt: skip
    drenar_tudo()

    with connection.cursor() as cursor:
        visto = visto_agora(cursor, Alvo.OPERACAO)  # both look at the same page
    recusas: list[str] = []

    def pedir(usuario: User) -> None:
        try:
            reprocessar(alvo=Alvo.OPERACAO, ids=ids, motivo="conferência", usuario=usuario, visto=visto)
        except AcaoRecusada as recusa:
            recusas.append(f"{usuario} não: {recusa}")
        drenar_tudo()

    juntos(lambda: pedir(elenco.ana), lambda: pedir(elenco.bia))
    drenar_tudo()
    ganhou = AtoPessoa.objects.values_list("usuario", flat=True).distinct().get()
    perdeu = "bia" if ganhou == "ana" else "ana"
    assert len(recusas) == 1
    assert recusas[0].startswith(f"{perdeu} não: {ganhou} agiu sobre a mesma seleção em ")
    assert list(Geracao.objects.filter(estornada_em=None).values_list("numero", flat=True)) == [2] * 20
    assert AtoPessoa.objects.count() == 20
    assert Saldo.objects.get(produto=elenco.cafe).quantidade == D(-20)
    assert SaldoConta.objects.get(conta=elenco.pdv.conta_caixa).valor == D("200.00")
    verificar_tudo()


def test_quem_pede_de_novo_o_que_ja_esta_na_fila_sabe_quem_pediu(elenco: Elenco) -> None:
    venda = estagiar_venda(elenco.pdv, [(101, "1", "10.00")], [(DINHEIRO, "10.00", "0", 1)])
    drenar_tudo()
    reprocessar(alvo=Alvo.OPERACAO, ids=[venda.pk], motivo="conferência", usuario=elenco.ana)
    with pytest.raises(AcaoRecusada, match="já está na fila para ser refeita, a pedido de ana em "):
        reprocessar(alvo=Alvo.OPERACAO, ids=[venda.pk], motivo="conferência", usuario=elenco.bia)


def test_operacao_presa_por_um_curioso_nao_segura_as_outras(elenco: Elenco) -> None:
    presa = estagiar_venda(elenco.pdv, [(101, "1", "10.00")], [(DINHEIRO, "10.00", "0", 1)])
    livre = estagiar_venda(elenco.pdv, [(101, "1", "10.00")], [(DINHEIRO, "10.00", "0", 1)])
    curioso = connection.copy()
    try:
        curioso.set_autocommit(False)
        with curioso.cursor() as cursor:
            cursor.execute("SELECT 1 FROM hiperpdv_operacao_pdv WHERE id = %s FOR UPDATE", [presa.pk])
        assert drenar_tudo().efetuadas == 1
        livre.refresh_from_db()
        assert livre.situacao_replicacao == 9
    finally:
        curioso.close()
    assert drenar_tudo().efetuadas == 1
