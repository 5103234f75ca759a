from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from auditoria.models import Evento
from erp.cadastros.models import PeriodoContabil, Produto
from erp.estoque.documento import LinhaDocumento
from erp.estoque.erros import DocumentoRecusado
from erp.estoque.lancamentos import lancar as lancar_movimentos
from erp.estoque.models import DocumentoEstoque, Movimento, Natureza, Saldo
from erp.estoque.rules import MovimentoNovo
from erp.estoque.services import registrar_documento
from tests.erp.elenco import agora, empresa, filial, hoje, pessoa
from tests.invariantes import verificar_tudo

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture(autouse=True)
def _empresa(db: None) -> Any:
    empresa()
    yield
    verificar_tudo()


def linha(codigo: int, quantidade: str, custo: str | None = None) -> LinhaDocumento:
    produto = Produto.objects.get(codigo=codigo)
    return LinhaDocumento(produto.pk, D(quantidade), None if custo is None else D(custo))


def lancar(natureza: int, *linhas: LinhaDocumento, **campos: Any) -> DocumentoEstoque:
    return registrar_documento(
        **{
            "natureza": natureza, "filial": filial(), "linhas": linhas, "motivo": "inventário", "ocorrido_em": agora(),
            "usuario": pessoa("gerente"), "chave": uuid.uuid4(),
        }
        | campos
    )  # fmt: skip


def saldo(codigo: int, filial_codigo: int = 1) -> tuple[Decimal, Decimal, Decimal]:
    achado = Saldo.objects.get(produto__codigo=codigo, filial__codigo=filial_codigo)
    return achado.quantidade, achado.valor, achado.custo_medio


def recusa(*args: Any, **campos: Any) -> list[tuple[int, str]]:
    with pytest.raises(DocumentoRecusado) as erro:
        lancar(*args, **campos)
    return [(e.linha, e.mensagem) for e in erro.value.erros]


def test_saldo_inicial_da_quantidade_valor_e_custo() -> None:
    lancar(Natureza.SALDO_INICIAL, linha(1, "10", "2.5"), linha(2, "3.5", "4"))
    assert saldo(1) == (D(10), D(25), D("2.5"))
    assert saldo(2) == (D("3.5"), D(14), D(4))


def test_entrada_muda_o_custo_medio() -> None:
    lancar(Natureza.ENTRADA, linha(1, "10", "2"))
    lancar(Natureza.ENTRADA, linha(1, "30", "4"))
    assert saldo(1) == (D(40), D(140), D("3.5"))  # (10 x 2 + 30 x 4) / 40


def test_entrada_pode_trazer_o_mesmo_produto_a_dois_custos() -> None:
    lancar(Natureza.ENTRADA, linha(1, "1", "2"), linha(1, "1", "4"))
    assert saldo(1) == (D(2), D(6), D(3))


@pytest.mark.parametrize(
    ("contado", "diferenca", "valor"),
    [
        ("12", "2", "30"),  # sobra: 2 ao custo médio de 2,50
        ("7.5", "-2.5", "18.75"),  # falta: 2,5 ao custo médio
        ("0", "-10", "0"),
    ],
)
def test_ajuste_lanca_a_diferenca_ao_custo_medio(contado: str, diferenca: str, valor: str) -> None:
    lancar(Natureza.SALDO_INICIAL, linha(1, "10", "2.5"))
    documento = lancar(Natureza.AJUSTE, linha(1, contado))
    assert Movimento.objects.get(origem=2, origem_id=documento.pk).quantidade == D(diferenca)
    assert saldo(1)[:2] == (D(contado), D(valor))


def test_ajuste_com_sobra_usa_o_custo_dado() -> None:
    lancar(Natureza.SALDO_INICIAL, linha(1, "10", "2"))
    lancar(Natureza.AJUSTE, linha(1, "20", "4"))
    assert saldo(1) == (D(20), D(60), D(3))


def test_ajuste_com_falta_sai_ao_custo_medio_mesmo_com_custo_dado() -> None:
    lancar(Natureza.SALDO_INICIAL, linha(1, "10", "2"))
    lancar(Natureza.AJUSTE, linha(1, "5", "99"))
    assert saldo(1) == (D(5), D(10), D(2))


def test_ajuste_que_bate_nao_movimenta_e_fica_registrado() -> None:
    lancar(Natureza.SALDO_INICIAL, linha(1, "10", "2"))
    documento = lancar(Natureza.AJUSTE, linha(1, "10"))
    assert not Movimento.objects.filter(origem=2, origem_id=documento.pk).exists()
    assert documento.linhas == [{"produto_id": linha(1, "1").produto_id, "quantidade": "10", "custo": None}]


def test_contar_zero_do_que_nunca_houve_nao_impede_o_saldo_inicial() -> None:
    lancar(Natureza.AJUSTE, linha(1, "0"))
    lancar(Natureza.SALDO_INICIAL, linha(1, "4", "1"))
    assert saldo(1)[0] == D(4)


def test_saldo_inicial_so_uma_vez_por_filial_e_produto() -> None:
    lancar(Natureza.SALDO_INICIAL, linha(1, "10", "2"))
    assert recusa(Natureza.SALDO_INICIAL, linha(2, "1", "1"), linha(1, "1", "1")) == [
        (2, "o produto já tem movimentos nesta filial; use ajuste de inventário")
    ]
    assert not Saldo.objects.filter(produto__codigo=2).exists()
    lancar(Natureza.SALDO_INICIAL, linha(1, "1", "1"), filial=filial(2))
    assert saldo(1, 2)[0] == D(1)


def test_todos_os_erros_de_uma_vez_cada_um_com_a_sua_linha() -> None:
    Produto.objects.filter(codigo=3).update(ativo=False)
    Produto.objects.filter(codigo=4).update(controla_estoque=False)
    erros = recusa(
        Natureza.ENTRADA,
        linha(1, "0", "1"), linha(2, "1"), linha(3, "1", "1"), linha(4, "1", "1"), LinhaDocumento(10**9, D(1), D(1)),
        linha(5, "1", "-1"), linha(1, "1.00001", "1"),
        motivo=" ", ocorrido_em=timezone.now() + timedelta(hours=1),
    )  # fmt: skip
    assert erros == [
        (0, "a data é no futuro"),
        (0, "diga o motivo"),
        (1, "a quantidade é 0; tem de ser maior que zero"),
        (2, "falta o custo unitário"),
        (3, "o produto 3 – Café torrado nº 3 está inativo"),
        (4, "o produto 4 – Café torrado nº 4 não controla estoque"),
        (5, "o produto não está cadastrado"),
        (6, "o custo é -1; não pode ser menor que zero"),
        (7, "a quantidade 1,00001 é grande demais ou tem mais de 4 casas decimais"),
    ]
    assert not DocumentoEstoque.objects.exists()


@pytest.mark.parametrize(
    ("natureza", "mensagem"),
    [
        (Natureza.VENDA, "à mão só se lança saldo inicial, entrada e ajuste de inventário"),
        (Natureza.RESIDUO, "à mão só se lança saldo inicial, entrada e ajuste de inventário"),
    ],
)
def test_natureza_que_nao_e_manual_e_recusada(natureza: int, mensagem: str) -> None:
    assert recusa(natureza, linha(1, "1", "1")) == [(0, mensagem)]


def test_documento_sem_linhas_e_recusado() -> None:
    assert recusa(Natureza.ENTRADA) == [(0, "não há nenhuma linha")]


def test_ajuste_nao_conta_o_mesmo_produto_duas_vezes_nem_menos_que_zero() -> None:
    assert recusa(Natureza.AJUSTE, linha(1, "1", "1"), linha(1, "2", "1"), linha(2, "-1", "1")) == [
        (2, "o produto já está na linha 1"),
        (3, "a quantidade contada é -1; não pode ser menor que zero"),
    ]


def test_sobra_sem_custo_medio_pede_o_custo() -> None:
    assert recusa(Natureza.AJUSTE, linha(1, "5")) == [
        (1, "não há custo médio deste produto na filial; informe o custo")
    ]
    lancar(Natureza.AJUSTE, linha(1, "5", "0"))  # de graça, dito assim
    assert saldo(1) == (D(5), D(0), D(0))


def test_mesma_chave_lanca_uma_vez_e_devolve_o_mesmo_documento() -> None:
    chave = uuid.uuid4()
    primeiro = lancar(Natureza.ENTRADA, linha(1, "10", "2"), chave=chave)
    segundo = lancar(Natureza.ENTRADA, linha(1, "10.0", "2.00"), chave=chave)
    assert (primeiro.pk, saldo(1)[0]) == (segundo.pk, D(10))
    assert Evento.objects.filter(acao="estoque.documento_lancado").count() == 1


def test_mesma_chave_com_outro_conteudo_e_recusada() -> None:
    chave = uuid.uuid4()
    documento = lancar(Natureza.ENTRADA, linha(1, "10", "2"), chave=chave)
    [(_, mensagem)] = recusa(Natureza.ENTRADA, linha(1, "11", "2"), chave=chave)
    assert mensagem == f"este formulário já foi lançado, com outro conteúdo, no documento {documento.pk}; abra outro"
    assert saldo(1)[0] == D(10)


def test_dia_fechado_vai_para_o_primeiro_dia_aberto() -> None:
    ontem = hoje() - timedelta(days=1)
    PeriodoContabil.objects.create(inicio=ontem - timedelta(days=40), fim=ontem)
    documento = lancar(Natureza.ENTRADA, linha(1, "1", "1"), ocorrido_em=agora() - timedelta(days=20))
    assert Movimento.objects.get(origem=2, origem_id=documento.pk).data_contabil == hoje()


def test_filial_inativa_nao_recebe_documento() -> None:
    loja = filial()
    loja.ativa = False
    loja.save()
    assert recusa(Natureza.ENTRADA, linha(1, "1", "1"), filial=loja) == [(0, f"a filial {loja} está inativa")]


def test_sobra_em_saldo_negativo_traz_o_que_falta() -> None:
    lancar(Natureza.SALDO_INICIAL, linha(1, "2", "3"))
    venda = MovimentoNovo(filial().pk, linha(1, "1").produto_id, Natureza.VENDA, D(-5), None, agora(), hoje(), 1, 77, 1)
    with transaction.atomic(), connection.cursor() as cursor:
        lancar_movimentos(cursor, [venda], agora=agora())
    assert saldo(1)[0] == D(-3)
    documento = lancar(Natureza.AJUSTE, linha(1, "4"))
    assert Movimento.objects.get(origem=2, origem_id=documento.pk).quantidade == D(7)
    assert saldo(1)[0] == D(4)
