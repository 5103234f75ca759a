from __future__ import annotations

import itertools
from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp.jazigos import rules
from erp.jazigos.models import RegraRateio
from erp.jazigos.rules import Periodo, Situacao, periodo_de, rateio

DIAS, MES_30, INTEGRAL = RegraRateio.DIAS, RegraRateio.MES_30, RegraRateio.INTEGRAL
UM_DIA = timedelta(days=1)


def contrato(**campos: Any) -> Situacao:
    """From 1 January 2024, 100.00 a month, due on the 10th, made on that very day, adjusted by INPC in January."""
    base: dict[str, Any] = {
        "id": 1, "valor": D("100.00"), "inicio": date(2024, 1, 1), "fim": None, "cobrado_ate": date(2023, 12, 31),
        "valor_desde": date(2024, 1, 1), "proximo_reajuste": date(2025, 1, 1), "indice": "INPC", "mes_reajuste": 1,
        "defasagem_indice": 2, "deflacao_reduz": False, "periodicidade": 1, "dia_vencimento": 10, "dias_antecedencia": 0,
        "regra_rateio": "dias",
    }  # fmt: skip
    return Situacao(**(base | campos))


def indices(ate: date, percentual: str = "1", desde: date = date(2020, 1, 1), nome: str = "INPC") -> rules.Indices:
    meses = itertools.takewhile(lambda mes: mes <= ate, (rules.mais_meses(desde, n) for n in itertools.count()))
    return {(nome, mes): D(percentual) for mes in meses}


@pytest.mark.parametrize(
    ("valor", "mes", "de", "ate", "regra", "esperado"),
    [
        ("100.00", "2024-01", 1, 31, DIAS, "100.00"),  # whole
        ("100.00", "2024-01", 21, 31, DIAS, "35.48"),  # 100 - 100*20/31 (64.516 -> 64.52)
        ("100.00", "2024-01", 1, 20, DIAS, "64.52"),
        ("100.00", "2024-02", 29, 29, DIAS, "3.45"),  # leap: 100 - 100*28/29 (96.5517 -> 96.55)
        ("100.00", "2023-02", 28, 28, DIAS, "3.57"),  # 100 - 100*27/28 (96.4286 -> 96.43)
        ("0.01", "2024-01", 1, 15, DIAS, "0.00"),  # 0.01*15/31 = 0.0048
        ("0.01", "2024-01", 16, 31, DIAS, "0.01"),  # and the cent is here
        ("100.00", "2024-01", 31, 31, MES_30, "0.00"),  # 30 days of 30 have passed on the 30th
        ("100.00", "2024-01", 30, 31, MES_30, "3.33"),  # 100 - 100*29/30 (96.67)
        ("100.00", "2024-02", 29, 29, MES_30, "6.67"),  # the last day of February stands for 29 and 30: 100 - 93.33
        ("100.00", "2023-02", 1, 15, MES_30, "50.00"),
        ("100.00", "2024-01", 31, 31, INTEGRAL, "100.00"),
        ("100.00", "2024-01", 20, 19, INTEGRAL, "0.00"),  # no day
        ("100.00", "2024-01", 20, 19, DIAS, "0.00"),
    ],
)  # fmt: skip
def test_rateio_com_a_conta_ao_lado(valor: str, mes: str, de: int, ate: int, regra: str, esperado: str) -> None:
    inicio = date.fromisoformat(f"{mes}-01")
    periodo = periodo_de(inicio, 1)
    assert rateio(D(valor), periodo, inicio.replace(day=de), inicio.replace(day=1) + (ate - 1) * UM_DIA, regra) == D(
        esperado
    )


periodos = st.builds(
    periodo_de, st.dates(date(1999, 1, 1), date(2101, 12, 31)), st.sampled_from([1, 3, 6, 12])
)  # fmt: skip
valores = st.decimals(0, D("99999999.99"), places=2)


@given(periodo=periodos, valor=valores, regra=st.sampled_from([DIAS, MES_30]), cortes=st.lists(st.integers(1, 366)))
def test_os_trechos_de_um_periodo_somam_o_valor_dele_como_quer_que_se_corte(
    periodo: Periodo, valor: D, regra: str, cortes: list[int]
) -> None:
    comecos = sorted({periodo.inicio, *(d for n in cortes if (d := periodo.inicio + n * UM_DIA) <= periodo.fim)})
    fins = [dia - UM_DIA for dia in comecos[1:]] + [periodo.fim]
    partes = [rateio(valor, periodo, inicio, fim, regra) for inicio, fim in zip(comecos, fins, strict=True)]
    assert sum(partes) == valor
    dias, bases = zip(*(rules.contar(periodo, i, f, regra) for i, f in zip(comecos, fins, strict=True)), strict=True)
    assert {sum(dias)} == set(bases)
    for parte, n in zip(partes, dias, strict=True):
        assert parte >= 0 and abs(parte - valor * n / bases[0]) <= D("0.01")


@given(
    valor=st.decimals(D("0.01"), D("99999.99"), places=2),
    inicio=st.dates(date(2020, 1, 1), date(2028, 12, 31)),
    dias=st.integers(0, 1500),
    troca=st.integers(1, 1500),
    periodicidade=st.sampled_from([1, 3, 6, 12]),
    regra=st.sampled_from([DIAS, MES_30]),
    vencimento=st.integers(1, 31),
)
def test_dois_titulares_em_seguida_pagam_juntos_o_que_um_so_pagaria(
    valor: D, inicio: date, dias: int, troca: int, periodicidade: int, regra: str, vencimento: int
) -> None:
    """Whoever holds it and whenever it changes hands, the days are charged once each, and the cents too."""
    um_so = contrato(
        valor=valor, inicio=inicio, fim=inicio + dias * UM_DIA, cobrado_ate=inicio - UM_DIA, periodicidade=periodicidade,
        proximo_reajuste=date.max, regra_rateio=regra, dia_vencimento=vencimento,
    )  # fmt: skip
    meio = inicio + min(troca, dias) * UM_DIA
    primeiro = um_so._replace(fim=meio - UM_DIA)
    segundo = um_so._replace(inicio=meio, cobrado_ate=meio - UM_DIA)
    inteira, antes, depois = (rules.faturar(c, date.max, {}) for c in (um_so, primeiro, segundo))
    assert sum(t.valor for t in inteira.trechos) == sum(t.valor for t in (*antes.trechos, *depois.trechos))
    assert not inteira.falta
    cobertos = [t.inicio + n * UM_DIA for t in inteira.trechos for n in range((t.fim - t.inicio).days + 1)]
    assert cobertos == [inicio + n * UM_DIA for n in range(dias + 1)]
    assert len({t.competencia for t in inteira.trechos}) == len(inteira.trechos)
    assert all(t.vencimento >= t.inicio for t in inteira.trechos)


@pytest.mark.parametrize(
    ("desde", "dia", "esperado"),
    [
        (date(2024, 1, 1), 10, date(2024, 1, 10)),
        (date(2024, 1, 10), 10, date(2024, 1, 10)),
        (date(2024, 1, 11), 10, date(2024, 2, 10)),  # begins after the day: the next month's
        (date(2024, 2, 1), 31, date(2024, 2, 29)),  # leap
        (date(2023, 2, 1), 31, date(2023, 2, 28)),
        (date(2024, 12, 31), 30, date(2025, 1, 30)),
    ],
)
def test_vencimento(desde: date, dia: int, esperado: date) -> None:
    assert rules.vencimento(desde, dia) == esperado


@pytest.mark.parametrize(
    ("desde", "mes", "esperado"),
    [
        (date(2024, 1, 1), 1, date(2025, 1, 1)),
        (date(2024, 3, 20), 3, date(2025, 3, 20)),  # the anniversary's own month: not before the anniversary
        (date(2024, 3, 20), 5, date(2025, 5, 1)),
        (date(2024, 3, 20), 2, date(2026, 2, 1)),  # February 2025 would be less than a year
        (date(2024, 2, 29), 2, date(2025, 2, 28)),
        (date(2024, 12, 31), 1, date(2026, 1, 1)),
    ],
)
def test_reajuste_nunca_antes_de_um_ano(desde: date, mes: int, esperado: date) -> None:
    assert rules.proximo_reajuste(desde, mes) == esperado


@given(desde=st.dates(date(1999, 1, 1), date(2100, 1, 1)), mes=st.integers(1, 12))
def test_reajuste_e_no_mes_certo_entre_um_e_dois_anos_depois(desde: date, mes: int) -> None:
    quando = rules.proximo_reajuste(desde, mes)
    assert quando.month == mes
    assert rules.mais_meses(desde, 12) <= quando < rules.mais_meses(desde, 24)


def test_o_reajuste_acumula_doze_meses_ate_a_defasagem() -> None:
    janela = rules.janela_do_indice(date(2025, 3, 20), 2)
    assert (janela[0], janela[-1], len(janela)) == (date(2024, 2, 1), date(2025, 1, 1), 12)


def test_fatura_reajusta_no_mes_e_cobra_por_dia_no_comeco_e_no_fim() -> None:
    feita = rules.faturar(
        contrato(inicio=date(2024, 1, 21), cobrado_ate=date(2024, 1, 20), valor_desde=date(2024, 1, 21),
                 proximo_reajuste=date(2025, 1, 21), fim=date(2025, 3, 14)),
        date(2025, 12, 31), indices(date(2024, 12, 1)),
    )  # fmt: skip
    valores = [str(t.valor) for t in feita.trechos]
    # 1.01^12 = 1.126825: 112.68 from February 2025 on, the first month that begins a year after the beginning
    assert valores == ["35.48", *["100.00"] * 12, "112.68", "50.89"]  # 112.68 * 14/31 = 50.888
    (reajuste,) = feita.reajustes
    assert (reajuste.devido_em, reajuste.vale_desde) == (date(2025, 1, 21), date(2025, 2, 1))
    assert (reajuste.mes_inicial, reajuste.mes_final) == (date(2023, 12, 1), date(2024, 11, 1))
    assert reajuste.percentual == D("12.682503")
    assert rules.gerar_em(feita.depois) is None and not feita.falta


def test_sem_o_indice_do_mes_nao_se_cobra_sem_reajuste_e_a_falta_e_dita() -> None:
    tabela = indices(date(2024, 10, 1))  # November is the last one needed
    feita = rules.faturar(contrato(), date(2025, 2, 20), tabela)
    assert len(feita.trechos) == 12 and not feita.reajustes
    assert feita.falta == "falta o INPC de 11/2024 para o reajuste de 01/2025; sem ele não se cobra 01/2025"
    assert feita.depois.cobrado_ate == date(2024, 12, 31)
    seguinte = rules.faturar(feita.depois, date(2025, 2, 20), {**tabela, ("INPC", date(2024, 11, 1)): D(1)})
    assert [str(t.valor) for t in seguinte.trechos] == ["112.68", "112.68"] and not seguinte.falta


def test_indice_de_outro_nome_nao_serve() -> None:
    feita = rules.faturar(contrato(), date(2025, 1, 10), indices(date(2025, 1, 1), nome="IPCA"))
    assert "falta o INPC de 12/2023, 01/2024, 02/2024 e mais 9" in feita.falta


def test_deflacao_so_reduz_onde_o_contrato_diz() -> None:
    tabela = indices(date(2025, 1, 1), "-1")
    fica = rules.faturar(contrato(), date(2025, 1, 10), tabela)
    cai = rules.faturar(contrato(deflacao_reduz=True), date(2025, 1, 10), tabela)
    assert (fica.trechos[-1].valor, cai.trechos[-1].valor) == (D("100.00"), D("88.64"))  # 0.99^12 = 0.886385
    assert fica.reajustes[0].percentual == cai.reajustes[0].percentual == D("-11.361513")


def test_reajustes_atrasados_se_fazem_um_a_um() -> None:
    atrasado = contrato(cobrado_ate=date(2026, 1, 31))
    feita = rules.faturar(atrasado, date(2026, 2, 10), indices(date(2026, 1, 1)))
    assert [r.devido_em for r in feita.reajustes] == [date(2025, 1, 1), date(2026, 1, 1)]
    assert [str(t.valor) for t in feita.trechos] == ["126.97"]  # 112.68 * 1.126825
    assert feita.depois.proximo_reajuste == date(2027, 1, 1)


def test_contrato_antigo_demais_para_de_uma_vez_e_diz_por_que() -> None:
    velho = contrato(inicio=date(2000, 1, 1), cobrado_ate=date(1999, 12, 31), proximo_reajuste=date.max)
    feita = rules.faturar(velho, date(2024, 1, 1), {})
    assert len(feita.trechos) == 120 and "confira desde quando" in feita.falta


def test_antecedencia_gera_antes_e_nunca_depois_do_fim() -> None:
    dez_dias = contrato(dias_antecedencia=10)
    assert rules.gerar_em(dez_dias) == date(2023, 12, 31)
    assert rules.gerar_em(dez_dias._replace(cobrado_ate=date(2024, 3, 15), fim=date(2024, 3, 15))) is None


def test_chave_e_documento_de_cada_versao() -> None:
    assert [rules.sequencia(date(2026, 11, 1), n) for n in (0, 1)] == [202611, 1202611]
    assert [rules.documento(7, date(2026, 11, 1), n) for n in (0, 1)] == ["J7-202611", "J7-202611-1"]
