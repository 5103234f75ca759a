"""Signs of life of a running execution, from a thread with a connection of its own; and its time limit.

An execution that was given up, or whose time is over, loses its connection: what it had not committed is undone, and a
statement that hangs ends. One that hangs outside the database for `GRACA` more takes its process with it, where that
is a Celery child (`processo_descartavel`): the pool makes another.
"""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, transaction
from django.utils import timezone

from erp.rotinas.contexto import Contexto
from erp.rotinas.models import AlarmeRotina, Execucao
from erp.rotinas.registro import Rotina
from erp.rotinas.services.alarmes import alarmar
from erp.rotinas.services.linhas import gravar_linhas
from erp.rotinas.textos import duracao

logger = logging.getLogger(__name__)

MILISSEGUNDOS_ATE_FECHAR = 5000
SEGUNDOS_ENTRE_SINAIS = 10.0
GRACA = 60.0
_descartavel = threading.Event()


def processo_descartavel() -> None:
    """Say that this process may be killed when a routine hangs in it: a Celery child, never the web."""
    _descartavel.set()


class Pulso:
    """Gives signs of life while the routine works, writes its log lines, and ends it when its time is over."""

    def __init__(self, rotina: Rotina, contexto: Contexto) -> None:
        self._rotina, self._contexto = rotina, contexto
        self._conexao: Any = connections[DEFAULT_DB_ALIAS]  # of the thread that works
        self._prazo = time.monotonic() + rotina.limite.total_seconds()
        self._largada = False
        self._fim = threading.Event()
        self._thread = threading.Thread(target=self._bater, name=f"pulso-{contexto.execucao_id}", daemon=True)

    def __enter__(self) -> "Pulso":
        self._thread.start()
        return self

    def __exit__(
        self, tipo: type[BaseException] | None, valor: BaseException | None, rastro: TracebackType | None
    ) -> None:
        self._fim.set()
        self._thread.join()

    def _bater(self) -> None:
        try:
            while not self._fim.wait(self._espera()):
                self._tentar(self._esgotar if time.monotonic() >= self._prazo else self._dar_sinal)
                if time.monotonic() >= self._prazo + GRACA and _descartavel.is_set():
                    logger.critical("A rotina %s não parou; este processo sai.", self._rotina.caminho)
                    os.kill(os.getpid(), signal.SIGKILL)
        finally:
            connection.close()

    def _espera(self) -> float:
        resta = self._prazo - time.monotonic()
        return min(SEGUNDOS_ENTRE_SINAIS, resta if resta > 0 else 1.0)

    def _tentar(self, fazer: Callable[[], None]) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '900ms'")
            fazer()
        except Exception:
            logger.debug("Sinal de vida da execução %s adiado.", self._contexto.execucao_id, exc_info=True)
            connection.close()

    def _dar_sinal(self) -> None:
        """A routine inside its own fence does not hold this up: the two locks get along."""
        pid = self._pid()
        with connection.cursor() as cursor:
            cursor.execute(SQL_SINAL, [timezone.now(), pid, pid, self._contexto.execucao_id])
            viva = cursor.rowcount == 1
        if not viva:
            self._largar()
        gravar_linhas(self._contexto)

    def _esgotar(self) -> None:
        """Its time is over: in error before it can commit again. Who is inside the fence is put out of it.

        Its connection is gone before anybody sees it ended, so that even who asks no fence writes nothing afterwards.
        """
        self._contexto.esgotar()
        try:
            with transaction.atomic():
                ainda = Execucao.objects.select_for_update().filter(
                    pk=self._contexto.execucao_id, situacao=Execucao.Situacao.EXECUTANDO
                )
                if (execucao := ainda.first()) is not None:
                    self._marcar(execucao)
                self._largar()
        except DatabaseError:  # it holds what we asked for
            self._largar()
            raise

    def _marcar(self, execucao: Execucao) -> None:
        agora = timezone.now()
        texto = f"Passou do tempo limite de {duracao(self._rotina.limite)} e foi encerrada."
        execucao.situacao, execucao.terminada_em, execucao.erro = Execucao.Situacao.ERRO, agora, texto
        execucao.contagens = {nome: n for nome, n in dict(self._contexto.contagens).items() if n}
        execucao.save(update_fields=["situacao", "terminada_em", "erro", "contagens"])
        alarmar(self._rotina, AlarmeRotina.Tipo.FALHOU, texto, agora=agora, execucao=execucao)

    def _largar(self) -> None:
        """Close the connection of the routine, from here, and see it closed."""
        if (pid := self._pid()) and not self._fim.is_set():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s, %s)", [pid, MILISSEGUNDOS_ATE_FECHAR])

    def _pid(self) -> int | None:
        aberta = self._conexao.connection
        return aberta.info.backend_pid if aberta is not None and not aberta.closed else None


SQL_SINAL = """
UPDATE rotinas_execucao SET heartbeat = %s, conexao = %s,
  conexao_desde = (SELECT backend_start FROM pg_stat_get_activity(%s))
WHERE id = %s AND situacao = 1
"""
