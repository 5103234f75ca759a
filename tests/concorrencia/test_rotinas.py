"""Ticks and workers at once, on real connections: every time once, every reference once, nothing over itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django_celery_beat.models import PeriodicTask

from erp.rotinas import registro
from erp.rotinas.agenda import cada, diaria
from erp.rotinas.contexto import Contexto
from erp.rotinas.models import Execucao, RotinaAgendada
from erp.rotinas.registro import DO_DIA, Recuperacao, rotina
from erp.rotinas.services import executar_pendentes, sincronizar_agendas, tique
from erp.rotinas.services.batida import TRAVA

pytestmark = pytest.mark.django_db(transaction=True)
Situacao = Execucao.Situacao
NOITE = datetime(2026, 11, 22, 21, tzinfo=ZoneInfo("America/Sao_Paulo"))


@pytest.fixture(autouse=True)
def so_as_do_teste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registro, "_rotinas", {})
    PeriodicTask.objects.all().delete()
    RotinaAgendada.objects.all().delete()


class Dentro:
    """Who is inside the routine, and how many were at most at once."""

    def __init__(self) -> None:
        self._trava = threading.Lock()
        self.agora = self.maximo = 0
        self.referencias: list[date] = []

    def __call__(self, contexto: Contexto) -> None:
        with self._trava:
            self.agora += 1
            self.maximo = max(self.maximo, self.agora)
            self.referencias.append(contexto.referencia)
        time.sleep(0.03)
        with self._trava:
            self.agora -= 1


@pytest.fixture
def dentro() -> Iterator[Dentro]:
    contador = Dentro()

    def fazer(contexto: Contexto) -> None:
        contador(contexto)

    rotina("Teste/Diaria", diaria("21:00"), "Diária", referencia=DO_DIA, recuperacao=Recuperacao.TODAS)(fazer)
    sincronizar_agendas()
    tique(NOITE - timedelta(hours=1))
    yield contador


def juntos(quantos: int, funcao: Callable[[], object]) -> None:
    largada, erros = threading.Barrier(quantos), list[BaseException]()

    def correr() -> None:
        try:
            largada.wait()
            funcao()
        except BaseException as erro:
            erros.append(erro)
        finally:
            connection.close()

    linhas = [threading.Thread(target=correr) for _ in range(quantos)]
    for linha in linhas:
        linha.start()
    for linha in linhas:
        linha.join()
    assert not erros, erros


def test_seis_batidas_ao_mesmo_tempo_fazem_cada_horario_uma_vez(dentro: Dentro) -> None:
    for dia in range(4):
        juntos(6, lambda dia=dia: tique(NOITE + timedelta(days=dia)))  # type: ignore[misc]  # the day of this turn
    assert list(Execucao.objects.order_by("agendada_para").values_list("agendada_para", "situacao")) == [
        (NOITE + timedelta(days=dia), Situacao.PENDENTE) for dia in range(4)
    ]


def test_seis_trabalhadores_e_dez_dias_atrasados_rodam_cada_dia_uma_vez_e_um_de_cada_vez(dentro: Dentro) -> None:
    tique(NOITE + timedelta(days=9, hours=1))
    assert Execucao.objects.count() == 10
    while Execucao.objects.filter(situacao=Situacao.PENDENTE).exists():
        juntos(6, executar_pendentes)
    assert sorted(dentro.referencias) == [date(2026, 11, 22) + timedelta(days=n) for n in range(10)]
    assert dentro.maximo == 1
    assert set(Execucao.objects.values_list("situacao", flat=True)) == {Situacao.SUCESSO}


def test_duas_da_mesma_referencia_so_uma_termina_bem(dentro: Dentro) -> None:
    for n in range(6):
        Execucao.objects.create(
            rotina="Teste/Diaria", situacao=Situacao.PENDENTE, referencia=NOITE.date(), iniciada_por=str(n)
        )
    while Execucao.objects.filter(situacao=Situacao.PENDENTE).exists():
        juntos(6, executar_pendentes)
    assert dentro.referencias == [NOITE.date()]
    fins = sorted(Execucao.objects.values_list("situacao", flat=True))
    assert fins == [Situacao.SUCESSO] + [Situacao.PULADA] * 5


def test_as_da_empresa_deixam_trabalhador_livre_para_as_do_sistema(dentro: Dentro) -> None:
    """One long routine of the company at a time by default: a tick of the system is not behind it."""
    pode_sair, entrou = threading.Event(), threading.Event()

    def longa() -> None:
        entrou.set()
        pode_sair.wait(20)

    feitas: list[str] = []
    rotina("Teste/Longa", diaria("21:00"), "Longa")(longa)
    rotina("Teste/Outra", diaria("21:00"), "Outra")(lambda: feitas.append("outra"))
    rotina("Teste/Batida", cada(segundos=10), "Batida", guardar_vazias=False)(lambda: feitas.append("batida"))
    for caminho in ("Teste/Longa", "Teste/Outra", "Teste/Batida"):
        Execucao.objects.create(rotina=caminho, situacao=Situacao.PENDENTE, iniciada_por="x")

    def ocupar() -> None:
        executar_pendentes()
        connection.close()

    ocupado = threading.Thread(target=ocupar)
    ocupado.start()
    assert entrou.wait(20)
    executar_pendentes()
    assert feitas == ["batida"]
    pode_sair.set()
    ocupado.join()
    assert feitas == ["batida", "outra"], "quem estava ocupado segue com a que esperava"


def test_batida_congelada_perde_a_vez(dentro: Dentro) -> None:
    """A process stopped in the middle of its tick keeps nobody else from ticking: the server ends its transaction."""
    congelada = connection.copy()
    congelada.set_autocommit(False)
    with congelada.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '500ms'")
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [TRAVA])
    assert tique(NOITE) == 0
    ate = time.monotonic() + 20
    while tique(NOITE) == 0 and time.monotonic() < ate:
        time.sleep(0.1)
    assert Execucao.objects.count() == 1
    congelada.close()
