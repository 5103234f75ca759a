"""Saying beforehand whose the changes of a connection are, where nothing more is known of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

_declarado: ContextVar[str] = ContextVar("auditoria_declarado", default="")


@contextmanager
def declarar(quem: str, banco: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """What this connection changes inside is `quem`'s (`manage.py migrate`): it leaves an event that says so, and no alarm.

    For what changes sensitive tables and knows no more of it than that: migrations, commands of others. An act of ours
    records its own event.
    """
    conexao = connections[banco]
    if conexao.vendor != "postgresql":  # a till's
        yield
        return
    marca = _declarado.set(quem)
    if conexao.connection is not None:
        _trocar(conexao, quem)
    try:
        yield
    finally:
        _declarado.reset(marca)
        if conexao.connection is not None and not conexao.needs_rollback:  # else it went with its savepoint
            _trocar(conexao, _declarado.get())


def ao_conectar(sender: Any, connection: BaseDatabaseWrapper, **outros: Any) -> None:
    """A connection made inside goes on with it: some migrations close the one that they were given."""
    if connection.vendor == "postgresql" and (quem := _declarado.get()):
        _trocar(connection, quem)


def ligar() -> None:
    """From `AppConfig.ready`."""
    connection_created.connect(ao_conectar, dispatch_uid="auditoria.declaracoes")


def _trocar(conexao: BaseDatabaseWrapper, quem: str) -> None:
    with conexao.cursor() as cursor:
        cursor.execute("SELECT set_config('auditoria.declarado', %s, false)", [quem])
