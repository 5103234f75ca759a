"""Logs: one JSON object a line on standard error, with personal data and keys masked."""

from __future__ import annotations

from typing import Any

import structlog
from structlog.typing import Processor


def _processadores() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]


def configurar(nivel: str, formato: str) -> dict[str, Any]:
    """Configure structlog, and return Django's LOGGING for the libraries that use the standard one."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_processadores(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    final: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if formato == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "linha": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _processadores(),
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    final,
                ],
            }
        },
        "handlers": {"erro_padrao": {"class": "logging.StreamHandler", "formatter": "linha"}},
        "root": {"handlers": ["erro_padrao"], "level": nivel},
        "loggers": {"django.server": {"handlers": ["erro_padrao"], "level": nivel, "propagate": False}},
    }
