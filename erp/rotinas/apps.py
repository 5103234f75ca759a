"""Rotinas: what the company runs by the clock.

What enters: functions declared with `@rotina` in the module `rotinas` of each app; schedules that staff edit.
What leaves: calls of those functions, one `Execucao` row for each.
What it never does: run a routine over itself, overwrite a schedule that staff changed, or keep work in a broker.
"""

from typing import Any

from django.apps import AppConfig
from django.db import DEFAULT_DB_ALIAS
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class RotinasConfig(AppConfig):
    name = "erp.rotinas"
    label = "rotinas"
    verbose_name = "Rotinas"

    def ready(self) -> None:
        from erp.acesso.grupos import conceder
        from erp.acesso.services import registrar_decisao
        from erp.rotinas import da_auditoria, internas, naoconfiguradas, tasks  # noqa: F401  # declares the routines; models exist from here on
        from erp.rotinas.services import DESPERTADOR, aprovacoes
        from filas import registrar_despertador

        autodiscover_modules("rotinas")
        registrar_despertador(DESPERTADOR, tasks.executar_pendentes.delay)
        registrar_decisao(aprovacoes.ACAO, aprovacoes.seguir_decisao, ao_vencer=aprovacoes.dar_por_perdida)
        for grupo in ("TI", "gerente", "auditor"):
            conceder(grupo, "rotinas.view_rotinaagendada", "rotinas.view_execucao", "rotinas.view_alarmerotina")
        conceder("TI", "rotinas.executar_rotina")
        for grupo in ("gerente", "financeiro"):
            conceder(
                grupo, "rotinas.aprovar_execucao", "rotinas.view_execucao"
            )  # who decides sees who would be touched
        conceder("TI", "django_celery_beat.view_periodictask", "django_celery_beat.change_periodictask")
        post_migrate.connect(_ao_migrar, sender=self, dispatch_uid="rotinas.agendas")


def _ao_migrar(using: str, **_: Any) -> None:
    from erp.rotinas.services import sincronizar_agendas  # models cannot be imported before the apps are ready

    if using == DEFAULT_DB_ALIAS:
        sincronizar_agendas()
