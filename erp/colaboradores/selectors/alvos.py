"""Whose sheet of which day is due."""

from collections.abc import Iterator
from datetime import date

from django.db import connection

_DO_DIA = """
    SELECT c.id, %(dia)s::date FROM colaboradores_colaborador c
    WHERE c.id > %(depois)s AND c.controla_ponto AND c.admissao <= %(dia)s
      AND (c.desligamento IS NULL OR c.desligamento >= %(dia)s)
    ORDER BY c.id LIMIT %(quantos)s
"""
# Notes of a day that is over, or that has a sheet already: the others wait for the routine of their day.
_TOCADOS = """
    SELECT DISTINCT t.colaborador_id, t.dia, (f.id IS NULL AND NOT t.criar) AS sem_folha
    FROM (SELECT * FROM colaboradores_diatocado WHERE dia <= %(ate)s ORDER BY dia, id LIMIT %(quantos)s) t
    LEFT JOIN colaboradores_folhadia f ON f.colaborador_id = t.colaborador_id AND f.dia = t.dia
    WHERE f.id IS NOT NULL OR t.dia < %(ate)s OR %(encerrado)s
"""


def do_dia(dia: date, por_vez: int = 5000) -> Iterator[tuple[int, date]]:
    """Everybody whose hours are controlled and who is employed on that day, by id."""
    depois = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_DO_DIA, {"dia": dia, "depois": depois, "quantos": por_vez})
            linhas: list[tuple[int, date]] = cursor.fetchall()
        if not linhas:
            return
        yield from linhas
        depois = linhas[-1][0]


def abertas(antes_de: date) -> list[tuple[int, date]]:
    """Sheets of shifts that were on when they were made."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT colaborador_id, dia FROM colaboradores_folhadia WHERE situacao = 'aberta' AND dia < %s", [antes_de]
        )
        return list(cursor.fetchall())


def tocados(
    ate: date, *, encerrado: bool, quantos: int = 5000
) -> tuple[list[tuple[int, date]], list[tuple[int, date]]]:
    """Days that something touched: those to compute, and those whose notes go, for there is no sheet to redo.

    `ate`: the last day looked at; `encerrado`: its routine is the one asking, so that it counts as over.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TOCADOS, {"ate": ate, "quantos": quantos, "encerrado": encerrado})
        linhas = cursor.fetchall()
    alvos = {(colaborador, dia) for colaborador, dia, sem_folha in linhas if not sem_folha}
    return sorted(alvos), sorted({(colaborador, dia) for colaborador, dia, _ in linhas} - alvos)
