"""Moving an execution from what was read to what comes next."""

from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from erp.rotinas.models import Execucao


def mover(execucao: Execucao, para: Execucao.Situacao, **campos: Any) -> bool:
    """A guarded UPDATE from what was read; False when the row moved meanwhile."""
    if (execucao.situacao, para) not in Execucao.TRANSICOES:
        raise AssertionError(f"transição inexistente: {execucao.situacao} -> {para}")
    return bool(Execucao.objects.filter(pk=execucao.pk, situacao=execucao.situacao).update(situacao=para, **campos))


def posse() -> dict[str, Any]:
    """Which connection serves the run: whoever gives it up closes that one."""
    return {
        "conexao": RawSQL("pg_backend_pid()", []),
        "conexao_desde": RawSQL("(SELECT backend_start FROM pg_stat_get_activity(pg_backend_pid()))", []),
    }


def nao_congelar() -> None:
    """For a short transaction that others wait for: a process stopped in the middle of it loses its turn."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '30s'")
