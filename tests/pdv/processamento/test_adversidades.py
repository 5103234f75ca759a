"""What a hostile day brings to the drain: locks, closed months, flips by SQL, sales with eight things wrong."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection

from erp.cadastros.models import PeriodoContabil
from erp.cadastros.periodos import fechar_periodos
from erp.estoque.models import Movimento
from erp.financeiro.models import Lancamento, SaldoConta
from pdv.processamento.models import Geracao
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import ItemOperacaoPdv, NotaFiscal, OperacaoPdv
from tests.fluxos.test_da_venda_ao_razao import nfce
from tests.pdv.elenco import DINHEIRO, Elenco, estagiar_nota, estagiar_venda, montar_elenco

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def elenco() -> Elenco:
    return montar_elenco()


@contextmanager
def outra_sessao(sql: str, parametros: Any = None) -> Iterator[None]:
    """Somebody with a transaction open."""
    outra = connection.copy()
    outra.set_autocommit(False)
    try:
        with outra.cursor() as cursor:
            cursor.execute(sql, parametros)
        yield
    finally:
        outra.rollback()
        outra.close()


def vender(elenco: Elenco, quantas: int = 1) -> list[int]:
    return [estagiar_venda(elenco.pdv, [(101, "1", "10.00")], [(DINHEIRO, "10.00", "0", 1)]).pk for _ in range(quantas)]


def efetuadas() -> int:
    return OperacaoPdv.objects.filter(situacao_replicacao=9).count()


def test_suspeita_presa_por_alguem_nao_segura_a_filial(elenco: Elenco) -> None:
    presa, *_ = vender(elenco, 4)
    OperacaoPdv.objects.filter(pk=presa).update(mortes=1)
    with outra_sessao("SELECT 1 FROM hiperpdv_operacao_pdv WHERE id = %s FOR UPDATE", [presa]):
        drenar_tudo()
        assert efetuadas() == 3
    drenar_tudo()
    assert efetuadas() == 4


def test_lote_inteiro_preso_nao_segura_a_filial(elenco: Elenco, settings: Any) -> None:
    settings.PDV_LOTE = 2
    presas = vender(elenco, 5)[:2]
    with outra_sessao("SELECT 1 FROM hiperpdv_operacao_pdv WHERE id = ANY(%s) FOR UPDATE", [presas]):
        drenar_tudo()
        assert efetuadas() == 3


def test_conta_presa_nao_culpa_ninguem_e_a_outra_filial_segue(elenco: Elenco) -> None:
    vender(elenco)
    SaldoConta.objects.create(conta=elenco.pdv.conta_caixa)
    longe = estagiar_venda(elenco.pdv3, [(101, "1", "10.00")], [(DINHEIRO, "10.00", "0", 1)])
    with outra_sessao("SELECT 1 FROM financeiro_saldo_conta FOR UPDATE"):
        resumo = drenar_tudo()
        assert (resumo.efetuadas, resumo.com_erro, resumo.adiadas) == (1, 0, 0)
    longe.refresh_from_db()
    assert longe.situacao_replicacao == 9
    assert not OperacaoPdv.objects.exclude(mortes=0).exists()
    assert drenar_tudo().efetuadas == 1


def test_notas_nao_esperam_o_atraso_das_operacoes(elenco: Elenco, settings: Any) -> None:
    settings.PDV_LOTE = 1
    operacao = OperacaoPdv.objects.get(pk=vender(elenco, 40)[0])
    gerada = nfce(1)
    nota = estagiar_nota(operacao, gerada.xml, gerada.chave, 1)
    vistas: list[int] = []

    def olhar(execute: Any, sql: str, parametros: Any, muitos: bool, contexto: Any) -> Any:
        if sql.startswith("UPDATE hiperpdv_nota_fiscal"):
            vistas.append(efetuadas())
        return execute(sql, parametros, muitos, contexto)

    with connection.execute_wrapper(olhar):
        drenar_tudo()
    nota.refresh_from_db()
    assert nota.situacao_replicacao == 9
    assert vistas[0] < 40


def test_mes_que_fecha_durante_o_lancamento_espera_por_ele(elenco: Elenco) -> None:
    vender(elenco)
    SaldoConta.objects.create(conta=elenco.pdv.conta_caixa)
    marco = PeriodoContabil.objects.create(inicio=date(2026, 3, 1), fim=date(2026, 3, 31), fechado=False)
    ordem: list[str] = []

    def em_outra_linha(nome: str, funcao: Any) -> threading.Thread:
        def correr() -> None:
            try:
                funcao()
                ordem.append(nome)
            finally:
                connection.close()

        linha = threading.Thread(target=correr)
        linha.start()
        return linha

    with outra_sessao("SELECT 1 FROM financeiro_saldo_conta FOR UPDATE"):
        dreno = em_outra_linha("dreno", drenar_tudo)
        esperar_na_fila(1)
        fecho = em_outra_linha("fecho", lambda: fechar_periodos(ids=[marco.pk], motivo="fecha", usuario=elenco.ana))
        esperar_na_fila(2)
        assert not PeriodoContabil.objects.filter(fechado=True).exists()  # who closes waits for what is being posted
    dreno.join()
    fecho.join()
    lancados: list[Any] = [*Lancamento.objects.all(), *Movimento.objects.all()]
    dias = {x.data_contabil for x in lancados}
    assert sorted(ordem) == ["dreno", "fecho"] and dias == {date(2026, 3, 10)}


def esperar_na_fila(quantas: int) -> None:
    ate = time.monotonic() + 30
    while time.monotonic() < ate:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # inside a transaction it would show the same for ever
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            if cursor.fetchone()[0] >= quantas:
                return
        time.sleep(0.02)
    raise AssertionError("ninguém esperou")


def test_oito_produtos_desconhecidos_continuam_um_erro_de_produto(elenco: Elenco) -> None:
    itens = [(7_891_000 + n, "1", "10.00") for n in range(8)]
    venda = estagiar_venda(elenco.pdv, itens, [(DINHEIRO, "80.00", "0", 1)])
    drenar_tudo()
    venda.refresh_from_db()
    assert venda.erro_codigo.startswith("PRODUTO_NAO_CADASTRADO:7891000,PRODUTO_NAO_CADASTRADO:7891001")
    assert all(len(codigo.split(":")[1]) == 7 for codigo in venda.erro_codigo.split(","))
    assert len(venda.erro_mensagem.splitlines()) == 8


def test_item_cancelado_de_produto_desconhecido_nao_recusa_a_venda(elenco: Elenco) -> None:
    venda = estagiar_venda(elenco.pdv, [(101, "1", "10.00"), (777, "1", "0.00")], [(DINHEIRO, "10.00", "0", 1)])
    ItemOperacaoPdv.objects.filter(operacao_id=venda.pk, id_produto=777).update(cancelado=True)
    assert drenar_tudo().efetuadas == 1


def test_quem_vira_um_mes_por_sql_fica_atras_das_vendas_de_hoje(elenco: Elenco, settings: Any) -> None:
    vender(elenco, 10)
    drenar_tudo()
    nova = vender(elenco)[0]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE hiperpdv_operacao_pdv SET situacao_replicacao = 1 WHERE id <> %s", [nova])
    settings.PDV_LOTE = 1
    drenar_tudo()
    primeira = Geracao.objects.order_by("id")[10]
    assert primeira.id_operacao == OperacaoPdv.objects.get(pk=nova).id_operacao
    assert Geracao.objects.filter(estornada_em=None).count() == 11


def test_nota_e_venda_lancadas_ao_mesmo_tempo_sao_comparadas(elenco: Elenco) -> None:
    """The note's drain is stopped after it looked for its sale, which comes, and is posted, meanwhile."""
    gerada = nfce(1)
    venda = estagiar_venda(elenco.pdv, [(101, "1", "99.00")], [(DINHEIRO, "99.00", "0", 1)])
    OperacaoPdv.objects.filter(pk=venda.pk).update(situacao_replicacao=0)
    estagiar_nota(venda, gerada.xml, gerada.chave, 1)
    chave = OperacaoPdv.objects.get(pk=venda.pk)
    OperacaoPdv.objects.filter(pk=venda.pk).delete()
    SaldoConta.objects.create(conta=elenco.pdv.conta_caixa)
    linhas: list[threading.Thread] = []

    def no_meio(execute: Any, sql: str, parametros: Any, muitos: bool, contexto: Any) -> Any:
        resultado = execute(sql, parametros, muitos, contexto)
        if "CROSS JOIN LATERAL (SELECT array_agg(valor_total_liquido" in sql and not linhas:
            linhas.append(threading.Thread(target=chegar_e_drenar))
            linhas[0].start()
            esperar_na_fila(1)
        return resultado

    def chegar_e_drenar() -> None:
        try:
            chave.situacao_replicacao = 1
            chave.save(force_insert=True)
            drenar_tudo()
        finally:
            connection.close()

    with connection.execute_wrapper(no_meio):
        drenar_tudo()
    linhas[0].join()
    drenar_tudo()
    assert NotaFiscal.objects.get().situacao_replicacao == OperacaoPdv.objects.get().situacao_replicacao == 9
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM fiscal_aviso WHERE codigo = 'NOTA_DIVERGE'")
        assert cursor.fetchone()[0] > 0
    assert D(99) in {x.valor for x in Lancamento.objects.all()}
