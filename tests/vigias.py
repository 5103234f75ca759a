"""The triggers that watch are deaf in tests: fixtures change what they like. `ouvindo` lets them hear."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_DO_COMECO = ("auditoria_a_selar", "auditoria_evento", "auditoria_mudanca")


def ensurdecer() -> None:
    """After the migrations, once: nothing more is noted, and what they did leaves no event among those of a test."""
    with connection.cursor() as cursor:
        for tabela in _DO_COMECO:
            cursor.execute(f"ALTER TABLE {tabela} DISABLE TRIGGER USER")
            cursor.execute(f"DELETE FROM {tabela}")
            cursor.execute(f"ALTER TABLE {tabela} ENABLE TRIGGER USER")
        cursor.execute(
            """CREATE OR REPLACE FUNCTION surdo() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
               CREATE OR REPLACE TRIGGER surdo BEFORE INSERT ON auditoria_mudanca FOR EACH ROW EXECUTE FUNCTION surdo()"""
        )


@contextmanager
def ouvindo() -> Iterator[None]:
    """As in production, for the length of a test."""
    _surdo("DISABLE")
    try:
        yield
    finally:
        if not connection.needs_rollback:
            conferir()
            _surdo("ENABLE")


def conferir() -> None:
    """What COMMIT does: a test that is rolled back never gets there."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def _surdo(como: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE auditoria_mudanca {como} TRIGGER surdo")
