"""Which database holds which app: the till's tables in `terminal`, everything else in `default`."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

TERMINAL = "terminal"
PADRAO = "default"


def _alias(app_label: str) -> str:
    return TERMINAL if app_label == TERMINAL else PADRAO


class Roteador:
    """Reads and writes go to the app's own database; no relation crosses the two; each migrates only its own."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return _alias(model._meta.app_label)

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        return _alias(model._meta.app_label)

    def allow_relation(self, obj1: Model, obj2: Model, **hints: Any) -> bool:
        return _alias(obj1._meta.app_label) == _alias(obj2._meta.app_label)

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == _alias(app_label)
