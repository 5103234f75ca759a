"""SIGKILL of the Monitor: between the claim and the commit, and at random instants. Nothing is lost nor told twice."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import connection

from clientes.models import Cliente, Pendente, Varredura
from filas.models import Mensagem
from tests.clientes.monitor.elenco import escrever, mensagens, monitorar, mudar, nomes, notas
from tests.falhas.vivos import em_outro_processo, esperar
from tests.filhos import Filho

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def monitor(pasta: Path, *argumentos: str) -> Iterator[Filho]:
    processo = em_outro_processo(["tests.falhas.monitor", *argumentos], pasta / "monitor.log")
    try:
        yield processo
    finally:
        processo.kill()
        processo.wait()


def espera_pela_fila() -> bool:
    """Whether a session waits for the lock on wosk_queue that the test holds: notes claimed, nothing committed."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT EXISTS (SELECT 1 FROM pg_locks WHERE relation = 'wosk_queue'::regclass AND NOT granted
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"""
        )
        return bool(cursor.fetchone()[0])


def ninguem_mais_conectado() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
                                  AND pid <> pg_backend_pid() AND backend_type = 'client backend')"""
        )
        return bool(cursor.fetchone()[0])


def matar_com_notas_na_mao(pasta: Path) -> None:
    """SIGKILL to a Monitor that has claimed and waits to write; until the database has let it go."""
    tranca = connection.copy()
    try:
        tranca.set_autocommit(False)
        with tranca.cursor() as cursor:
            cursor.execute("LOCK TABLE wosk_queue IN ACCESS EXCLUSIVE MODE")
        with monitor(pasta) as processo:
            esperar(espera_pela_fila, 90, (pasta / "monitor.log").read_text())
            processo.send_signal(signal.SIGKILL)
            processo.wait()
        tranca.rollback()
    finally:
        tranca.close()
    esperar(ninguem_mais_conectado, 30, "o banco ainda não deu por falta do morto")


def test_morto_entre_pegar_e_confirmar_nao_perde_nem_dobra_nada(tmp_path: Path) -> None:
    for n in range(40):
        escrever(str(n))
    matar_com_notas_na_mao(tmp_path)
    assert (Mensagem.objects.count(), len(notas())) == (0, 40)
    mudar("7", cliente_varejo="DEPOIS DA MORTE")
    monitorar()
    assert Mensagem.objects.count() == 40
    assert nomes("7") == ["DEPOIS DA MORTE"]
    assert not Pendente.objects.exists()


@pytest.mark.prova
def test_quem_derruba_o_monitor_muitas_vezes_e_posto_de_lado(tmp_path: Path) -> None:
    """Each death is of the same note alone, from the second on: the others go through."""
    escrever("1")
    for _ in range(3):
        matar_com_notas_na_mao(tmp_path)
    escrever("2")
    monitorar()
    assert (len(mensagens("1")), len(mensagens("2"))) == (0, 1)
    assert "derrubou o Monitor 3 vezes" in Pendente.objects.get().erro


def provar(mortes: int, mudancas: int, pasta: Path) -> None:
    """Customers change one after the other while Monitors are killed at random instants."""
    semente = random.randrange(10**9)
    print(f"semente das mortes: {semente}")
    sorteio = random.Random(semente)
    codigos = [str(n) for n in range(30)]
    for codigo in codigos:
        escrever(codigo, cliente_varejo="000000")
    feitas = 0
    for _ in range(mortes):
        antes = Mensagem.objects.count()
        with monitor(pasta, "sempre") as processo:
            ate = time.monotonic() + 60
            while Mensagem.objects.count() == antes and time.monotonic() < ate:
                feitas += 1
                mudar(sorteio.choice(codigos), cliente_varejo=f"{feitas:06}")
            for _ in range(mudancas):
                feitas += 1
                mudar(sorteio.choice(codigos), cliente_varejo=f"{feitas:06}")
            time.sleep(sorteio.uniform(0, 0.05))
            processo.send_signal(signal.SIGKILL)
            processo.wait()
    esperar(ninguem_mais_conectado, 30, "o banco ainda não deu por falta do morto")
    monitorar()
    atuais = dict(Cliente.objects.values_list("pk", "cliente_varejo"))
    assert not Pendente.objects.exists()
    for codigo in codigos:
        assert nomes(codigo)[-1] == atuais[codigo]
        assert all(a < b for a, b in pairwise(nomes(codigo))), "uma mensagem velha depois de uma nova, ou duas iguais"
    assert sum(Varredura.objects.values_list("mensagens", flat=True)) == Mensagem.objects.count()


def test_tres_mortes_no_meio_das_mudancas(tmp_path: Path) -> None:
    provar(mortes=3, mudancas=40, pasta=tmp_path)


@pytest.mark.prova
@pytest.mark.timeout(3600)
def test_sessenta_mortes_no_meio_das_mudancas(tmp_path: Path) -> None:
    provar(mortes=60, mudancas=200, pasta=tmp_path)
