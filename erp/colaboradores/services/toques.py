"""Notes of days whose sheet must be computed again, written in the transaction of what changed."""

from collections.abc import Sequence
from datetime import date

from django.db.backends.utils import CursorWrapper

from filas.copia import lista

# A schedule that begins long ago makes no more sheets than this into the past.
DIAS_PARA_TRAS = 400


def tocar_marcas(cursor: CursorWrapper, pares: Sequence[tuple[int, date]]) -> None:
    """Days with marks, and their neighbours: a mark at dawn may be of the day before, or change what is of the next."""
    _tocar(cursor, pares, vizinhos=1, criar=True)


def tocar_dias(cursor: CursorWrapper, colaborador: int, inicio: date, fim: date) -> None:
    """A stretch that a treatment speaks of, with its neighbours: a mark more or less changes whose the next one is."""
    cursor.execute(
        "INSERT INTO colaboradores_diatocado (colaborador_id, dia, criar)"
        " SELECT %s, d::date, d::date = %s FROM generate_series(%s::date - 1, %s::date + 1, interval '1 day') d",
        [colaborador, inicio, inicio, fim],
    )


def tocar_folhas(cursor: CursorWrapper, colaboradores: Sequence[int], inicio: date, fim: date | None = None) -> None:
    """The sheets that there are, of these people, from a day on: their contract or their holidays changed."""
    cursor.execute(
        "INSERT INTO colaboradores_diatocado (colaborador_id, dia, criar)"
        " SELECT colaborador_id, dia, false FROM colaboradores_folhadia"
        " WHERE colaborador_id = ANY(%s::bigint[]) AND dia >= %s AND dia <= COALESCE(%s, 'infinity'::date)",
        [lista(colaboradores), inicio, fim],
    )


def tocar_escala(cursor: CursorWrapper, colaborador: int, desde: date, hoje: date) -> None:
    """A schedule that begins in the past makes the sheets from then until yesterday, of the days of the contract."""
    tocar_folhas(cursor, [colaborador], desde)
    cursor.execute(
        "INSERT INTO colaboradores_diatocado (colaborador_id, dia, criar)"
        " SELECT c.id, d::date, true FROM colaboradores_colaborador c, generate_series("
        "   GREATEST(%s::date, c.admissao, %s::date - %s),"
        "   LEAST(%s::date - 1, COALESCE(c.desligamento, 'infinity'::date)), interval '1 day') d WHERE c.id = %s",
        [desde, hoje, DIAS_PARA_TRAS, hoje, colaborador],
    )


def _tocar(cursor: CursorWrapper, pares: Sequence[tuple[int, date]], *, vizinhos: int, criar: bool) -> None:
    pares = sorted(set(pares))
    cursor.execute(
        "INSERT INTO colaboradores_diatocado (colaborador_id, dia, criar)"
        " SELECT p.id, p.dia + v, %s AND v = 0"
        " FROM unnest(%s::bigint[], %s::date[]) AS p (id, dia), generate_series(-%s, %s) v",
        [criar, [i for i, _ in pares], [dia for _, dia in pares], vizinhos, vizinhos],
    )
