"""`/saude/`: may this process take work? The database answers, its migrations are applied, the broker is reachable.

200 when all of it holds, 503 when anything does not; JSON for machines, HTML for a person's browser. Open to all,
so it says what is wrong but never where things are.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from health_check.base import HealthCheck
from health_check.exceptions import ServiceUnavailable
from health_check.views import HealthCheckView

from erp.config import mensageria

_migracoes_aplicadas = False  # once true it stays true for this process: new code is a new process


@dataclasses.dataclass
class Banco(HealthCheck):  # type: ignore[misc]  # the library has no types
    """PostgreSQL answers a query."""

    nome = "banco"

    def run(self) -> None:
        try:
            with connection.temporary_connection() as cursor:
                cursor.execute("SELECT 1")
        except Exception as erro:  # the driver, or the embedded server that does not start
            raise ServiceUnavailable("o banco de dados não responde") from erro


@dataclasses.dataclass
class Migracoes(HealthCheck):  # type: ignore[misc]  # the library has no types
    """Every migration of this code is applied."""

    nome = "migracoes"

    def run(self) -> None:
        global _migracoes_aplicadas
        if _migracoes_aplicadas:
            return
        try:
            with connection.temporary_connection():
                executor = MigrationExecutor(connection)
                faltam = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        except DatabaseError as erro:
            raise ServiceUnavailable("não foi possível ler as migrações aplicadas") from erro
        if faltam:
            raise ServiceUnavailable(f"{faltam} migrações por aplicar: rode manage.py preparar")
        _migracoes_aplicadas = True


@dataclasses.dataclass
class Corretor(HealthCheck):  # type: ignore[misc]  # the library has no types
    """Wake-ups can be sent: the broker opens a channel; on the database, its tables are there."""

    nome = "corretor"

    def run(self) -> None:
        try:
            if mensageria.corretor_no_banco():
                with connection.temporary_connection():
                    alcancado = mensageria.tabelas_existem()
            else:
                alcancado = _abrir_canal()
        except Exception as erro:  # each broker has errors of its own
            raise ServiceUnavailable("o corretor de mensagens não responde") from erro
        if not alcancado:
            raise ServiceUnavailable("o corretor de mensagens não está preparado: rode manage.py preparar")


def _abrir_canal() -> bool:
    with current_app.connection_for_write(settings.CELERY_BROKER_URL, connect_timeout=3) as corretor:
        corretor.ensure_connection(max_retries=1, timeout=3)
        canal: Any = corretor.channel()
        canal.close()
    return True


class SaudeView(HealthCheckView):  # type: ignore[misc]  # the library has no types
    """django-health-check's view, with our checks, in Portuguese, 503 when down, and JSON unless HTML is asked."""

    checks = (Banco, Migracoes, Corretor)
    template_name = "config/saude.html"

    async def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.results = [await check.get_result(None) for check in self.get_checks()]
        falhas = {r.check.nome: str(r.error.message) for r in self.results if r.error}
        verificacoes = {r.check.nome: falhas.get(r.check.nome, "ok") for r in self.results}
        corpo = {"situacao": "falha" if falhas else "ok", "verificacoes": verificacoes}
        status = 503 if falhas else 200
        if "text/html" in request.headers.get("Accept", "") and request.GET.get("format") != "json":
            pagina: HttpResponse = self.render_to_response(corpo, status=status)
            return pagina
        return JsonResponse(corpo, status=status, json_dumps_params={"ensure_ascii": False})
