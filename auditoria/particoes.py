"""The events' table in months, by the ranges of their identifiers: a UUIDv7 begins with the milliseconds of its making.

Whole partitions leave PostgreSQL once the archive has them (`arquivo/retencao.py`). What is of no month that was made (an
identifier of another kind, by raw SQL; a clock that is far off) goes to the partition of the rest, and nothing is refused.
No writer makes a partition: the migration and the sealer's routine do, ahead of time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

import structlog
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper

log = structlog.get_logger(__name__)

TABELA: Final = "auditoria_evento"
RESTO: Final = "auditoria_evento_resto"
ADIANTE: Final = 3  # months made ahead: how long the routines may stand still before events of today go to the rest
ESPERA_PELA_TRAVA: Final = "300ms"  # who reads the whole table waits behind us meanwhile; we come again in a minute
INICIO: Final = datetime(2024, 1, 1, tzinfo=UTC)  # no identifier of ours is older
_EXISTENTES: Final = """SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i
    JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'auditoria_evento'::regclass"""
_LIMITES: Final = re.compile(r"FROM \('?([^')]+)'?\) TO \('?([^')]+)'?\)")
_GATILHOS: Final = """SELECT t.tgname, pg_get_triggerdef(t.oid), obj_description(t.oid, 'pg_trigger') FROM pg_trigger t
    WHERE t.tgrelid = %s::regclass AND NOT t.tgisinternal AND t.tgtype & 1 = 0 ORDER BY t.tgname"""
_TRAVAR: Final = "SELECT pg_try_advisory_xact_lock(hashtextextended('auditoria.particoes', 0))"


class Particao(NamedTuple):
    """A partition with a range: the identifiers from one on and before another."""

    nome: str
    de: UUID
    ate: UUID

    @property
    def fim(self) -> datetime:
        """The instant at which it ends."""
        return instante(self.ate)


def fronteira(quando: datetime) -> UUID:
    """The least identifier of an instant.

    >>> fronteira(datetime(2026, 11, 1, tzinfo=UTC))
    UUID('019a3d30-6800-0000-0000-000000000000')
    """
    return UUID(int=int(quando.timestamp() * 1000) << 80)


def instante(de: UUID) -> datetime:
    """The instant of an identifier, by its first 48 bits."""
    return datetime.fromtimestamp((de.int >> 80) / 1000, UTC)


def mes(quando: datetime) -> datetime:
    """The first instant of its month, in UTC."""
    return quando.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def seguinte(inicio: datetime) -> datetime:
    """The month after."""
    return mes(inicio + timedelta(days=32))


def existentes() -> list[Particao]:
    """The partitions that have a range, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_EXISTENTES)
        achadas = [(nome, _LIMITES.search(limites)) for nome, limites in cursor.fetchall()]
    return sorted((Particao(n, UUID(m[1]), UUID(m[2])) for n, m in achadas if m is not None), key=lambda p: p.de)


def preparar(agora: datetime) -> int:
    """Make the months ahead that are not there, and take out of the rest the months that are over. Returns how many.

    Writers go on, but for one who writes with an identifier of what is being moved: a month that is not over stays in
    the rest until it is. A lock that somebody holds is asked for again at the next minute. Several at once do no harm.
    """
    feitas = 0
    try:
        for inicio, com_linhas in _por_fazer(agora):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{ESPERA_PELA_TRAVA}'")
                cursor.execute(_TRAVAR)
                if not cursor.fetchone()[0]:
                    break
                if not _ha(inicio):  # the one before us may have made it
                    criar(cursor, inicio, com_linhas=com_linhas)
                    feitas += 1
    except (OperationalError, IntegrityError) as erro:  # a lock that is held; or a row that came to the rest just now
        log.warning("auditoria.particoes.adiadas", motivo=str(erro).splitlines()[0])
    return feitas


def criar(cursor: CursorWrapper, inicio: datetime, *, com_linhas: bool = False) -> str:
    """Make the partition of a month, `com_linhas` with what the rest holds of it. In the caller's transaction."""
    nome = f"{TABELA}_{inicio:%Y_%m}"
    de, ate = fronteira(inicio), fronteira(seguinte(inicio))
    cursor.execute(f"CREATE TABLE {nome} (LIKE {TABELA} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)")
    if com_linhas:
        _mover_do_resto(cursor, nome, de, ate)
    cursor.execute(f"ALTER TABLE {TABELA} ATTACH PARTITION {nome} FOR VALUES FROM ('{de}') TO ('{ate}')")
    igualar_gatilhos(cursor, nome)
    return nome


def criar_resto(cursor: CursorWrapper) -> None:
    """Make the partition of what is of no month."""
    cursor.execute(f"CREATE TABLE {RESTO} (LIKE {TABELA} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)")
    cursor.execute(f"ALTER TABLE {TABELA} ATTACH PARTITION {RESTO} DEFAULT")
    igualar_gatilhos(cursor, RESTO)


def igualar_gatilhos(cursor: CursorWrapper, particao: str) -> None:
    """Give a partition the statement triggers of the table, which guard only what goes through it.

    PostgreSQL gives the row triggers by itself. A migration that makes another on the table calls `igualar_todos`.
    """
    cursor.execute(_GATILHOS, [particao])
    ha = {nome for nome, _, _ in cursor.fetchall()}
    cursor.execute(_GATILHOS, [TABELA])
    for nome, definicao, comentario in cursor.fetchall():
        if nome not in ha:
            cursor.execute(re.sub(rf" ON (\w+\.)?{TABELA} ", f" ON {particao} ", definicao, count=1))
            cursor.execute(f'COMMENT ON TRIGGER "{nome}" ON {particao} IS %s', [comentario])


def igualar_todos(cursor: CursorWrapper) -> None:
    """`igualar_gatilhos`, of every partition there is."""
    cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [TABELA])
    for (particao,) in cursor.fetchall():
        igualar_gatilhos(cursor, particao)


def _por_fazer(agora: datetime) -> Iterator[tuple[datetime, bool]]:
    """The months without a partition: those over of which the rest has something, and those from this one on."""
    atual, feitas = mes(agora), existentes()
    inicio = _primeiro_no_resto(INICIO, atual)
    while inicio is not None and inicio < atual:
        if not any(p.de <= fronteira(inicio) < p.ate for p in feitas):
            yield inicio, True
        inicio = _primeiro_no_resto(seguinte(inicio), atual)
    inicio = atual
    for _ in range(ADIANTE + 1):
        if not any(p.de <= fronteira(inicio) < p.ate for p in feitas) and _primeiro_no_resto(inicio, None) != inicio:
            yield inicio, False
        inicio = seguinte(inicio)


def _primeiro_no_resto(de: datetime, ate: datetime | None) -> datetime | None:
    """The month of the first identifier that the rest has from one month on, before another or within that month."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM {RESTO} WHERE id >= %s AND id < %s ORDER BY id LIMIT 1",
            [fronteira(de), fronteira(ate or seguinte(de))],
        )
        achado = cursor.fetchone()
    return mes(instante(achado[0])) if achado else None


def _ha(inicio: datetime) -> bool:
    return any(p.de <= fronteira(inicio) < p.ate for p in existentes())


def _mover_do_resto(cursor: CursorWrapper, nome: str, de: UUID, ate: UUID) -> None:
    """Rows change their partition, and nothing else: the guards of the one that they leave sleep meanwhile, locked."""
    cursor.execute(f"LOCK TABLE {RESTO} IN ACCESS EXCLUSIVE MODE")
    with _sem_guardas(cursor):
        cursor.execute(
            f"""WITH saidos AS (DELETE FROM {RESTO} WHERE id >= %s AND id < %s RETURNING *)
                INSERT INTO {nome} SELECT * FROM saidos""",
            [de, ate],
        )


@contextmanager
def _sem_guardas(cursor: CursorWrapper) -> Iterator[None]:
    cursor.execute(f"ALTER TABLE {RESTO} DISABLE TRIGGER USER")
    yield
    cursor.execute(f"ALTER TABLE {RESTO} ENABLE TRIGGER USER")
