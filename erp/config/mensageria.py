"""The broker: what `CELERY_BROKER_URL` says, else kombu's SQLAlchemy transport on the project's own database.

Known of that transport: it marks a delivered message and keeps the row for ever; two processes that meet a new
queue, or new tables, at once get in each other's way; and its connections do not survive a fork. Hence
`limpar_mensagens_entregues` (a periodic task), `preparar_tabelas` (before any process starts) and
`esquecer_conexoes` (in each new worker process).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

PREFIXO_NO_BANCO = "sqla+"
TABELA_FILA = "kombu_queue"
TABELA_MENSAGEM = "kombu_message"
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
