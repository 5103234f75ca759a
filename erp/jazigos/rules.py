"""What a maintenance contract owes: periods, pro rata, adjustments. Pure: plain values in, plain values out.

The rule of the pro rata (`rateio`): what is owed of a period grows day by day from zero to its whole value, and at the end
of each day it is rounded to the cent, half up. A stretch of days costs what is owed at its end less what was owed before its
first day. So the stretches of a period, however it is cut and whoever pays each, always add up to the period's value: the
cent that does not divide falls on the day where the rounding turns.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import NamedTuple

from erp.jazigos.models.cemiterio import RegraRateio

CENTAVO = Decimal("0.01")
UM_DIA = timedelta(days=1)
MESES_DO_INDICE = 12
COMPETENCIAS_DE_UMA_VEZ = 120  # a contract that owes more than this was registered wrong
VALOR_MAXIMO = Decimal("9999999999.99")
VERSAO_DA_SEQUENCIA = 1_000_000
Indices = Mapping[tuple[str, date], Decimal]


class Periodo(NamedTuple):
    """Whole months of the civil year, both days in."""

    inicio: date
    fim: date


class Situacao(NamedTuple):
    """A contract, as far as charging goes; the columns of `ContratoManutencao` by the same names."""

    id: int
    valor: Decimal
    inicio: date
    fim: date | None
    cobrado_ate: date
    valor_desde: date
    proximo_reajuste: date
    indice: str
    mes_reajuste: int
    defasagem_indice: int
    deflacao_reduz: bool
    periodicidade: int
    dia_vencimento: int
    dias_antecedencia: int
    regra_rateio: str


class Trecho(NamedTuple):
    """A stretch of days to be charged. `dias` of `base`, as the rule counts them."""

    competencia: date
    inicio: date
    fim: date
    dias: int
    base: int
    valor_periodo: Decimal
    valor: Decimal
    vencimento: date


class Reajustado(NamedTuple):
    """An adjustment by index, due in `devido_em` and felt from `vale_desde` on."""

    devido_em: date
    vale_desde: date
    indice: str
    mes_inicial: date
    mes_final: date
    percentual: Decimal
    valor_anterior: Decimal
    valor_novo: Decimal


class Fatura(NamedTuple):
    """All that is due of a contract, where it stands afterwards, and what stopped it before the end ('' when nothing)."""

    trechos: list[Trecho]
    reajustes: list[Reajustado]
    depois: Situacao
    falta: str


def faturar(contrato: Situacao, ate: date, indices: Indices) -> Fatura:
    """Charge every period whose day of making titles has come by `ate`, adjusting the value when it is due.

    Stops before the first period whose adjustment lacks a month of its index: nothing is charged unadjusted.
    """
    trechos: list[Trecho] = []
    reajustes: list[Reajustado] = []
    while (quando := gerar_em(contrato)) is not None and quando <= ate:
        if len(trechos) == COMPETENCIAS_DE_UMA_VEZ:
            falta = f"deve mais de {COMPETENCIAS_DE_UMA_VEZ} competências de uma vez: confira desde quando se cobra"
            return Fatura(trechos, reajustes, contrato, falta)
        while contrato.proximo_reajuste <= (comeco := _comeco(contrato)):
            if faltam := meses_sem_indice(contrato, indices):
                return Fatura(trechos, reajustes, contrato, _falta(contrato, faltam, comeco))
            feito = _reajuste(contrato, comeco, indices)
            if feito.valor_novo > VALOR_MAXIMO:
                return Fatura(
                    trechos,
                    reajustes,
                    contrato,
                    f"o reajuste de {feito.devido_em:%m/%Y} daria {feito.valor_novo}: confira o índice",
                )
            reajustes.append(feito)
            contrato = _com_valor(contrato, feito.valor_novo, feito.devido_em)
        trecho = proximo_trecho(contrato)
        trechos.append(trecho)
        contrato = contrato._replace(cobrado_ate=trecho.fim)
    return Fatura(trechos, reajustes, contrato, "")


def gerar_em(contrato: Situacao) -> date | None:
    """The day on which the next title is due to be made; None when there is none any more."""
    comeco = _comeco(contrato)
    if contrato.fim is not None and comeco > contrato.fim:
        return None
    return vencimento(comeco, contrato.dia_vencimento) - timedelta(days=contrato.dias_antecedencia)


def proximo_trecho(contrato: Situacao) -> Trecho:
    """The next stretch to be charged: from where charging stands to the end of the period, or of the contract."""
    comeco = _comeco(contrato)
    periodo = periodo_de(comeco, contrato.periodicidade)
    return trecho(contrato, periodo, comeco, min(periodo.fim, contrato.fim or periodo.fim))


def trecho(contrato: Situacao, periodo: Periodo, inicio: date, fim: date) -> Trecho:
    dias, base = contar(periodo, inicio, fim, contrato.regra_rateio)
    return Trecho(
        inicio.replace(day=1), inicio, fim, dias, base, contrato.valor,
        rateio(contrato.valor, periodo, inicio, fim, contrato.regra_rateio), vencimento(inicio, contrato.dia_vencimento),
    )  # fmt: skip


def periodo_de(dia: date, meses: int) -> Periodo:
    """The period of `meses` months that holds a day; January begins one."""
    inicio = date(dia.year, (dia.month - 1) // meses * meses + 1, 1)
    return Periodo(inicio, mais_meses(inicio, meses) - UM_DIA)


def rateio(valor: Decimal, periodo: Periodo, inicio: date, fim: date, regra: str) -> Decimal:
    """The part of `valor` of the days from `inicio` to `fim`, within the period; zero when there are none."""
    if fim < inicio:
        return Decimal("0.00")
    if regra == RegraRateio.INTEGRAL:
        return valor
    inteiro = _posicao(periodo, periodo.fim, regra)
    antes, depois = _posicao(periodo, inicio - UM_DIA, regra), _posicao(periodo, fim, regra)
    return _centavos(valor * depois / inteiro) - _centavos(valor * antes / inteiro)


def contar(periodo: Periodo, inicio: date, fim: date, regra: str) -> tuple[int, int]:
    """The days from `inicio` to `fim` and those of the period, as the rule counts them."""
    contagem = RegraRateio.DIAS.value if regra == RegraRateio.INTEGRAL else regra
    dias = _posicao(periodo, fim, contagem) - _posicao(periodo, inicio - UM_DIA, contagem) if fim >= inicio else 0
    return dias, _posicao(periodo, periodo.fim, contagem)


def vencimento(desde: date, dia: int) -> date:
    """The first day `dia` of a month on or after `desde`; in a month without it, the last one."""
    neste = _dia_do_mes(desde, dia)
    return neste if neste >= desde else _dia_do_mes(mais_meses(desde.replace(day=1), 1), dia)


def proximo_reajuste(valor_desde: date, mes: int) -> date:
    """The first day on which a value counted since `valor_desde` may change.

    That is the first day of the month of adjustments a year later; or, when that month is the anniversary's own, the
    anniversary itself: never less than a year (Lei 10.192/2001, art. 2º, § 1º).
    """
    aniversario = mais_meses(valor_desde, 12)
    candidato = date(aniversario.year + (mes < aniversario.month), mes, 1)
    return max(candidato, aniversario)


def janela_do_indice(devido_em: date, defasagem: int) -> list[date]:
    """The twelve months that an adjustment accumulates, the last one `defasagem` months before it."""
    ultimo = mais_meses(devido_em.replace(day=1), -defasagem)
    return [mais_meses(ultimo, -n) for n in reversed(range(MESES_DO_INDICE))]


def meses_sem_indice(contrato: Situacao, indices: Indices) -> list[date]:
    janela = janela_do_indice(contrato.proximo_reajuste, contrato.defasagem_indice)
    return [mes for mes in janela if (contrato.indice, mes) not in indices]


def acumular(percentuais: Sequence[Decimal]) -> Decimal:
    """Monthly percentages -> the factor by which they multiply a value."""
    fator = Decimal(1)
    for percentual in percentuais:
        fator *= 1 + percentual / 100
    return fator


def corrigir(valor: Decimal, fator: Decimal, *, deflacao_reduz: bool) -> Decimal:
    """The value by a factor, to the cent, half up; a fall only where the contract says that it falls."""
    return valor if fator < 1 and not deflacao_reduz else _centavos(valor * fator)


def sequencia(competencia: date, versao: int = 0) -> int:
    """The key of a title within its contract: YYYYMM, and a million for each version after the first."""
    return versao * VERSAO_DA_SEQUENCIA + competencia.year * 100 + competencia.month


def documento(contrato_id: int, competencia: date, versao: int = 0) -> str:
    """What the till and the carnê call the title: `J12-202611`, and `J12-202611-1` for a further version."""
    return f"J{contrato_id}-{competencia:%Y%m}" + (f"-{versao}" if versao else "")


def mais_meses(dia: date, meses: int) -> date:
    """The same day so many months later; the last of the month where it has no such day."""
    numero = dia.year * 12 + dia.month - 1 + meses
    ano, mes = divmod(numero, 12)
    return date(ano, mes + 1, min(dia.day, _ultimo(ano, mes + 1)))


def _comeco(contrato: Situacao) -> date:
    """The first day not charged yet."""
    return max(contrato.cobrado_ate + UM_DIA, contrato.inicio)


def _reajuste(contrato: Situacao, vale_desde: date, indices: Indices) -> Reajustado:
    janela = janela_do_indice(contrato.proximo_reajuste, contrato.defasagem_indice)
    fator = acumular([indices[contrato.indice, mes] for mes in janela])
    novo = corrigir(contrato.valor, fator, deflacao_reduz=contrato.deflacao_reduz)
    percentual = round((fator - 1) * 100, 6)
    return Reajustado(
        contrato.proximo_reajuste, vale_desde, contrato.indice, janela[0], janela[-1], percentual, contrato.valor, novo
    )


def _com_valor(contrato: Situacao, valor: Decimal, desde: date) -> Situacao:
    return contrato._replace(
        valor=valor, valor_desde=desde, proximo_reajuste=proximo_reajuste(desde, contrato.mes_reajuste)
    )


def _falta(contrato: Situacao, meses: Sequence[date], comeco: date) -> str:
    quais = ", ".join(f"{mes:%m/%Y}" for mes in meses[:3]) + (f" e mais {len(meses) - 3}" if len(meses) > 3 else "")
    reajuste = f"o reajuste de {contrato.proximo_reajuste:%m/%Y}"
    return f"falta o {contrato.indice} de {quais} para {reajuste}; sem ele não se cobra {comeco:%m/%Y}"


def _posicao(periodo: Periodo, dia: date, regra: str) -> int:
    """How many days of the period have passed at the end of `dia`: on the calendar, or with 30 in every month."""
    if regra != RegraRateio.MES_30:
        return (dia - periodo.inicio).days + 1
    meses = (dia.year - periodo.inicio.year) * 12 + dia.month - periodo.inicio.month
    ultimo = _ultimo(dia.year, dia.month)
    return meses * 30 + (30 if dia.day == ultimo else min(dia.day, 30))


def _dia_do_mes(mes: date, dia: int) -> date:
    return mes.replace(day=min(dia, _ultimo(mes.year, mes.month)))


@cache
def _ultimo(ano: int, mes: int) -> int:
    """The last day of a month; asked five times for each charge."""
    return calendar.monthrange(ano, mes)[1]


def _centavos(valor: Decimal) -> Decimal:
    return valor.quantize(CENTAVO, ROUND_HALF_UP)
