"""The Celery application: wake-ups of rows that are already in the database."""

from __future__ import annotations

import os
import signal
from typing import Any

from celery import Celery
from celery.signals import beat_init, celeryd_init, setup_logging, task_postrun, task_prerun, worker_process_init
from django_structlog.celery.steps import DjangoStructLogInitStep

from auditoria.atores import Ator
from auditoria.contexto import agir
from erp.config import escapes

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "erp.config.settings")

app = Celery("retaguarda")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@setup_logging.connect
def _logs_do_django(**_: Any) -> None:
    """A receiver here is what keeps Celery from replacing the handlers that Django has already configured."""
    escapes.cobrir()  # the process is a worker or the beat, whose children are its forks


@celeryd_init.connect
@beat_init.connect
def _esperar_banco(**_: Any) -> None:
    """The broker may live in the embedded database, and does not know how to start it: the first connection does."""
    from django.db import connection  # settings are only configured by now

    connection.ensure_connection()
    connection.close()


@worker_process_init.connect
def _terminar_o_que_faz(**_: Any) -> None:
    """honcho and systemd send SIGTERM to the whole group. Its children finish their task and leave when told to by
    the worker itself; whoever cannot wait sends SIGKILL.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


@task_prerun.connect
def _dizer_quem_age(task: Any, **_: Any) -> None:
    """What a task does, and no routine of it, is the task's in the audit trail."""
    agir(Ator("sistema", f"tarefa {task.name}"))


@task_postrun.connect
def _ninguem_mais_age(**_: Any) -> None:
    agir(None)
