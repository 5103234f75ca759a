"""The broker: what `CELERY_BROKER_URL` says, else kombu's SQLAlchemy transport on the project's own database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings

PREFIXO_NO_BANCO = "sqla+"
TABELA_FILA = "kombu_queue"
TABELA_MENSAGEM = "kombu_message"
POR_VEZ = 5000


def url_no_banco(banco: Mapping[str, Any]) -> str:
    """The broker's URL on a Django database's settings. A computation only: nothing is started, nothing is asked."""
    usuario = quote(str(banco.get("USER") or ""), safe="")
    senha = f":{quote(str(banco['PASSWORD']), safe='')}" if banco.get("PASSWORD") else ""
    servidor, porta = str(banco.get("HOST") or ""), str(banco.get("PORT") or "")
    opcoes = {str(nome): str(valor) for nome, valor in (banco.get("OPTIONS") or {}).items()}
    if servidor.startswith("/"):
        opcoes["host"], servidor = servidor, ""
        if porta:
            opcoes["port"], porta = porta, ""
    endereco = f"[{servidor}]" if ":" in servidor else servidor
    conta = f"{usuario}{senha}@" if usuario or senha else ""
    consulta = f"?{urlencode(opcoes)}" if opcoes else ""
    destino = f"{endereco}{f':{porta}' if porta else ''}/{quote(str(banco['NAME']), safe='')}"
    return f"{PREFIXO_NO_BANCO}postgresql+psycopg2://{conta}{destino}{consulta}"


def corretor_no_banco() -> bool:
    return str(settings.CELERY_BROKER_URL).startswith(PREFIXO_NO_BANCO)
