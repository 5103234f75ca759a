"""SIGKILL and SIGSTOP of who runs a routine: the next picks up where it stopped, and no piece is done twice."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from erp.rotinas.models import Execucao
from tests.falhas.rotineiro import CAMINHO, FEITO, TAMANHO
from tests.falhas.vivos import em_outro_processo, esperar
from tests.filhos import Filho

pytestmark = pytest.mark.django_db(transaction=True)
Situacao = Execucao.Situacao
DIA = date(2026, 11, 22)


class Turma:
    """Workers of routines, by name."""

    def __init__(self, pasta: Path) -> None:
        self.pasta = pasta
        self.processos: dict[str, Filho] = {}

    def levantar(self, *nomes: str) -> None:
        for nome in nomes:
            self.processos[nome] = em_outro_processo(["tests.falhas.rotineiro"], self.pasta / f"{nome}.log")

    def sinalizar(self, nome: str, sinal: signal.Signals) -> None:
        self.processos[nome].send_signal(sinal)
        if sinal == signal.SIGKILL:
            self.processos[nome].wait()

    def registros(self) -> str:
        return "\n".join(arquivo.read_text()[-2000:] for arquivo in self.pasta.glob("*.log"))


@pytest.fixture
def turma(tmp_path: Path) -> Iterator[Turma]:
    turma = Turma(tmp_path)
    yield turma
    for processo in turma.processos.values():
        processo.kill()
        processo.wait()


def pedir() -> Execucao:
    return Execucao.objects.create(rotina=CAMINHO, situacao=Situacao.PENDENTE, referencia=DIA, iniciada_por="x")


def feitos() -> int:
    return Execucao.objects.filter(rotina=FEITO).count()


def acabou() -> bool:
    return Execucao.objects.filter(rotina=CAMINHO, situacao=Situacao.SUCESSO).exists()


def conferir() -> None:
    """Every piece once, one run ended well, and each of the others says that it was interrupted."""
    vezes = Counter(Execucao.objects.filter(rotina=FEITO).values_list("iniciada_por", "referencia"))
    assert vezes == {(str(n), DIA): 1 for n in range(TAMANHO)}
    fins = Counter(Execucao.objects.filter(rotina=CAMINHO).values_list("situacao", flat=True))
    assert fins[Situacao.SUCESSO] == 1
    assert set(fins) <= {Situacao.SUCESSO, Situacao.INTERROMPIDA, Situacao.ERRO, Situacao.PULADA}, fins


def test_morta_no_meio_a_seguinte_continua_de_onde_parou(turma: Turma) -> None:
    primeira = pedir()
    turma.levantar("a")
    esperar(lambda: feitos() >= 10, 120, turma.registros())
    turma.sinalizar("a", signal.SIGKILL)
    ja = feitos()
    assert 10 <= ja < TAMANHO
    turma.levantar("b")
    esperar(acabou, 120, turma.registros())
    conferir()
    primeira.refresh_from_db()
    assert primeira.situacao == Situacao.INTERROMPIDA
    feita = Execucao.objects.get(rotina=CAMINHO, situacao=Situacao.SUCESSO)
    assert (feita.tentativa, feita.referencia, feita.iniciada_por) == (2, DIA, f"retomada:{primeira.pk}")
    assert feita.contagens["pedaços"] == TAMANHO - ja or feita.contagens["pedaços"] == TAMANHO - ja - 1


def test_congelada_no_meio_e_largada_e_ao_acordar_nao_faz_mais_nada(turma: Turma) -> None:
    pedir()
    turma.levantar("a")
    esperar(lambda: feitos() >= 5, 120, turma.registros())
    turma.sinalizar("a", signal.SIGSTOP)
    turma.levantar("b")
    esperar(lambda: Execucao.objects.filter(situacao=Situacao.INTERROMPIDA).exists(), 120, turma.registros())
    turma.sinalizar("a", signal.SIGCONT)
    esperar(acabou, 120, turma.registros())
    time.sleep(0.5)
    conferir()


@pytest.mark.prova
def test_mortas_e_congeladas_ao_acaso_cada_pedaco_e_feito_uma_vez(turma: Turma) -> None:
    sorte = random.Random(20261122)
    pedir()
    turma.levantar("a", "b")
    for _ in range(20):
        antes = feitos()
        esperar(lambda antes=antes: acabou() or feitos() >= antes + 2, 120, turma.registros())  # type: ignore[misc]  # bound now
        vitima = sorte.choice("ab")
        sinal = sorte.choice([signal.SIGKILL, signal.SIGSTOP])
        turma.sinalizar(vitima, sinal)
        if sinal == signal.SIGKILL:
            turma.levantar(vitima)
        else:
            time.sleep(sorte.uniform(0, 4))
            turma.sinalizar(vitima, signal.SIGCONT)
    esperar(acabou, 180, turma.registros())
    time.sleep(0.5)
    conferir()
