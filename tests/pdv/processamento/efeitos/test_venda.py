"""Venda: a table per especie, the arithmetic beside the row."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal as D
from typing import Any

import pytest

from erp.cadastros.rules import Periodo
from pdv.processamento.efeitos import efeitos
from pdv.processamento.efeitos.valores import (
    SEM_CONTEXTO,
    Cadastro,
    Condicao,
    FinalizadorRef,
    Item,
    Operacao,
    Pagamento,
    PontoVendaRef,
    sem_efeitos,
)
from pdv.processamento.erros import OperacaoInvalida
from pdv.tabelas import Especie

NOITE = datetime(2026, 3, 11, 1, 30, tzinfo=UTC)  # 22:30 of the 10th in São Paulo
CAIXA, COFRE, BANCO, ADQUIRENTE = 10, 20, 30, 40


def finalizador(codigo: int, especie: str, *condicoes: Condicao) -> FinalizadorRef:
    return FinalizadorRef(codigo, especie, especie, condicoes)


def condicao(dias: int = 0, intervalo: int = 0, taxa: str = "0", conta: int | None = None) -> Condicao:
    return Condicao(date(2020, 1, 1), ADQUIRENTE, conta, dias, intervalo, D(taxa))


CADASTRO = Cadastro(
    produtos={101: (1, True), 102: (2, True), 900: (9, False)},
    finalizadores={
        1: finalizador(1, "dinheiro", condicao()),
        2: finalizador(2, "cheque", condicao(dias=30, intervalo=30)),
        3: finalizador(3, "cartao", condicao(dias=30, intervalo=30, taxa="2.99")),
        5: finalizador(5, "crediario", condicao(dias=30, intervalo=30)),
        6: finalizador(6, "dinheiro"),
        10: finalizador(10, "vale", condicao(dias=15, taxa="6")),
        17: finalizador(17, "pix", condicao(conta=BANCO, taxa="0.5")),
        18: finalizador(18, "pix", condicao()),
    },
    pontos_venda={7: PontoVendaRef(7, 1, CAIXA, COFRE)},
    fechados=(),
)


def pagamento(codigo: int, valor: str, troco: str = "0", parcelas: int = 1, item: int = 1) -> Pagamento:
    return Pagamento(item, codigo, D(valor), D(troco), parcelas, "", "", "", "")


def item(n: int, codigo: int, quantidade: str, total: str, cancelado: bool = False) -> Item:
    return Item(n, codigo, D(quantidade), D(total), cancelado)


def venda(itens: list[Item], pagamentos: list[Pagamento], **outros: object) -> Operacao:
    total = sum((i.total for i in itens if not i.cancelado), D(0))
    troco = sum((p.troco for p in pagamentos), D(0))
    base = Operacao(
        1, 7, 1, uuid.UUID(int=1), 55, 3, Especie.VENDA, NOITE, False, "", "C1", total, D(0), D(0), total, troco, None, 0,
        "", None, itens, pagamentos, [],
    )  # fmt: skip
    return base._replace(**outros)  # type: ignore[arg-type]  # fields of the tuple


UM_ITEM = [item(1, 101, "2", "100.00")]


def codigos(operacao: Operacao, cadastro: Cadastro = CADASTRO) -> list[str]:
    with pytest.raises(OperacaoInvalida) as erro:
        efeitos(operacao, cadastro, SEM_CONTEXTO, 1)
    return [p.codigo for p in erro.value.problemas]


def test_cada_item_sai_do_estoque_com_custo_em_aberto() -> None:
    itens = [item(1, 101, "2", "60.00"), item(2, 102, "0.345", "40.00")]
    movimentos = efeitos(venda(itens, [pagamento(1, "100.00")]), CADASTRO, SEM_CONTEXTO, 77).movimentos
    assert [(m.produto_id, m.quantidade, m.custo, m.origem_id, m.sequencia) for m in movimentos] == [
        (1, D("-2"), None, 77, 1),
        (2, D("-0.345"), None, 77, 2),
    ]


def test_item_cancelado_e_produto_sem_controle_nao_movimentam() -> None:
    itens = [item(1, 101, "1", "30.00", cancelado=True), item(2, 900, "1", "70.00")]
    assert efeitos(venda(itens, [pagamento(1, "70.00")]), CADASTRO, SEM_CONTEXTO, 1).movimentos == []


def test_dinheiro_entra_no_caixa_liquido_do_troco() -> None:
    feitos = efeitos(venda(UM_ITEM, [pagamento(1, "150.00", troco="50.00")]), CADASTRO, SEM_CONTEXTO, 1)
    assert [(x.conta_id, x.valor) for x in feitos.lancamentos] == [(CAIXA, D("100.00"))]  # 150 - 50
    assert feitos.titulos == []


def test_pix_cai_na_conta_da_condicao_e_sua_taxa_e_a_pagar() -> None:
    feitos = efeitos(venda(UM_ITEM, [pagamento(17, "100.00")]), CADASTRO, SEM_CONTEXTO, 1)
    assert [(x.conta_id, x.valor) for x in feitos.lancamentos] == [(BANCO, D("100.00"))]
    assert [(t.sentido, t.valor) for t in feitos.titulos] == [("P", D("0.50"))]  # 0,5% of 100


@pytest.mark.parametrize(
    ("valor", "parcelas", "esperado", "taxa"),
    [
        ("100.00", 1, ["100.00"], "2.99"),
        ("100.00", 3, ["33.34", "33.33", "33.33"], "2.99"),  # 33,33 x 3 = 99,99: the first takes the cent
        ("0.02", 3, ["0.02"], None),  # 0,00 instalments are not titles; 2,99% of 0,02 rounds to nothing
        ("99.99", 2, ["50.00", "49.99"], "2.99"),  # 2,989701 -> 2,99
    ],
)
def test_cartao_faz_um_titulo_por_parcela_e_a_taxa_a_pagar(
    valor: str, parcelas: int, esperado: list[str], taxa: str | None
) -> None:
    titulos = efeitos(
        venda([item(1, 101, "1", valor)], [pagamento(3, valor, parcelas=parcelas)]), CADASTRO, SEM_CONTEXTO, 1
    ).titulos
    receber = [t for t in titulos if t.sentido == "R"]
    assert [t.valor for t in receber] == [D(v) for v in esperado]
    assert [t.valor for t in titulos if t.sentido == "P"] == ([D(taxa)] if taxa else [])
    assert {(t.adquirente_id, t.codigo_cliente) for t in receber} == {(ADQUIRENTE, "")}


def test_vencimentos_contam_do_dia_da_loja() -> None:
    titulos = efeitos(venda(UM_ITEM, [pagamento(5, "100.00", parcelas=2)]), CADASTRO, SEM_CONTEXTO, 1).titulos
    # 22:30 of March 10th in the shop, although the 11th in UTC: 10/3 + 30 = 9/4, + 60 = 9/5
    assert [(t.emissao, t.vencimento) for t in titulos] == [
        (date(2026, 3, 10), date(2026, 4, 9)),
        (date(2026, 3, 10), date(2026, 5, 9)),
    ]
    assert {t.codigo_cliente for t in titulos} == {"C1"}


def test_vale_e_receber_da_adquirente_com_taxa() -> None:
    titulos = efeitos(venda(UM_ITEM, [pagamento(10, "100.00")]), CADASTRO, SEM_CONTEXTO, 1).titulos
    assert [(t.sentido, t.valor, t.vencimento) for t in titulos] == [
        ("R", D("100.00"), date(2026, 3, 25)),
        ("P", D("6.00"), date(2026, 3, 25)),
    ]


def test_troco_de_pagamento_que_nao_e_dinheiro_sai_do_caixa() -> None:
    feitos = efeitos(venda(UM_ITEM, [pagamento(2, "120.00", troco="20.00")]), CADASTRO, SEM_CONTEXTO, 1)
    assert [(x.conta_id, x.valor) for x in feitos.lancamentos] == [(CAIXA, D("-20.00"))]
    assert [t.valor for t in feitos.titulos] == [D("120.00")]


def test_pagamentos_misturados_somam_o_total() -> None:
    pagamentos = [
        pagamento(1, "30.00", "5.00"),
        pagamento(3, "50.00", parcelas=2, item=2),
        pagamento(17, "25.00", item=3),
    ]
    feitos = efeitos(venda(UM_ITEM, pagamentos), CADASTRO, SEM_CONTEXTO, 1)
    recebido = sum(x.valor for x in feitos.lancamentos) + sum(t.valor for t in feitos.titulos if t.sentido == "R")
    assert recebido == D("100.00")
    chaves = [x.sequencia for x in feitos.lancamentos], [t.sequencia for t in feitos.titulos]
    assert all(len(c) == len(set(c)) for c in chaves)


def test_condicao_vale_a_da_data_da_venda() -> None:
    nova = Condicao(date(2026, 3, 11), ADQUIRENTE, None, 1, 0, D("9"))  # from the day after on
    cadastro = CADASTRO._replace(finalizadores={3: finalizador(3, "cartao", nova, condicao(dias=30, taxa="2.99"))})
    titulos = efeitos(venda(UM_ITEM, [pagamento(3, "100.00")]), cadastro, SEM_CONTEXTO, 1).titulos
    assert [t.valor for t in titulos if t.sentido == "P"] == [D("2.99")]


def test_mes_fechado_leva_a_data_contabil_para_o_primeiro_dia_aberto() -> None:
    fechados = (Periodo(date(2026, 3, 1), date(2026, 3, 31)), Periodo(date(2026, 4, 1), date(2026, 4, 2)))
    feitos = efeitos(venda(UM_ITEM, [pagamento(1, "100.00")]), CADASTRO._replace(fechados=fechados), SEM_CONTEXTO, 1)
    entradas: list[Any] = [*feitos.movimentos, *feitos.lancamentos]
    assert {x.data_contabil for x in entradas} == {date(2026, 4, 3)}
    assert {x.ocorrido_em for x in entradas} == {NOITE}


def test_venda_cancelada_antes_de_chegar_nao_movimenta() -> None:
    feitos = efeitos(venda(UM_ITEM, [pagamento(1, "100.00")], cancelada=True), CADASTRO, SEM_CONTEXTO, 1)
    assert feitos == sem_efeitos()


@pytest.mark.parametrize(
    ("operacao", "esperado"),
    [
        (venda([], []), ["VENDA_SEM_ITENS"]),
        (venda([item(1, 999, "1", "10.00")], [pagamento(1, "10.00")]), ["PRODUTO_NAO_CADASTRADO"]),
        (venda(UM_ITEM, [pagamento(99, "100.00")]), ["FINALIZADOR_NAO_CADASTRADO"]),
        (venda(UM_ITEM, [pagamento(6, "100.00")]), ["FINALIZADOR_SEM_CONDICAO"]),
        (venda(UM_ITEM, [pagamento(18, "100.00")]), ["FINALIZADOR_SEM_CONTA"]),
        (venda(UM_ITEM, [pagamento(1, "99.90")]), ["PAGAMENTO_NAO_FECHA"]),
        (
            venda(UM_ITEM, [pagamento(1, "150.00", "50.00")], troco=D("49.00")),
            ["PAGAMENTO_NAO_FECHA", "TROCO_NAO_FECHA"],
        ),
        (venda(UM_ITEM, [pagamento(1, "100.00")], desconto=D("1.00")), ["TOTAL_NAO_FECHA"]),
        (venda(UM_ITEM, [pagamento(5, "100.00")], codigo_cliente=""), ["CLIENTE_NAO_INFORMADO"]),
        (venda(UM_ITEM, [pagamento(3, "100.00", parcelas=0)]), ["PARCELAS_INVALIDAS"]),
        (venda([item(1, 101, "0", "100.00")], [pagamento(1, "100.00")]), ["QUANTIDADE_INVALIDA"]),
        (
            venda([item(1, 101, "1", "9.00")], [pagamento(1, "10.00")], total=D("10.00"), produtos=D("10.00")),
            ["ITENS_NAO_FECHAM"],
        ),
    ],
)
def test_cada_regra_quebrada_tem_seu_codigo(operacao: Operacao, esperado: list[str]) -> None:
    assert codigos(operacao) == esperado


def test_todos_os_problemas_vem_de_uma_vez() -> None:
    itens = [item(1, 999, "1", "50.00"), item(2, 998, "1", "40.00"), item(3, 999, "1", "10.00")]
    operacao = venda(itens, [pagamento(99, "90.00")])
    assert codigos(operacao) == [
        "PRODUTO_NAO_CADASTRADO", "PRODUTO_NAO_CADASTRADO", "PAGAMENTO_NAO_FECHA", "FINALIZADOR_NAO_CADASTRADO",
    ]  # fmt: skip


def test_a_mensagem_diz_o_esperado_o_achado_e_a_diferenca() -> None:
    with pytest.raises(OperacaoInvalida, match=r"soma dos pagamentos 99,90, total 100,00: faltam 0,10"):
        efeitos(venda(UM_ITEM, [pagamento(1, "99.90")]), CADASTRO, SEM_CONTEXTO, 1)


def test_pdv_desconhecido_e_especie_sem_calculo_sao_erros() -> None:
    assert codigos(venda(UM_ITEM, [], ponto_venda_id=8)) == ["PONTO_VENDA_NAO_CADASTRADO"]
    assert codigos(venda(UM_ITEM, [], especie=8)) == ["ESPECIE_NAO_SUPORTADA"]


@pytest.mark.parametrize(("especie", "caixa"), [(Especie.SUPRIMENTO, "80.00"), (Especie.SANGRIA, "-80.00")])
def test_suprimento_e_sangria_movem_entre_caixa_e_cofre(especie: int, caixa: str) -> None:
    feitos = efeitos(venda([], [], especie=especie, total=D("80.00")), CADASTRO, SEM_CONTEXTO, 1)
    assert [(x.conta_id, x.valor) for x in feitos.lancamentos] == [(CAIXA, D(caixa)), (COFRE, -D(caixa))]


def test_sangria_sem_valor_e_filial_sem_cofre_sao_erros_juntos() -> None:
    cadastro = CADASTRO._replace(pontos_venda={7: PontoVendaRef(7, 1, CAIXA, None)})
    assert codigos(venda([], [], especie=Especie.SANGRIA), cadastro) == ["VALOR_INVALIDO", "FILIAL_SEM_COFRE"]


@pytest.mark.parametrize("especie", [Especie.ABERTURA, Especie.FECHAMENTO])
def test_abertura_e_fechamento_nao_movimentam(especie: int) -> None:
    assert efeitos(venda([], [], especie=especie), CADASTRO, SEM_CONTEXTO, 1) == sem_efeitos()
