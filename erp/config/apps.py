"""Wiring only: settings, paths, Celery, the embedded database, and the commands `preparar` and `banco`.

Enters: the environment. Leaves: a running Django project.
Never: a model, a business rule.
"""

from __future__ import annotations

from django.apps import AppConfig

from erp.config.celery import app as celery_app  # so that the web processes publish through the same application

__all__ = ["ConfigConfig", "celery_app"]


class ConfigConfig(AppConfig):
    name = "erp.config"
    label = "config"
    verbose_name = "Configuração"
