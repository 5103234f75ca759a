"""kombu's SQLAlchemy transport, asked four times a second, and its tables kept in order."""

from __future__ import annotations

import os
from typing import Any, ClassVar

from django.conf import settings
from django.db import connection, transaction
from kombu import Connection
from kombu.transport import TRANSPORT_ALIASES, sqlalchemy

from erp.config.mensageria import PREFIXO_NO_BANCO, TABELA_FILA, TABELA_MENSAGEM

TRAVA_DAS_TABELAS = 7_241_003
POR_VEZ = 5_000


class Channel(sqlalchemy.Channel):
    """Connections belong to the process that opened them: a forked worker opens its own."""

    _processo: ClassVar[int] = os.getpid()

    def _open(self) -> Any:
        esquecer_conexoes()
        return super()._open()


class Transport(sqlalchemy.Transport):
    """The interval cannot come as a transport option: kombu hands those on to SQLAlchemy, which refuses it."""

    Channel = Channel
    polling_interval = 0.25


def instalar() -> None:
    """Make `sqla+...` URLs mean the transport above, for this process."""
    TRANSPORT_ALIASES["sqla"] = f"{__name__}:Transport"


def esquecer_conexoes() -> None:
    """After a fork, drop the parent's connections without closing them: the parent still uses them."""
    if Channel._processo != os.getpid():
        for motor, _sessao in Channel._engines.values():
            motor.dispose(close=False)
        Channel._engines.clear()
        Channel._processo = os.getpid()


def corretor_no_banco() -> bool:
    return str(settings.CELERY_BROKER_URL).startswith(PREFIXO_NO_BANCO)


def preparar_tabelas(fila: str) -> None:
    """Create kombu's tables and its queue once, whoever else is doing the same. Nothing to do with another broker."""
    if not corretor_no_banco():
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TRAVA_DAS_TABELAS])
        with Connection(settings.CELERY_BROKER_URL, transport=Transport) as corretor:
            canal: Any = corretor.channel()
            canal._new_queue(fila)
            canal.session.close()


def limpar_mensagens_entregues() -> int:
    """Delete the rows of messages already delivered, and return how many. They are kept by kombu for ever.

    In slices, and skipping rows in use: it never makes a worker wait.
    """
    if not corretor_no_banco() or TABELA_MENSAGEM not in connection.introspection.table_names():
        return 0
    apagadas = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {TABELA_MENSAGEM} WHERE id IN (SELECT id FROM {TABELA_MENSAGEM}"
                " WHERE NOT visible LIMIT %s FOR UPDATE SKIP LOCKED)",
                [POR_VEZ],
            )
            vez = int(cursor.rowcount)
        apagadas += vez
        if vez < POR_VEZ:
            return apagadas


def tabelas_existem() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_regclass(%s) IS NOT NULL AND to_regclass(%s) IS NOT NULL", [TABELA_FILA, TABELA_MENSAGEM]
        )
        linha = cursor.fetchone()
    return bool(linha and linha[0])
