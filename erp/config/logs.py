"""Logs: one JSON object a line on standard error, with personal data and secrets masked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from django.http import HttpRequest
from structlog.typing import EventDict, Processor, WrappedLogger

from auditoria.contexto import endereco
from auditoria.rules import mascarar

_SIMPLES = (str, int, float, bool, type(None), bytes)


def mascarar_dados_pessoais(_logger: WrappedLogger, _metodo: str, evento: EventDict) -> EventDict:
    """A structlog processor, the last before rendering: what it lets through is what is written.

    CPF, CNPJ, phones, e-mails, passwords and API keys are masked by field name and by shape, at any depth, in
    tracebacks too. An object is turned into its text first, for its `repr` may hold any of them.
    """
    return mascarar(_em_texto(evento))


def anotar_origem(request: HttpRequest, **_: Any) -> None:
    """A receiver of django-structlog: every line of a request says the address that its audit events say."""
    structlog.contextvars.bind_contextvars(ip=endereco(request))


def _em_texto(valor: Any) -> Any:
    if isinstance(valor, Mapping):
        return {str(nome): _em_texto(item) for nome, item in valor.items()}
    if isinstance(valor, list | tuple | set | frozenset):
        return [_em_texto(item) for item in valor]
    return valor if isinstance(valor, _SIMPLES) else str(valor)


def _comuns() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]


def _final(formato: str) -> Processor:
    if formato == "texto":
        return structlog.dev.ConsoleRenderer(colors=False)
    return structlog.processors.JSONRenderer(ensure_ascii=False)


def configurar(nivel: str, formato: str) -> dict[str, Any]:
    """Configure structlog, and return the `dictConfig` of the standard logging, written by the same formatter."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_comuns(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    linha = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": _comuns(),
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            mascarar_dados_pessoais,
            _final(formato),
        ],
    }
    proprio = {"handlers": ["erro_padrao"], "level": nivel, "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"linha": linha},
        "handlers": {"erro_padrao": {"class": "logging.StreamHandler", "formatter": "linha"}},
        "root": {"handlers": ["erro_padrao"], "level": nivel},
        "loggers": {
            # Django and gunicorn configure these for themselves unless they are named here.
            **{nome: dict(proprio) for nome in ("django", "django.server", "gunicorn.error", "gunicorn.access")},
            # Addresses whole, with the tokens of their queries.
            **{nome: {"level": "WARNING"} for nome in ("httpx", "httpcore")},
            # Of each PDF, a hundred lines with the letters that it is written with.
            "fontTools": {"level": "WARNING"},
            # "Received" and "succeeded", which django-structlog says already; failures still come through.
            **{nome: {"level": "WARNING"} for nome in ("celery.worker.strategy", "celery.app.trace")},
        },
    }
