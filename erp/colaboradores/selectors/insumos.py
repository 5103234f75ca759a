"""All that the sheets of some people in some days depend on, read in a fixed number of queries."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection

from erp.cadastros.feriados import Feriados, feriados
from erp.colaboradores.apuracao.reparticao import DIAS_ANTES, DIAS_DEPOIS
from erp.colaboradores.apuracao.valores import Jornada
from erp.colaboradores.fusos import fuso_de, meia_noite
from erp.colaboradores.models import Colaborador, EscalaColaborador, FolhaDia

UM_DIA = timedelta(days=1)


class MarcaGuardada(NamedTuple):
    id: int
    momento: datetime
    recebida_em: datetime


class TratamentoVivo(NamedTuple):
    """A treatment that no other took the place of."""

    id: int
    dia: date
    dia_fim: date
    tipo: str
    momento: datetime | None
    marcacao_id: int | None
    minutos: int | None
    sequencia: int
    em: datetime


class Corrida(NamedTuple):
    """Days of one person, computed together."""

    inicio: date
    fim: date


@dataclass
class Insumos:
    """Of one person. `dias`: those whose sheet is asked for, in order."""

    colaborador: Colaborador
    fuso: ZoneInfo
    dias: list[date]
    vigencias: list[EscalaColaborador] = field(default_factory=list)
    marcas: list[MarcaGuardada] = field(default_factory=list)
    tratamentos: list[TratamentoVivo] = field(default_factory=list)
    feriados: Mapping[date, str] = field(default_factory=dict)
    folhas: dict[date, FolhaDia] = field(default_factory=dict)

    def vigencia_em(self, dia: date) -> EscalaColaborador | None:
        """The schedule of a day: the last that began."""
        posicao = bisect_right([v.desde for v in self.vigencias], dia)
        return self.vigencias[posicao - 1] if posicao else None

    def jornada_em(self, dia: date) -> Jornada | None:
        vigencia = self.vigencia_em(dia)
        if vigencia is None:
            return None
        escala = vigencia.escala
        return Jornada(
            escala.trechos_em(dia, vigencia.ancora or vigencia.desde),
            folga_em_feriado=escala.folga_em_feriado,
            intervalo_pre_assinalado=escala.intervalo_pre_assinalado,
            prorroga_noturno=escala.prorroga_noturno,
        )

    def corridas(self) -> list[Corrida]:
        """The days in runs, so that two days far apart do not bring the marks of the year between them."""
        runs: list[Corrida] = []
        for dia in self.dias:
            if runs and dia - runs[-1].fim <= UM_DIA * (DIAS_ANTES + DIAS_DEPOIS + 1):
                runs[-1] = Corrida(runs[-1].inicio, dia)
            else:
                runs.append(Corrida(dia, dia))
        return runs


def reunir(dias: Mapping[int, Iterable[date]]) -> dict[int, Insumos]:
    """Employee -> what the sheets of these days depend on."""
    pessoas = Colaborador.objects.defer("busca").in_bulk(list(dias))
    todos = {
        i: Insumos(pessoa, fuso_de(pessoa.municipio), sorted(set(dias[i]))) for i, pessoa in sorted(pessoas.items())
    }
    if not todos:
        return {}
    _escalas(todos)
    _marcas(todos)
    _tratamentos(todos)
    _folhas(todos)
    _feriados(todos)
    return todos


def _escalas(todos: Mapping[int, Insumos]) -> None:
    vigencias = EscalaColaborador.objects.filter(colaborador_id__in=list(todos)).select_related("escala")
    for vigencia in vigencias.order_by("colaborador_id", "desde"):
        todos[vigencia.colaborador_id].vigencias.append(vigencia)


def _marcas(todos: Mapping[int, Insumos]) -> None:
    pedidos = [
        (
            i,
            meia_noite(run.inicio - UM_DIA * DIAS_ANTES, x.fuso),
            meia_noite(run.fim + UM_DIA * (DIAS_DEPOIS + 1), x.fuso),
        )
        for i, x in todos.items()
        for run in x.corridas()
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.colaborador_id, m.id, m.momento, m.recebida_em"
            " FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS p (id, inicio, fim)"
            " JOIN colaboradores_marcacao m ON m.colaborador_id = p.id AND m.momento >= p.inicio AND m.momento < p.fim",
            _colunas(pedidos),
        )
        vistas: set[int] = set()
        for colaborador, *resto in cursor.fetchall():
            if (marca := MarcaGuardada(*resto)).id not in vistas:  # two runs may share a neighbour
                vistas.add(marca.id)
                todos[colaborador].marcas.append(marca)


def _tratamentos(todos: Mapping[int, Insumos]) -> None:
    pedidos = [
        (i, run.inicio - UM_DIA * DIAS_ANTES, run.fim + UM_DIA * DIAS_DEPOIS)
        for i, x in todos.items()
        for run in x.corridas()
    ]
    colunas = "t.colaborador_id, t.id, t.dia, t.dia_fim, t.tipo, t.momento, t.marcacao_id, t.minutos, t.sequencia, t.em"
    vivo = "t.tipo <> 'anulacao' AND NOT EXISTS (SELECT 1 FROM colaboradores_tratamento s WHERE s.sobre_id = t.id)"
    de = (
        "FROM unnest(%s::bigint[], %s::date[], %s::date[]) AS p (id, inicio, fim)"
        " JOIN colaboradores_tratamento t ON t.colaborador_id = p.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {colunas} {de} AND t.dia BETWEEN p.inicio AND p.fim WHERE {vivo}"
            f" UNION SELECT {colunas} {de}"
            f" AND t.dia_fim > t.dia AND t.dia_fim >= p.inicio AND t.dia < p.inicio WHERE {vivo} ORDER BY id",
            [*_colunas(pedidos), *_colunas(pedidos)],
        )
        for colaborador, *resto in cursor.fetchall():
            todos[colaborador].tratamentos.append(TratamentoVivo(*resto))


def _folhas(todos: Mapping[int, Insumos]) -> None:
    primeiro, ultimo = _extremos(todos)
    for folha in FolhaDia.objects.filter(colaborador_id__in=list(todos), dia__range=(primeiro, ultimo)):
        todos[folha.colaborador_id].folhas[folha.dia] = folha


def _feriados(todos: Mapping[int, Insumos]) -> None:
    achados: Feriados = feriados({x.colaborador.municipio for x in todos.values()}, *_extremos(todos))
    for x in todos.values():
        x.feriados = achados[x.colaborador.municipio]


def _extremos(todos: Mapping[int, Insumos]) -> tuple[date, date]:
    return min(x.dias[0] for x in todos.values()), max(x.dias[-1] for x in todos.values())


def _colunas(linhas: Sequence[tuple[object, ...]]) -> list[list[object]]:
    return [list(coluna) for coluna in zip(*linhas, strict=True)]
