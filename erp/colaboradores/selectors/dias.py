"""From what is stored of a person to the plain value that the sheet is computed from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from erp.colaboradores.apuracao.reparticao import DIAS_ANTES, DIAS_DEPOIS, Solta, repartir
from erp.colaboradores.apuracao.valores import Dia, Marca, Parametros
from erp.colaboradores.fusos import minuto_de
from erp.colaboradores.models import Tratamento
from erp.colaboradores.selectors.insumos import UM_DIA, Corrida, Insumos, TratamentoVivo

Tipo = Tratamento.Tipo
ABONOS = {Tipo.ABONO, Tipo.FALTA_JUSTIFICADA}
LICENCAS = {Tipo.FERIAS, Tipo.AFASTAMENTO}


def dias_de(insumos: Insumos, *, ate: datetime, parametros: Parametros) -> Iterator[tuple[date, Dia]]:
    """Each day asked for, as a plain value. `ate`: marks are known until this instant."""
    pedidos = set(insumos.dias)
    for run in insumos.corridas():
        yield from ((dia, valor) for dia, valor in _do_trecho(insumos, run, ate, parametros) if dia in pedidos)


def _do_trecho(insumos: Insumos, run: Corrida, ate: datetime, parametros: Parametros) -> Iterator[tuple[date, Dia]]:
    primeiro = run.inicio - UM_DIA * DIAS_ANTES
    total = (run.fim - primeiro).days + 1 + DIAS_DEPOIS
    jornadas = [insumos.jornada_em(primeiro + UM_DIA * i) for i in range(total)]
    trechos = [jornada.trechos if jornada else () for jornada in jornadas]
    marcas = repartir(trechos, _soltas(insumos, primeiro))
    for i in range(DIAS_ANTES, total - DIAS_DEPOIS):
        dia = primeiro + UM_DIA * i
        folha = insumos.folhas.get(dia)
        conhecido = max(ate, folha.apurada_ate) if folha else ate  # what was over does not begin again
        do_dia = [t for t in insumos.tratamentos if t.dia <= dia <= t.dia_fim]
        fim = trechos[i][-1].fim if trechos[i] else 0
        yield (
            dia,
            Dia(
                jornada=jornadas[i],
                marcas=marcas[i],
                feriado=insumos.feriados.get(dia, ""),
                afastamento=next((Tipo(t.tipo).label for t in do_dia if t.tipo in LICENCAS), ""),
                empregado=insumos.colaborador.empregado_em(dia),
                abonos=tuple(t.minutos for t in do_dia if t.tipo in ABONOS),
                confirmada=any(t.tipo == Tipo.FALTA_CONFIRMADA for t in do_dia),
                conferida=_conferida(insumos, do_dia, marcas[i]),
                em_aberto=minuto_de(conhecido, dia, insumos.fuso) < fim,
                parametros=parametros,
            ),
        )


def _soltas(insumos: Insumos, primeiro: date) -> list[Solta]:
    """Marks of the clock that nobody set aside, and those that a person included, which say their day."""
    fora = {t.marcacao_id for t in insumos.tratamentos if t.tipo == Tipo.DESCONSIDERACAO}
    soltas = [
        Solta(minuto_de(marca.momento, primeiro, insumos.fuso), marcacao=marca.id)
        for marca in insumos.marcas
        if marca.id not in fora
    ]
    return soltas + [
        Solta(minuto_de(t.momento, primeiro, insumos.fuso), tratamento=t.id, dia=(t.dia - primeiro).days)
        for t in insumos.tratamentos
        if t.momento is not None
    ]


def _conferida(insumos: Insumos, do_dia: list[TratamentoVivo], marcas: tuple[Marca, ...]) -> bool:
    """Somebody looked at the day after the last of its marks came, and said that it is so."""
    vistas = [t.em for t in do_dia if t.tipo == Tipo.CONFERENCIA]
    if not vistas:
        return False
    ids = {marca.marcacao for marca in marcas}
    chegadas = [marca.recebida_em for marca in insumos.marcas if marca.id in ids]
    mexidas = [t.em for t in do_dia if t.tipo in (Tipo.INCLUSAO, Tipo.DESCONSIDERACAO)]
    return max(vistas) >= max([*chegadas, *mexidas], default=max(vistas))
