"""What decides the demonstration's exit code: one cent or one unit off is found, and named."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection, transaction

from bench.reconciliacao import codigo_de_saida, reconciliar
from bench.terminal import VENDA, Item, Operacao, Pagamento, Terminal
from erp.estoque.documento import LinhaDocumento
from erp.estoque.models import Natureza
from erp.estoque.services import registrar_documento
from pdv.processamento.atos.services import ignorar, reprocessar
from pdv.processamento.models import Alvo
from pdv.processamento.services import drenar_tudo
from tests.pdv.elenco import CREDITO, DINHEIRO, Elenco, estagiar_venda, montar_elenco

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal
NADA = frozenset[tuple[int, int]]()


def a_venda(numero: int = 1) -> Operacao:
    """3 cafés for 30,00: 20,00 in cash with troco of 5,00, 15,00 by card in 2 instalments, fee 2,99% = 0,45."""
    pagamentos = [Pagamento(DINHEIRO, D("20.00"), D("5.00"), 1, ""), Pagamento(CREDITO, D("15.00"), D("0.00"), 2, "")]
    return Operacao(
        1,
        numero,
        VENDA,
        False,
        D("30.00"),
        D("0.00"),
        None,
        [Item(101, D("3.0000"), D("30.00"), False)],
        pagamentos,
        [],
    )


def estagiar(elenco: Elenco, numero: int = 1, total: str = "30.00") -> int:
    pagamentos = [(DINHEIRO, "20.00", "5.00", 1), (CREDITO, "15.00", "0", 2)]
    return estagiar_venda(elenco.pdv, [(101, "3", "30.00")], pagamentos, id_operacao=numero, total=total).pk


@pytest.fixture
def elenco() -> Elenco:
    elenco = montar_elenco()
    registrar_documento(
        natureza=Natureza.SALDO_INICIAL, filial=elenco.centro, linhas=[LinhaDocumento(elenco.cafe.pk, D(100), D("6.20"))],
        motivo="Saldo inicial", ocorrido_em=datetime(2026, 1, 1, tzinfo=UTC), usuario=elenco.ana, chave=uuid.uuid4(),
    )  # fmt: skip
    return elenco


def test_o_que_foi_lancado_certo_confere(elenco: Elenco) -> None:
    estagiar(elenco)
    drenar_tudo()
    diferencas = reconciliar([Terminal(1, [a_venda()], [])], NADA)
    assert diferencas == []
    assert codigo_de_saida(diferencas) == 0


def test_reprocessada_continua_conferindo(elenco: Elenco) -> None:
    linha = estagiar(elenco)
    drenar_tudo()
    reprocessar(alvo=Alvo.OPERACAO, ids=[linha], motivo="Teste de reprocesso", usuario=elenco.ana)
    drenar_tudo()
    assert reconciliar([Terminal(1, [a_venda()], [])], NADA) == []


@pytest.mark.parametrize(
    ("estrago", "frases"),
    [
        (
            "UPDATE estoque_movimento SET quantidade = quantidade + 1 WHERE origem = 1",
            ["estoque da filial 1, produto 101: pelos PDVs 97.0000, nos razões 98.0000: diferença 1.0000",
             "o saldo de estoque é a soma dos movimentos"],
        ),
        (
            "UPDATE financeiro_lancamento SET valor = valor + 0.01",
            ["saldo da conta CAIXA1: pelos PDVs 15.00, nos razões 15.01: diferença 0.01",
             "vendas e recebimentos do PDV 1, finalizador 1", "os pagamentos de uma operação, menos o troco, somam o seu total"],
        ),
        (
            "UPDATE financeiro_titulo SET valor = valor - 0.01 WHERE sentido = 'R' AND parcela = 1",
            ["a receber da filial 1, cartao: pelos PDVs 15.00, nos razões 14.99: diferença -0.01"],
        ),
        (
            "UPDATE financeiro_titulo SET valor = valor * 2 WHERE sentido = 'P'",
            ["taxas da filial 1, finalizador 3: pelos PDVs 0.45, nos razões 0.90: diferença 0.45"],
        ),
        ("DELETE FROM financeiro_titulo WHERE parcela = 2", ["parcelas a receber da filial 1, cartao: pelos PDVs 2"]),
        ("UPDATE estoque_saldo SET valor = valor + 0.000001", ["o saldo de estoque é a soma dos movimentos"]),
        ("UPDATE financeiro_saldo_conta SET valor = 0", ["o saldo de uma conta é a soma dos seus lançamentos"]),
        ("DELETE FROM pdv_geracao", ["operações lançadas do PDV 1", "toda operação efetuada tem geração viva"]),
        ("UPDATE hiperpdv_operacao_pdv SET situacao_replicacao = 2", ["nada ficou pendente nem com erro"]),
        ("UPDATE hiperpdv_operacao_pdv SET situacao_replicacao = 0", ["só se ignora por ato de uma pessoa"]),
    ],
)  # fmt: skip
def test_um_estrago_no_razao_e_achado_e_nomeado(elenco: Elenco, estrago: str, frases: list[str]) -> None:
    estagiar(elenco)
    drenar_tudo()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # the triggers would refuse it, and rightly
        cursor.execute(estrago)
    diferencas = reconciliar([Terminal(1, [a_venda()], [])], NADA)
    assert codigo_de_saida(diferencas) == 1
    for frase in frases:
        assert any(frase in diferenca for diferenca in diferencas), diferencas


def test_operacao_que_o_pdv_tem_e_a_retaguarda_nao_e_achada(elenco: Elenco) -> None:
    estagiar(elenco)
    drenar_tudo()
    diferencas = reconciliar([Terminal(1, [a_venda(1), a_venda(2)], [])], NADA)
    assert "operações lançadas do PDV 1: pelos PDVs 2, nos razões 1: diferença -1" in diferencas
    assert codigo_de_saida(diferencas) == 1


def test_ignorada_com_motivo_fica_fora_da_conta_dos_dois_lados(elenco: Elenco) -> None:
    estagiar(elenco, 1)
    errada = estagiar(elenco, 2, total="31.00")
    drenar_tudo()
    terminal = Terminal(1, [a_venda(1), a_venda(2)], [])
    ignorar(alvo=Alvo.OPERACAO, ids=[errada], motivo="Valores errados no PDV", usuario=elenco.ana)
    assert reconciliar([terminal], frozenset({(1, 2)})) == []
    assert codigo_de_saida(reconciliar([terminal], NADA)) == 1
