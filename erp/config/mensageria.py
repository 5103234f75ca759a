"""The broker: what `CELERY_BROKER_URL` says, else kombu's SQLAlchemy transport on the project's own database.

Known of that transport: it marks a delivered message and keeps the row for ever; two processes that meet a new
queue, or new tables, at once get in each other's way; and its connections do not survive a fork. Hence
`limpar_mensagens_entregues` (called by the routine filas/limpar_mensagens), `preparar_tabelas` (before any process
starts) and our subclass in `transporte.py`, only imported where it is used: SQLAlchemy costs a second and 30 MB.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection, transaction
from kombu import Connection
from kombu.transport import TRANSPORT_ALIASES

PREFIXO_NO_BANCO = "sqla+"
TABELA_FILA = "kombu_queue"
TABELA_MENSAGEM = "kombu_message"
TRAVA_DAS_TABELAS = 7_241_003
POR_VEZ = 5_000
SO_DO_DJANGO = frozenset({"isolation_level", "assume_role", "server_side_binding", "pool"})


def url_no_banco(banco: Mapping[str, Any]) -> str:
    """The broker's URL on the database of a Django `DATABASES` entry.

    A computation only: nothing is started, nothing is asked.
    """
    opcoes = {str(n): str(v) for n, v in (banco.get("OPTIONS") or {}).items() if n not in SO_DO_DJANGO}
    servidor, porta = str(banco.get("HOST") or ""), str(banco.get("PORT") or "")
    if servidor.startswith("/"):  # a socket's folder has no place in a URL's authority
        opcoes |= {"host": servidor} | ({"port": porta} if porta else {})
        servidor = porta = ""
    if ":" in servidor:
        servidor = f"[{servidor}]"
    endereco = f"{servidor}:{porta}" if porta else servidor
    caminho = quote(str(banco["NAME"]), safe="")
    consulta = f"?{urlencode(opcoes)}" if opcoes else ""
    return f"{PREFIXO_NO_BANCO}postgresql+psycopg2://{_conta(banco)}{endereco}/{caminho}{consulta}"


def _conta(banco: Mapping[str, Any]) -> str:
    usuario = quote(str(banco.get("USER") or ""), safe="")
    senha = quote(str(banco.get("PASSWORD") or ""), safe="")
    if not usuario and not senha:
        return ""
    return f"{usuario}:{senha}@" if senha else f"{usuario}@"


def instalar() -> None:
    """Make `sqla+...` URLs mean our transport, in this process. Imports nothing yet."""
    TRANSPORT_ALIASES["sqla"] = "erp.config.transporte:Transport"


def corretor_no_banco() -> bool:
    return str(settings.CELERY_BROKER_URL).startswith(PREFIXO_NO_BANCO)


def preparar_tabelas(fila: str) -> None:
    """Create kombu's tables and its queue once, whoever else is doing the same. Nothing to do with another broker."""
    if not corretor_no_banco():
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TRAVA_DAS_TABELAS])
        with Connection(settings.CELERY_BROKER_URL) as corretor:
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
