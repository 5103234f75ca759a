"""Beat, workers and a real broker: two beats, edits while they run, all killed, every message lost."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
import redis
from django.db import connection
from django.utils import timezone
from django_celery_beat.models import PeriodicTask, PeriodicTasks

from erp.rotinas.agenda import Cada
from erp.rotinas.crontab import Cron
from erp.rotinas.models import Execucao, RotinaAgendada
from erp.rotinas.tarefas import apontar
from tests.falhas.vivos import RAIZ, esperar, porta_livre, url_do_banco

pytestmark = pytest.mark.django_db(transaction=True)
CAMINHO = "rotinas/esquecer_execucoes"
CELERY = ["celery", "--quiet", "--app", "erp.config.celery:app"]
COMANDOS = {
    "trabalhador": [*CELERY, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle"],
    "beat-a": [*CELERY, "beat"],
    "beat-b": [*CELERY, "beat"],
}
PREPARAR = "import django; django.setup(); from erp.config.mensageria import preparar_tabelas as p; p('celery')"


class Corretor:
    """A broker of the test's own: the embedded one (no URL), or a Redis."""

    def __init__(self, url: str) -> None:
        self.url = url

    def perder_tudo(self) -> None:
        if self.url:
            redis.Redis.from_url(self.url).flushall()
            return
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM kombu_message")


@pytest.fixture(params=["embutido", pytest.param("redis", marks=pytest.mark.prova)])
def corretor(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Corretor]:
    if request.param == "embutido":
        subprocess.run([sys.executable, "-c", PREPARAR], cwd=RAIZ, env=ambiente(""), check=True)
        yield Corretor("")
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS kombu_message, kombu_queue CASCADE")
            cursor.execute("DROP SEQUENCE IF EXISTS message_id_sequence, queue_id_sequence")
        return
    programa = shutil.which("redis-server")
    if programa is None:
        pytest.skip("redis-server não está instalado")
    porta = porta_livre()
    servidor = subprocess.Popen(
        [programa, "--port", str(porta), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        cwd=tmp_path, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"redis://127.0.0.1:{porta}/0"
    try:
        esperar(lambda: _responde(url), 20, "o Redis não subiu")
        yield Corretor(url)
    finally:
        servidor.kill()
        servidor.wait()


def _responde(url: str) -> bool:
    try:
        return bool(redis.Redis.from_url(url).ping())
    except redis.ConnectionError:
        return False


def ambiente(url: str) -> dict[str, str]:
    return os.environ | {"DATABASE_URL": url_do_banco(), "CELERY_BROKER_URL": url, "LOG_NIVEL": "ERROR"}


class Processos:
    """The worker and the beats, each leading a group of its own: killing one kills its children."""

    def __init__(self, pasta: Path, url: str) -> None:
        self.pasta, self.url = pasta, url
        self.vivos: dict[str, subprocess.Popen[bytes]] = {}

    def levantar(self, *nomes: str) -> None:
        for nome in nomes:
            with (self.pasta / f"{nome}.log").open("ab") as saida:
                self.vivos[nome] = subprocess.Popen(
                    [sys.executable, "-m", *COMANDOS[nome]],
                    cwd=RAIZ, env=ambiente(self.url), stdout=saida, stderr=saida, start_new_session=True,
                )  # fmt: skip

    def matar(self) -> None:
        for processo in self.vivos.values():
            os.killpg(processo.pid, signal.SIGKILL)
            processo.wait()
        self.vivos.clear()

    def registros(self) -> str:
        return "\n".join(f"{a.name}: {a.read_text()[-1500:]}" for a in self.pasta.glob("*.log"))


@pytest.fixture
def processos(corretor: Corretor, tmp_path: Path) -> Iterator[Processos]:
    processos = Processos(tmp_path, corretor.url)
    yield processos
    processos.matar()


def mudar_agenda(agenda: Cada | Cron) -> None:
    tarefa = RotinaAgendada.objects.get(caminho=CAMINHO).agenda
    assert tarefa is not None
    apontar(tarefa, agenda)
    tarefa.save()


def feitas(depois_de: datetime) -> int:
    return Execucao.objects.filter(rotina=CAMINHO, situacao=2, agendada_para__gt=depois_de).count()


def conferir() -> None:
    """One row for each time, all by the schedule, none over another."""
    execucoes = list(Execucao.objects.filter(rotina=CAMINHO).exclude(iniciada_em=None).order_by("iniciada_em"))
    horarios = [e.agendada_para for e in execucoes]
    assert None not in horarios and len(set(horarios)) == len(horarios)
    assert {e.iniciada_por for e in execucoes} == {"sistema:agenda"}
    for antes, depois in pairwise(execucoes):
        assert antes.terminada_em is None or depois.iniciada_em is None or antes.terminada_em <= depois.iniciada_em


def test_dois_beats_edicao_mortes_e_mensagens_perdidas_nao_perdem_nem_dobram_nada(
    corretor: Corretor, processos: Processos
) -> None:
    PeriodicTask.objects.exclude(rotina_agendada__caminho__in=[CAMINHO, "rotinas/executar_pendentes"]).delete()
    mudar_agenda(Cron(minuto="0", hora="0", dia_do_mes="29", mes="2"))
    processos.levantar("trabalhador", "beat-a", "beat-b")
    vista = RotinaAgendada.objects.filter(caminho=CAMINHO)
    inicio = timezone.now()
    mudar_agenda(Cada(1))  # while beat and worker are starting, or running already
    PeriodicTasks.update_changed()
    esperar(lambda: feitas(inicio) >= 3, 120, processos.registros())
    assert "Cada(segundos=1)" in vista.get().agenda_vista

    processos.matar()
    corretor.perder_tudo()
    mortos_em = timezone.now()
    processos.levantar("trabalhador", "beat-b")
    esperar(lambda: feitas(mortos_em) >= 2, 120, processos.registros())
    corretor.perder_tudo()
    perdidas_em = timezone.now()
    esperar(lambda: feitas(perdidas_em) >= 2, 120, processos.registros())
    conferir()
