"""What the day's schedule, marks, treatments and holiday add up to."""

from collections.abc import Sequence
from itertools import pairwise

from erp.colaboradores.apuracao.noturno import noturnos, reduzir
from erp.colaboradores.apuracao.valores import Alerta, Dia, Folha, Marca, Parametros, TipoDia, Trecho

# What a person only has to know of, not to settle.
_SO_AVISO = {Alerta.INTERVALO_CURTO}


def apurar(dia: Dia) -> Folha:
    """The sheet of one day.

    1. Marks are paired in order: entry, exit. One that is left over counts nothing and is flagged; none is made up.
    2. Extra and missing are of the day's total: who comes half an hour late and leaves half an hour late owes nothing.
    3. Small variations are forgiven, all or none (art. 58 § 1º and Súmula 366 of the TST).
    4. What is missing is covered by abonos; what remains of a day without marks is an absence for a person to treat.
    """
    tipo = _tipo(dia)
    previstos = dia.jornada.trechos if dia.jornada and tipo is TipoDia.TRABALHO else ()
    trechos = _trabalhados(dia, previstos)
    previsto, trabalhado = _soma(previstos), _soma(trechos)
    saldo = trabalhado - previsto
    tolerado = saldo if _toleravel(previstos, trechos, dia) else 0
    falta = 0 if dia.em_aberto else max(0, tolerado - saldo)
    abonado = falta if None in dia.abonos else min(falta, sum(minutos or 0 for minutos in dia.abonos))
    noturno = noturnos(trechos, dia.parametros.noite, prorroga=dia.jornada is not None and dia.jornada.prorroga_noturno)
    alertas = _alertas(dia, tipo, trechos)
    ausencia = not dia.marcas and falta > abonado and not dia.confirmada
    return Folha(
        tipo=tipo,
        previsto=previsto,
        trabalhado=trabalhado,
        extra=max(0, saldo - tolerado),
        falta=falta - abonado,
        abonado=abonado,
        tolerado=tolerado,
        noturno=noturno,
        noturno_reduzido=reduzir(noturno, dia.parametros),
        trechos=trechos,
        alertas=alertas,
        ausencia=ausencia,
        pendente=ausencia or (not dia.conferida and any(alerta not in _SO_AVISO for alerta in alertas)),
    )


def _tipo(dia: Dia) -> TipoDia:
    if not dia.empregado:
        return TipoDia.FORA_DO_CONTRATO
    if dia.afastamento:
        return TipoDia.AFASTAMENTO
    if dia.jornada is None:
        return TipoDia.SEM_ESCALA
    if dia.feriado and dia.jornada.folga_em_feriado:
        return TipoDia.FERIADO
    return TipoDia.TRABALHO if dia.jornada.trechos else TipoDia.FOLGA


def _trabalhados(dia: Dia, previstos: Sequence[Trecho]) -> tuple[Trecho, ...]:
    """Entry with exit, in order; a single pair is parted by the rest that the schedule writes beforehand."""
    pares = _pares(dia.marcas)
    if len(pares) != 1 or len(dia.marcas) != 2 or not (dia.jornada and dia.jornada.intervalo_pre_assinalado):
        return pares
    (par,) = pares
    inteiros = [Trecho(par.inicio if i == 0 else t.inicio, t.fim) for i, t in enumerate(previstos)]
    if not inteiros:
        return pares
    inteiros[-1] = Trecho(inteiros[-1].inicio, par.fim)
    cortados = (Trecho(max(t.inicio, par.inicio), min(t.fim, par.fim)) for t in inteiros)
    return tuple(t for t in cortados if t.fim > t.inicio)


def _pares(marcas: Sequence[Marca]) -> tuple[Trecho, ...]:
    return tuple(
        Trecho(entrada.minuto, saida.minuto) for entrada, saida in zip(marcas[::2], marcas[1::2], strict=False)
    )


def _toleravel(previstos: Sequence[Trecho], trechos: Sequence[Trecho], dia: Dia) -> bool:
    """Each variation within `tolerancia_marca` and all within `tolerancia_dia`.

    Mark by mark; or, for who rests at another hour, the entry, the exit and how long the rests lasted.
    """
    if not previstos or not trechos or len(dia.marcas) % 2:
        return False
    pontas = [abs(trechos[0].inicio - previstos[0].inicio), abs(trechos[-1].fim - previstos[-1].fim)]
    if _cabe([*pontas, abs(_pausa(trechos) - _pausa(previstos))], dia.parametros):
        return True
    if len(trechos) != len(previstos):
        return False
    variacoes = [abs(t.inicio - p.inicio) for t, p in zip(trechos, previstos, strict=True)]
    variacoes += [abs(t.fim - p.fim) for t, p in zip(trechos, previstos, strict=True)]
    return _cabe(variacoes, dia.parametros)


def _cabe(variacoes: Sequence[int], parametros: Parametros) -> bool:
    return max(variacoes) <= parametros.tolerancia_marca and sum(variacoes) <= parametros.tolerancia_dia


def _alertas(dia: Dia, tipo: TipoDia, trechos: Sequence[Trecho]) -> tuple[Alerta, ...]:
    minutos = [marca.minuto for marca in dia.marcas]
    parametros = dia.parametros
    previstos = dia.jornada.trechos if dia.jornada else ()
    longo = max(parametros.trecho_maximo, previstos[-1].fim - previstos[0].inicio + 60 if previstos else 0)
    achados = {
        Alerta.IMPAR: len(minutos) % 2 == 1 and not dia.em_aberto,
        Alerta.REPETIDA: any(b - a <= parametros.repetida_ate for a, b in pairwise(minutos)),
        Alerta.TRECHO_LONGO: any(t.fim - t.inicio > longo for t in _pares(dia.marcas)),
        Alerta.SEM_ESCALA: tipo is TipoDia.SEM_ESCALA and bool(minutos),
        Alerta.FORA_DO_CONTRATO: tipo is TipoDia.FORA_DO_CONTRATO and bool(minutos),
        Alerta.NO_AFASTAMENTO: tipo is TipoDia.AFASTAMENTO and bool(minutos),
        Alerta.INTERVALO_CURTO: not dia.em_aberto and _intervalo_curto(trechos, parametros),
    }
    return tuple(alerta for alerta, achado in achados.items() if achado)


def _intervalo_curto(trechos: Sequence[Trecho], parametros: Parametros) -> bool:
    trabalhado = _soma(trechos)
    devida = next((pausa for acima_de, pausa in parametros.pausas if trabalhado > acima_de), 0)
    return _pausa(trechos) < devida - parametros.tolerancia_marca  # TST, Tema 14: five minutes less are nothing


def _soma(trechos: Sequence[Trecho]) -> int:
    return sum(trecho.fim - trecho.inicio for trecho in trechos)


def _pausa(trechos: Sequence[Trecho]) -> int:
    return sum(depois.inicio - antes.fim for antes, depois in pairwise(trechos))
