"""Devolução, cancelamento, recebimento and falta: what each does to the ledgers, and what it is refused for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest

from erp.cadastros.models import PeriodoContabil
from erp.estoque.models import Movimento, Saldo
from erp.financeiro.models import Baixa, Lancamento, SaldoConta, Titulo
from erp.financeiro.selectors import abertos_de
from pdv.processamento.models import Geracao
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import FinalizadorOperacaoPdv, ItemOperacaoPdv, OperacaoPdv
from pdv.tabelas import Especie
from tests.invariantes import verificar_tudo
from tests.pdv.elenco import (
    AGORA,
    CREDIARIO,
    CREDITO,
    DINHEIRO,
    PIX,
    VALE,
    Elenco,
    Pago,
    Quitado,
    estagiar_completa,
    montar_elenco,
)

pytestmark = pytest.mark.django_db(transaction=True)
DOIS_CAFES = [(101, "2", "30.00")]


@pytest.fixture
def e() -> Elenco:
    return montar_elenco()


def vender(e: Elenco, *pagos: Pago, itens: Any = DOIS_CAFES, **campos: Any) -> OperacaoPdv:
    pagos = pagos or (Pago(DINHEIRO, "30.00"),)
    return estagiar_completa(e.pdv, Especie.VENDA, itens=itens, pagos=pagos, codigo_cliente="C1", **campos)


def devolver(
    e: Elenco, origem: int | None, *pagos: Pago, itens: Any = ((101, "1", "15.00"),), **campos: Any
) -> OperacaoPdv:
    pagos = pagos or (Pago(DINHEIRO, "15.00"),)
    return estagiar_completa(e.pdv, Especie.DEVOLUCAO, itens=itens, pagos=pagos, origem=origem, **campos)


def cancelar(e: Elenco, origem: int | None, **campos: Any) -> OperacaoPdv:
    return estagiar_completa(e.pdv, Especie.CANCELAMENTO, origem=origem, **campos)


def receber(e: Elenco, *quitados: Quitado, pagos: Any = None, **campos: Any) -> OperacaoPdv:
    total = sum((D(q.valor) + D(q.juros) - D(q.desconto) for q in quitados), D(0))
    pagos = pagos or [Pago(DINHEIRO, total)]
    return estagiar_completa(e.pdv, Especie.RECEBIMENTO, quitados=quitados, pagos=pagos, total=total, **campos)


def drenar(*linhas: OperacaoPdv) -> list[tuple[int, str]]:
    """Process, and how the rows ended: (situação, codes of error without their subject)."""
    drenar_tudo()
    for linha in linhas:
        linha.refresh_from_db()
    return [(x.situacao_replicacao, ",".join(c.partition(":")[0] for c in x.erro_codigo.split(","))) for x in linhas]


def caixa(e: Elenco) -> D:
    return SaldoConta.objects.get(conta=e.pdv.conta_caixa).valor


def cafe(e: Elenco) -> D:
    return Saldo.objects.get(filial=e.centro, produto=e.cafe).quantidade


# devolução


def test_devolucao_em_dinheiro_volta_ao_estoque_e_sai_da_gaveta(e: Elenco) -> None:
    venda = vender(e)
    assert drenar(venda, devolver(e, venda.id_operacao)) == [(9, ""), (9, "")]
    assert (cafe(e), caixa(e)) == (D("-1"), D("15.00"))
    verificar_tudo()


def test_devolucao_volta_ao_custo_com_que_a_venda_saiu(e: Elenco) -> None:
    Saldo.objects.create(filial=e.centro, produto=e.cafe, quantidade=10, valor=60, custo_medio=6)
    venda = vender(e)
    drenar(venda)
    Saldo.objects.filter(produto=e.cafe).update(custo_medio=9)  # the average moved meanwhile
    drenar(devolver(e, venda.id_operacao))
    assert Movimento.objects.get(natureza=2).custo == D("6.000000")


def test_devolucao_em_vale_deve_ao_cliente_e_o_vale_paga_outra_venda(e: Elenco) -> None:
    venda = vender(e)
    devolucao = devolver(e, venda.id_operacao, Pago(VALE, "15.00"))
    codigo = f"V1-{devolucao.id_operacao}"
    outra = vender(e, Pago(VALE, "10.00", 1, codigo), itens=[(102, "1", "10.00")])
    assert drenar(venda, devolucao, outra) == [(9, "")] * 3
    vale = Titulo.objects.get(documento=codigo)
    assert (vale.sentido, vale.especie, vale.valor) == ("P", "vale", D("15.00"))
    assert abertos_de([vale.pk]) == {vale.pk: D("5.00")}
    assert caixa(e) == D("30.00")
    sem_saldo = vender(e, Pago(VALE, "5.01", 1, codigo), itens=[(102, "1", "5.01")])
    assert drenar(sem_saldo) == [(2, "VALE_SEM_SALDO")]
    assert "faltam 0,01" in sem_saldo.erro_mensagem
    verificar_tudo()


def test_vale_sem_codigo_usa_os_do_cliente_do_mais_antigo_ao_mais_novo(e: Elenco) -> None:
    venda = vender(e)
    um = devolver(e, venda.id_operacao, Pago(VALE, "15.00"), codigo_cliente="C1")
    dois = devolver(e, venda.id_operacao, Pago(VALE, "15.00"), codigo_cliente="C1")
    outra = vender(e, Pago(VALE, "20.00"), itens=[(102, "1", "20.00")])
    assert drenar(venda, um, dois, outra) == [(9, "")] * 4
    abertos = {t.documento: abertos_de([t.pk])[t.pk] for t in Titulo.objects.filter(especie="vale")}
    assert abertos == {f"V1-{um.id_operacao}": D("0.00"), f"V1-{dois.id_operacao}": D("10.00")}
    verificar_tudo()


@pytest.mark.parametrize(
    ("itens", "pagos", "codigo"),
    [
        ([(101, "3", "30.00")], [Pago(DINHEIRO, "30.00")], "DEVOLUCAO_MAIOR_QUE_VENDIDO"),  # 3 of 2 sold
        ([(102, "1", "15.00")], [Pago(DINHEIRO, "15.00")], "DEVOLUCAO_MAIOR_QUE_VENDIDO"),  # never sold
        ([(101, "1", "31.00")], [Pago(DINHEIRO, "31.00")], "DEVOLUCAO_MAIOR_QUE_VENDIDO"),  # 31,00 of 30,00
        ([(101, "1", "15.00")], [Pago(CREDITO, "15.00")], "FINALIZADOR_NAO_DEVOLVE"),
        ([(101, "1", "15.00")], [Pago(DINHEIRO, "14.00")], "ITENS_NAO_FECHAM,TOTAL_NAO_FECHA"),
        ([], [Pago(DINHEIRO, "15.00")], "VENDA_SEM_ITENS,ITENS_NAO_FECHAM"),
    ],
)
def test_devolucao_que_nao_cabe_e_erro_e_nada_lanca(e: Elenco, itens: Any, pagos: list[Pago], codigo: str) -> None:
    venda = vender(e)
    drenar(venda)
    situacao, codigos = drenar(devolver(e, venda.id_operacao, *pagos, itens=itens))[0]
    assert situacao == 2 and codigos.split(",")[0] == codigo.split(",")[0]
    assert Geracao.objects.count() == 1
    assert caixa(e) == D("30.00")


def test_produto_nao_volta_por_mais_dinheiro_do_que_foi_vendido(e: Elenco) -> None:
    barato_e_caro = [(101, "3", "10.00"), (102, "1", "90.00")]
    venda = vender(e, Pago(DINHEIRO, "100.00"), itens=barato_e_caro)
    cara = devolver(e, venda.id_operacao, Pago(DINHEIRO, "90.00"), itens=[(101, "1", "90.00")])
    assert drenar(venda, cara) == [(9, ""), (2, "DEVOLUCAO_MAIOR_QUE_VENDIDO")]
    assert cara.erro_mensagem == "produto 101: devolve 90,00, vendido por 10,00, já devolvido 0,00"
    # a third of 10,00 that the till rounds up is no error, however often
    tercos = [devolver(e, venda.id_operacao, Pago(DINHEIRO, "3.34"), itens=[(101, "1", "3.34")]) for _ in range(3)]
    assert drenar(*tercos) == [(9, "")] * 3
    assert caixa(e) == D("89.98")
    verificar_tudo()


def test_devolucoes_juntas_no_mesmo_lote_nao_passam_do_vendido(e: Elenco) -> None:
    venda = vender(e)
    drenar(venda)
    tres = [devolver(e, venda.id_operacao) for _ in range(3)]
    assert drenar(*tres) == [(9, ""), (9, ""), (2, "DEVOLUCAO_MAIOR_QUE_VENDIDO")]
    verificar_tudo()


def test_venda_refeita_por_menos_do_que_ja_se_devolveu_dela_e_erro(e: Elenco) -> None:
    venda = vender(e)
    assert drenar(venda, devolver(e, venda.id_operacao)) == [(9, ""), (9, "")]
    ItemOperacaoPdv.objects.filter(operacao_id=venda.pk).update(valor_total_liquido=D("14.99"))
    FinalizadorOperacaoPdv.objects.filter(operacao_id=venda.pk).update(valor=D("14.99"))
    OperacaoPdv.objects.filter(pk=venda.pk).update(
        valor_total=D("14.99"), valor_produtos=D("14.99"), situacao_replicacao=1
    )
    assert drenar(venda) == [(2, "DEVOLUCAO_MAIOR_QUE_VENDIDO")]
    assert "vendido 14,99, já devolvido 15,00" in venda.erro_mensagem
    verificar_tudo()


def test_venda_com_devolucao_nao_se_torna_outra_coisa(e: Elenco) -> None:
    venda = vender(e)
    assert drenar(venda, devolver(e, venda.id_operacao)) == [(9, ""), (9, "")]
    OperacaoPdv.objects.filter(pk=venda.pk).update(operacao=Especie.SANGRIA, situacao_replicacao=1)
    assert drenar(venda) == [(2, "VENDA_COM_DEVOLUCAO")]
    verificar_tudo()


def test_devolucao_sem_origem_e_aceita_ao_custo_medio(e: Elenco) -> None:
    assert drenar(devolver(e, None)) == [(9, "")]
    assert (cafe(e), caixa(e)) == (D("1"), D("-15.00"))


# cancelamento


def test_cancelamento_e_o_inverso_da_venda_no_seu_proprio_dia(e: Elenco) -> None:
    venda = vender(e, Pago(DINHEIRO, "10.00"), Pago(CREDITO, "20.00", 2))
    amanha = AGORA.replace(day=11)
    cancelamento = cancelar(e, venda.id_operacao, data_hora_inicio=amanha, data_hora_termino=amanha)
    assert drenar(venda, cancelamento) == [(9, ""), (9, "")]
    assert (cafe(e), caixa(e)) == (D("0"), D("0.00"))
    inverso = Lancamento.objects.get(estorno_de__isnull=False)
    assert (inverso.ocorrido_em, inverso.data_contabil) == (amanha, date(2026, 3, 11))
    geracoes = list(Geracao.objects.order_by("id_operacao", "numero").values_list("operacao", "numero", "cancelada"))
    assert geracoes == [(1, 1, False), (1, 2, True), (6, 1, False)]
    assert (
        Geracao.objects.get(operacao=1, numero=1).motivo_estorno
        == f"cancelada pela operação {cancelamento.id_operacao}"
    )
    assert inverso.origem_id == Geracao.objects.get(operacao=6).pk
    verificar_tudo()


def test_venda_cancelada_que_se_reprocessa_continua_cancelada(e: Elenco) -> None:
    venda = vender(e)
    cancelamento = cancelar(e, venda.id_operacao)
    drenar(venda, cancelamento)
    OperacaoPdv.objects.update(situacao_replicacao=1)
    assert drenar(venda, cancelamento) == [(9, ""), (9, "")]
    assert caixa(e) == 0
    assert Geracao.objects.get(operacao=1, estornada_em=None).cancelada
    verificar_tudo()


def test_cancelamento_que_o_proprio_pdv_cancela_devolve_a_venda(e: Elenco) -> None:
    venda = vender(e)
    cancelamento = cancelar(e, venda.id_operacao)
    drenar(venda, cancelamento)
    OperacaoPdv.objects.filter(pk=cancelamento.pk).update(cancelado=True, situacao_replicacao=1)
    assert drenar(venda, cancelamento) == [(9, ""), (9, "")]
    assert (cafe(e), caixa(e)) == (D("-2"), D("30.00"))
    verificar_tudo()


def test_cancelamento_de_venda_com_titulo_de_cartao_liquidado_e_erro_com_saida(e: Elenco) -> None:
    venda = vender(e, Pago(CREDITO, "30.00"))
    drenar(venda)
    titulo = Titulo.objects.get(sentido="R")
    Baixa.objects.create(
        titulo=titulo, conta=e.banco, valor=30, ocorrido_em=AGORA, lancado_em=AGORA, data_contabil=AGORA.date(),
        feita_por="ana", chave="6a0f7c1e-0000-4000-8000-000000000001",
    )  # fmt: skip
    cancelamento = cancelar(e, venda.id_operacao)
    assert drenar(cancelamento) == [(2, "TITULO_BAIXADO")]
    assert "foi baixado em 10/03/2026 por ana" in cancelamento.erro_mensagem
    assert Geracao.objects.count() == 1


def test_venda_com_devolucao_so_se_cancela_depois_de_cancelar_a_devolucao(e: Elenco) -> None:
    venda = vender(e)
    devolucao = devolver(e, venda.id_operacao)
    drenar(venda, devolucao)
    cancelamento = cancelar(e, venda.id_operacao)
    assert drenar(cancelamento) == [(2, "VENDA_COM_DEVOLUCAO")]
    antes = cancelar(e, devolucao.id_operacao)
    OperacaoPdv.objects.filter(pk=cancelamento.pk).update(situacao_replicacao=1)
    drenar_tudo()
    OperacaoPdv.objects.filter(pk=cancelamento.pk, situacao_replicacao=2).update(situacao_replicacao=1)
    assert drenar(antes, cancelamento) == [(9, ""), (9, "")]
    assert (cafe(e), caixa(e)) == (D("0"), D("0.00"))
    verificar_tudo()


@pytest.mark.parametrize("especie", [Especie.SANGRIA, Especie.SUPRIMENTO, Especie.FALTA])
def test_movimento_de_caixa_tambem_se_cancela(e: Elenco, especie: Especie) -> None:
    movimento = estagiar_completa(e.pdv, especie, total="50.00")
    assert drenar(movimento, cancelar(e, movimento.id_operacao)) == [(9, ""), (9, "")]
    assert caixa(e) == 0
    verificar_tudo()


@pytest.mark.parametrize("especie", [Especie.CANCELAMENTO, Especie.DEVOLUCAO])
def test_a_que_cita_a_si_mesma_e_erro_e_nao_espera(e: Elenco, especie: Especie) -> None:
    propria = estagiar_completa(
        e.pdv, especie, itens=[(101, "1", "15.00")], pagos=[Pago(DINHEIRO, "15.00")], origem=77, id_operacao=77
    )
    assert drenar(propria) == [(2, "ORIGEM_INESPERADA")]


def test_cancelar_duas_vezes_ou_sem_dizer_o_que_e_erro(e: Elenco) -> None:
    venda = vender(e)
    um, dois, nada = cancelar(e, venda.id_operacao), cancelar(e, venda.id_operacao), cancelar(e, None)
    assert drenar(venda, um, dois, nada) == [(9, ""), (9, ""), (2, "ORIGEM_CANCELADA"), (2, "ORIGEM_NAO_INFORMADA")]
    assert drenar(cancelar(e, um.id_operacao)) == [(2, "ORIGEM_INESPERADA")]


# recebimento


def a_prazo(e: Elenco, parcelas: int = 3) -> tuple[OperacaoPdv, str]:
    venda = vender(e, Pago(CREDIARIO, "30.00", parcelas))
    return venda, f"1-{venda.id_operacao}-1"


def test_recebimento_baixa_os_titulos_com_juros_desconto_e_em_parte(e: Elenco) -> None:
    venda, documento = a_prazo(e)
    pago = receber(e, Quitado(documento, 1, "10.00", "0.50"), Quitado(documento, 2, "4.00", "0", "1.00"))
    assert drenar(venda, pago) == [(9, ""), (9, "")]
    assert caixa(e) == D("13.50")
    abertos = {t.parcela: abertos_de([t.pk])[t.pk] for t in Titulo.objects.filter(sentido="R")}
    assert abertos == {1: D("0.00"), 2: D("6.00"), 3: D("10.00")}
    baixas = list(Baixa.objects.order_by("sequencia").values_list("valor", "juros", "desconto", "conta", "feita_por"))
    assert baixas == [
        (D("10.00"), D("0.50"), D("0.00"), None, "PDV 1"),
        (D("4.00"), D("0.00"), D("1.00"), None, "PDV 1"),
    ]
    verificar_tudo()


def test_recebimento_em_cartao_gera_titulo_do_adquirente_e_em_pix_cai_no_banco(e: Elenco) -> None:
    venda, documento = a_prazo(e)
    cartao = receber(e, Quitado(documento, 1, "10.00"), pagos=[Pago(CREDITO, "6.00"), Pago(PIX, "4.00")])
    assert drenar(venda, cartao) == [(9, ""), (9, "")]
    assert Titulo.objects.get(especie="cartao", sentido="R").valor == D("6.00")
    assert SaldoConta.objects.get(conta=e.banco).valor == D("4.00")
    verificar_tudo()


def test_receber_o_que_ja_esta_pago_ou_mais_do_que_falta_e_erro(e: Elenco) -> None:
    venda, documento = a_prazo(e)
    um, outro = receber(e, Quitado(documento, 1, "10.00")), receber(e, Quitado(documento, 1, "10.00"))
    demais = receber(e, Quitado(documento, 2, "10.01"))
    assert drenar(venda, um, outro, demais) == [
        (9, ""), (9, ""), (2, "TITULO_JA_PAGO"), (2, "RECEBIMENTO_MAIOR_QUE_ABERTO"),
    ]  # fmt: skip
    assert caixa(e) == D("10.00")
    verificar_tudo()


@pytest.mark.parametrize(
    ("quitados", "pagos", "codigo"),
    [
        ([], [Pago(DINHEIRO, "5.00")], "RECEBIMENTO_SEM_TITULOS"),
        ([Quitado("1-1-1", 1, "5.00")], [Pago(DINHEIRO, "4.00")], "PAGAMENTO_NAO_FECHA"),
        ([Quitado("1-1-1", 1, "5.00", "0", "6.00")], [Pago(DINHEIRO, "5.00")], "VALOR_INVALIDO"),
        ([Quitado("1-1-1", 1, "5.00")], [Pago(CREDIARIO, "5.00")], "FINALIZADOR_NAO_RECEBE"),
    ],
)
def test_recebimento_que_nao_fecha_e_erro(e: Elenco, quitados: list[Quitado], pagos: list[Pago], codigo: str) -> None:
    recebimento = estagiar_completa(
        e.pdv, Especie.RECEBIMENTO, quitados=quitados, pagos=pagos, total="5.00", codigo_cliente="C1"
    )
    situacao, codigos = drenar(recebimento)[0]
    assert situacao == 2 and codigo in codigos


def test_recebimento_de_venda_cancelada_e_erro_e_venda_recebida_nao_se_cancela(e: Elenco) -> None:
    venda, documento = a_prazo(e)
    drenar(venda, cancelar(e, venda.id_operacao))
    assert drenar(receber(e, Quitado(documento, 1, "10.00"))) == [(2, "TITULO_CANCELADO")]
    outra, documento = a_prazo(e)
    pago = receber(e, Quitado(documento, 1, "10.00"))
    cancelamento = cancelar(e, outra.id_operacao)
    assert drenar(outra, pago, cancelamento) == [(9, ""), (9, ""), (2, "TITULO_BAIXADO")]
    drenar(cancelar(e, pago.id_operacao))
    OperacaoPdv.objects.filter(pk=cancelamento.pk).update(situacao_replicacao=1)
    assert drenar(cancelamento) == [(9, "")]
    assert caixa(e) == 0
    verificar_tudo()


def test_recebimento_reprocessado_baixa_de_novo_o_mesmo(e: Elenco) -> None:
    venda, documento = a_prazo(e)
    pago = receber(e, Quitado(documento, 1, "10.00"))
    drenar(venda, pago)
    OperacaoPdv.objects.filter(pk=pago.pk).update(situacao_replicacao=1)
    assert drenar(pago) == [(9, "")]
    assert Baixa.objects.count() == 3  # made, undone, made
    assert caixa(e) == D("10.00")
    verificar_tudo()


# falta e sobra


def test_falta_sai_da_gaveta_e_sobra_entra(e: Elenco) -> None:
    falta = estagiar_completa(e.pdv, Especie.FALTA, total="7.30")
    sobra = estagiar_completa(e.pdv, Especie.FALTA, total="2.00", valor_acrescimo=D("2.00"), valor_produtos=D(0))
    assert drenar(falta, sobra) == [(9, ""), (9, "")]
    assert caixa(e) == D("-5.30")
    assert set(Lancamento.objects.values_list("natureza", flat=True)) == {7}
    verificar_tudo()


def test_falta_sem_valor_ou_que_nao_soma_e_erro(e: Elenco) -> None:
    zero = estagiar_completa(e.pdv, Especie.FALTA, total="0")
    torta = estagiar_completa(e.pdv, Especie.FALTA, total="5.00", pagos=[Pago(DINHEIRO, "4.00")])
    assert drenar(zero, torta) == [(2, "VALOR_INVALIDO"), (2, "PAGAMENTO_NAO_FECHA")]


def test_cancelamento_de_venda_de_mes_fechado_cai_no_dia_aberto(e: Elenco) -> None:
    venda = vender(e)
    drenar(venda)
    PeriodoContabil.objects.create(inicio=date(2026, 3, 1), fim=date(2026, 3, 31), fechado=True)
    assert drenar(cancelar(e, venda.id_operacao)) == [(9, "")]
    assert Lancamento.objects.get(estorno_de__isnull=False).data_contabil == date(2026, 4, 1)
    verificar_tudo()
