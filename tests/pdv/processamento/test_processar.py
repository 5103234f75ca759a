"""Staging into the ledgers, on the database."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest
from django.db import connection

from erp.cadastros.models import PeriodoContabil, Produto
from erp.estoque.models import Movimento, Saldo
from erp.financeiro.models import Lancamento, SaldoConta, Titulo
from pdv.processamento.atos.services import ignorar, processar_agora, reprocessar
from pdv.processamento.erros import AcaoRecusada
from pdv.processamento.models import Alvo, AtoPessoa, Geracao, LogProcessamento
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import ItemOperacaoPdv, OperacaoPdv
from pdv.tabelas import Especie
from tests.invariantes import verificar_tudo
from tests.pdv.elenco import CREDITO, DINHEIRO, PIX, Elenco, estagiar, estagiar_venda, montar_elenco

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def elenco() -> Elenco:
    return montar_elenco()


def saldo(produto: Produto, filial_id: int) -> D:
    linha = Saldo.objects.filter(produto=produto, filial_id=filial_id).first()
    return linha.quantidade if linha else D(0)


def test_venda_vira_estoque_e_dinheiro_uma_vez_so(elenco: Elenco) -> None:
    operacao = estagiar_venda(
        elenco.pdv,
        [(101, "2", "60.00"), (102, "1", "40.00")],
        [(DINHEIRO, "50.00", "10.00", 1), (CREDITO, "60.00", "0", 2)],
    )
    assert drenar_tudo().efetuadas == 1
    assert drenar_tudo().total == 0
    operacao.refresh_from_db()
    assert (operacao.situacao_replicacao, operacao.tentativas) == (9, 1)
    assert saldo(elenco.cafe, elenco.centro.pk) == D(-2)
    assert SaldoConta.objects.get(conta=elenco.pdv.conta_caixa).valor == D("40.00")
    assert sorted(Titulo.objects.values_list("sentido", "valor")) == [
        ("P", D("1.79")), ("R", D("30.00")), ("R", D("30.00")),
    ]  # fmt: skip
    assert list(Geracao.objects.values_list("numero", "estornada_em")) == [(1, None)]
    assert [log.resultado for log in LogProcessamento.objects.all()] == [LogProcessamento.Resultado.EFETUADO]
    verificar_tudo()


def test_regra_quebrada_marca_so_a_sua_operacao(elenco: Elenco) -> None:
    boa = estagiar_venda(elenco.pdv, [(101, "1", "10.00")], [(DINHEIRO, "10.00", "0", 1)])
    ruim = estagiar_venda(elenco.pdv, [(777, "1", "10.00")], [(DINHEIRO, "9.00", "0", 1)], total="10.00")
    resumo = drenar_tudo()
    assert (resumo.efetuadas, resumo.com_erro) == (1, 1)
    boa.refresh_from_db()
    ruim.refresh_from_db()
    assert (boa.situacao_replicacao, ruim.situacao_replicacao) == (9, 2)
    assert ruim.erro_codigo == "PRODUTO_NAO_CADASTRADO:777,PAGAMENTO_NAO_FECHA"
    assert ruim.erro_mensagem.splitlines() == [
        "produto 777 não está cadastrado",
        "soma dos pagamentos 9,00, total 10,00: faltam 1,00",
    ]
    assert LogProcessamento.objects.filter(alvo_id=ruim.pk, resultado=2).count() == 1


def test_erro_mendado_processa_de_novo(elenco: Elenco) -> None:
    ruim = estagiar_venda(elenco.pdv, [(777, "1", "10.00")], [(DINHEIRO, "10.00", "0", 1)])
    drenar_tudo()
    Produto.objects.create(codigo=777, descricao="NOVO")
    assert processar_agora(alvo=Alvo.OPERACAO, ids=[ruim.pk], motivo="produto cadastrado", usuario=elenco.ana) == 1
    assert drenar_tudo().efetuadas == 1
    ruim.refresh_from_db()
    assert (ruim.situacao_replicacao, ruim.erro_codigo, ruim.tentativas) == (9, "", 2)
    verificar_tudo()


def test_reprocessar_estorna_e_lanca_a_geracao_seguinte_pelo_mesmo_custo(elenco: Elenco) -> None:
    operacao = estagiar_venda(elenco.pdv, [(101, "2", "60.00")], [(CREDITO, "60.00", "0", 3)])
    Saldo.objects.create(filial=elenco.centro, produto=elenco.cafe, quantidade=10, valor=D(50), custo_medio=D(5))
    drenar_tudo()
    Saldo.objects.update(custo_medio=D(9))  # the average moves on; generation 2 keeps what 1 stamped
    assert reprocessar(alvo=Alvo.OPERACAO, ids=[operacao.pk], motivo="conferência", usuario=elenco.ana) == 1
    assert drenar_tudo().efetuadas == 1
    geracoes = list(Geracao.objects.order_by("numero"))
    assert [(g.numero, g.estornada_em is None) for g in geracoes] == [(1, False), (2, True)]
    assert (geracoes[0].estornada_por, geracoes[0].motivo_estorno) == ("ana", "conferência")
    movimentos = Movimento.objects.order_by("id").values_list("quantidade", "custo", "origem_id", "estorno_de")
    primeiro = Movimento.objects.order_by("id").first()
    assert primeiro is not None
    assert list(movimentos) == [
        (D(-2), D(5), geracoes[0].pk, None),
        (D(2), D(5), geracoes[0].pk, primeiro.pk),
        (D(-2), D(5), geracoes[1].pk, None),
    ]
    assert sum(Titulo.objects.filter(sentido="R").values_list("valor", flat=True)) == D("60.00")


def test_virar_a_situacao_por_sql_reprocessa_e_nunca_lanca_duas_vezes(elenco: Elenco) -> None:
    operacao = estagiar_venda(elenco.pdv, [(101, "2", "60.00")], [(DINHEIRO, "60.00", "0", 1)])
    drenar_tudo()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE hiperpdv_operacao_pdv SET situacao_replicacao = 1")
        drenar_tudo()
        cursor.execute("UPDATE hiperpdv_operacao_pdv SET situacao_replicacao = 1")
    drenar_tudo()
    assert [g.numero for g in Geracao.objects.filter(estornada_em=None)] == [3]
    assert saldo(elenco.cafe, elenco.centro.pk) == D(-2)
    assert SaldoConta.objects.get(conta=elenco.pdv.conta_caixa).valor == D("60.00")
    assert Geracao.objects.get(numero=1).estornada_por == "sistema"
    assert operacao.pk
    verificar_tudo()


def test_linha_apagada_e_enviada_de_novo_e_outra_geracao_da_mesma_operacao(elenco: Elenco) -> None:
    primeira = estagiar_venda(elenco.pdv, [(101, "2", "60.00")], [(DINHEIRO, "60.00", "0", 1)], id_operacao=5000)
    drenar_tudo()
    ItemOperacaoPdv.objects.filter(operacao_id=primeira.pk).delete()
    OperacaoPdv.objects.filter(pk=primeira.pk).delete()
    estagiar_venda(elenco.pdv, [(101, "3", "90.00")], [(DINHEIRO, "90.00", "0", 1)], id_operacao=5000)
    drenar_tudo()
    assert saldo(elenco.cafe, elenco.centro.pk) == D(-3)
    assert SaldoConta.objects.get(conta=elenco.pdv.conta_caixa).valor == D("90.00")
    verificar_tudo()


def test_geracao_que_nao_pode_ser_refeita_continua_de_pe(elenco: Elenco) -> None:
    operacao = estagiar_venda(elenco.pdv, [(101, "1", "10.00")], [(DINHEIRO, "10.00", "0", 1)])
    drenar_tudo()
    ItemOperacaoPdv.objects.filter(operacao_id=operacao.pk).update(id_produto=777)
    with pytest.raises(AcaoRecusada, match="produto 777 não está cadastrado"):
        reprocessar(alvo=Alvo.OPERACAO, ids=[operacao.pk], motivo="conferência", usuario=elenco.ana)
    OperacaoPdv.objects.update(situacao_replicacao=1)  # flipped in SQL, nobody is asked
    assert drenar_tudo().com_erro == 1
    assert Geracao.objects.get().estornada_em is None
    with pytest.raises(AcaoRecusada, match="lançamentos"):
        ignorar(alvo=Alvo.OPERACAO, ids=[operacao.pk], motivo="não serve", usuario=elenco.ana)
    verificar_tudo()


def test_ignorar_tira_da_fila_e_diz_quem_e_por_que(elenco: Elenco) -> None:
    operacao = estagiar_venda(elenco.pdv, [(777, "1", "10.00")], [(DINHEIRO, "10.00", "0", 1)])
    drenar_tudo()
    ignorar(alvo=Alvo.OPERACAO, ids=[operacao.pk], motivo="venda de teste", usuario=elenco.ana)
    operacao.refresh_from_db()
    assert operacao.situacao_replicacao == 0
    assert list(AtoPessoa.objects.values_list("acao", "usuario", "motivo")) == [("ignorar", "ana", "venda de teste")]
    assert drenar_tudo().total == 0


def test_acao_recusada_nao_muda_nada(elenco: Elenco) -> None:
    feita = estagiar_venda(elenco.pdv, [(101, "1", "10.00")], [(DINHEIRO, "10.00", "0", 1)])
    drenar_tudo()
    pendente = estagiar_venda(elenco.pdv, [(777, "1", "10.00")], [(DINHEIRO, "10.00", "0", 1)])
    for acao in (ignorar, processar_agora):
        with pytest.raises(AcaoRecusada, match=f"1 de 2 já efetuadas.*{feita.pk}"):
            acao(alvo=Alvo.OPERACAO, ids=[pendente.pk, feita.pk], motivo="qualquer um", usuario=elenco.ana)
    with pytest.raises(AcaoRecusada, match="motivo"):
        ignorar(alvo=Alvo.OPERACAO, ids=[pendente.pk], motivo="  x ", usuario=elenco.ana)
    with pytest.raises(AcaoRecusada, match="não existem mais: 999999999"):
        ignorar(alvo=Alvo.OPERACAO, ids=[999999999], motivo="qualquer um", usuario=elenco.ana)
    assert not AtoPessoa.objects.exists()
    pendente.refresh_from_db()
    assert pendente.situacao_replicacao == 1


def test_filial_que_nao_permite_negativo_recusa_so_quem_faltou(elenco: Elenco) -> None:
    elenco.centro.permite_estoque_negativo = False
    elenco.centro.save()
    Saldo.objects.create(filial=elenco.centro, produto=elenco.cafe, quantidade=2, valor=10, custo_medio=5)
    boa = estagiar_venda(elenco.pdv, [(101, "2", "20.00")], [(DINHEIRO, "20.00", "0", 1)])
    ruim = estagiar_venda(elenco.pdv, [(101, "1", "10.00")], [(DINHEIRO, "10.00", "0", 1)])
    de_fora = estagiar_venda(elenco.pdv3, [(101, "1", "10.00")], [(DINHEIRO, "10.00", "0", 1)])
    resumo = drenar_tudo()
    assert (resumo.efetuadas, resumo.com_erro) == (2, 1)
    assert OperacaoPdv.objects.get(pk=ruim.pk).erro_codigo == "ESTOQUE_INSUFICIENTE"
    assert {OperacaoPdv.objects.get(pk=o.pk).situacao_replicacao for o in (boa, de_fora)} == {9}


def test_mes_fechado_nao_muda(elenco: Elenco) -> None:
    PeriodoContabil.objects.create(inicio=date(2026, 3, 1), fim=date(2026, 3, 31))
    estagiar_venda(
        elenco.pdv, [(101, "1", "10.00")], [(PIX, "10.00", "0", 1)], ocorrida_em=datetime(2026, 3, 31, 23, tzinfo=UTC)
    )
    drenar_tudo()
    assert {m.data_contabil for m in Movimento.objects.all()} == {date(2026, 4, 1)}
    assert {x.data_contabil for x in Lancamento.objects.all()} == {date(2026, 4, 1)}


def test_sangria_e_suprimento_movem_o_dinheiro_da_gaveta(elenco: Elenco) -> None:
    estagiar(elenco.pdv, Especie.SUPRIMENTO, D("200.00"))
    estagiar(elenco.pdv, Especie.SANGRIA, D("150.00"))
    assert drenar_tudo().efetuadas == 2
    assert SaldoConta.objects.get(conta=elenco.pdv.conta_caixa).valor == D("50.00")
    assert SaldoConta.objects.get(conta=elenco.centro.conta_cofre).valor == D("-50.00")
    verificar_tudo()
