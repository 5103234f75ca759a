"""Average cost, by tables with the arithmetic beside the row."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from erp.estoque.rules import MovimentoNovo, SaldoAtual, aplicar, sequencia_do_estorno, sequencia_do_residuo

QUANDO = datetime(2026, 3, 10, tzinfo=UTC)


def movimento(quantidade: str | D, custo: str | D | None = None, valor: D | None = None) -> MovimentoNovo:
    custo = None if custo is None else D(custo)
    return MovimentoNovo(1, 1, 1, D(quantidade), custo, QUANDO, date(2026, 3, 10), 1, 1, 1, valor)


def test_a_saida_leva_o_custo_medio_e_nao_o_muda() -> None:
    saldo, custo, valor, residuo = aplicar(SaldoAtual(D(10), D(50), D(5)), movimento("-3"))
    assert (custo, valor, residuo) == (D(5), D(-15), D(0))  # 3 x 5
    assert saldo == (D(7), D(35), D(5))


def test_a_entrada_refaz_o_custo_medio() -> None:
    saldo, *_ = aplicar(SaldoAtual(D(10), D(50), D(5)), movimento("10", "7"))
    assert saldo == (D(20), D(120), D(6))  # (50 + 70) / 20


def test_zerar_a_quantidade_deixa_o_valor_em_zero_e_o_residuo_a_lancar() -> None:
    # 3 at 3,333333 bought for 10,00: selling the 3 takes 9,999999
    saldo, custo, valor, residuo = aplicar(SaldoAtual(D(3), D(10), D("3.333333")), movimento("-3"))
    assert (custo, valor, residuo) == (D("3.333333"), D("-9.999999"), D("0.000001"))
    assert saldo == (D(0), D(0), D("3.333333"))


def test_vender_sem_saldo_usa_o_ultimo_custo() -> None:
    saldo, custo, valor, _ = aplicar(SaldoAtual(D(0), D(0), D(4)), movimento("-2"))
    assert (custo, valor) == (D(4), D(-8))
    assert saldo == (D(-2), D(-8), D(4))


def test_entrada_que_nao_tira_do_negativo_mantem_o_ultimo_custo() -> None:
    saldo, *_ = aplicar(SaldoAtual(D(-5), D(-20), D(4)), movimento("3", "10"))
    assert saldo == (D(-2), D(10), D(4))  # value is the sum of what was stamped: -20 + 30


def test_o_inverso_volta_pelo_valor_carimbado_e_nao_pela_media_de_hoje() -> None:
    saldo, custo, valor, _ = aplicar(SaldoAtual(D(7), D(70), D(10)), movimento("3", "5", D(15)))
    assert (custo, valor) == (D(5), D(15))
    assert saldo == (D(10), D(85), D("8.500000"))


@given(
    st.lists(
        st.tuples(
            st.decimals("-999", "999", places=4).filter(lambda q: q != 0), st.none() | st.decimals("0", "99", places=6)
        ),
        max_size=30,
    )
)
def test_o_saldo_e_sempre_a_soma_dos_movimentos(passos: list[tuple[D, D | None]]) -> None:
    saldo, quantidade, valor = SaldoAtual(), D(0), D(0)
    for q, custo in passos:
        saldo, _, lancado, residuo = aplicar(saldo, movimento(q, custo))
        quantidade += q
        valor += lancado - residuo
        assert (saldo.quantidade, saldo.valor) == (quantidade, valor)
        if saldo.quantidade == 0:
            assert saldo.valor == 0


@given(st.integers(0, 999_999), st.integers(0, 999_999))
def test_as_sequencias_de_estorno_e_residuo_nunca_se_encontram(a: int, b: int) -> None:
    def familia(n: int) -> list[int]:
        residuo = sequencia_do_residuo(n)
        inversos = [sequencia_do_estorno(n), sequencia_do_estorno(residuo)]
        return [n, residuo, *inversos, *(sequencia_do_residuo(i) for i in inversos)]

    assert len(set(familia(a))) == 6
    if a != b:
        assert not set(familia(a)) & set(familia(b))
