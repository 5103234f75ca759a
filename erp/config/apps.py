"""Wiring only: settings, paths, Celery, the embedded database, and the commands that start and keep it.

Enters: the environment. Leaves: a running Django project.
Never: a model, a business rule.
"""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin.apps import SimpleAdminConfig
from django_structlog.signals import bind_extra_request_metadata

from erp.acesso.escopos import registrar_escopo
from erp.config import logs
from erp.config.celery import app as celery_app  # so that a web process publishes through the same application
from erp.config.mensageria import instalar, limpar_mensagens_entregues

__all__ = ["ConfigConfig", "PaginasConfig", "celery_app"]

ESCOPO_METRICAS = "metricas"


class ConfigConfig(AppConfig):
    name = "erp.config"
    label = "config"
    verbose_name = "Configuração"

    def ready(self) -> None:
        from erp.rotinas.internas import registrar_limpeza  # it imports models, which exist only by now

        bind_extra_request_metadata.connect(logs.anotar_origem, dispatch_uid="logs.origem")
        instalar()
        registrar_limpeza(limpar_mensagens_entregues)
        registrar_escopo(ESCOPO_METRICAS, "Ler as métricas em /metrics")


class PaginasConfig(SimpleAdminConfig):
    """The admin with our site. Its pages are found by `urls`: no worker or till loads them."""

    default_site = "erp.config.site.Site"
