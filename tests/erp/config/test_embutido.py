from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from erp.config.embutido import RAIZ, RAIZ_DO_ROOT, Servidor, _identidade
from tests.erp.config.conftest import SEM_APPS, Instalacao

GRAVAR = """
from django.db import connection
with connection.cursor() as c:
    c.execute("CREATE TABLE IF NOT EXISTS marca (n int)")
    c.execute("INSERT INTO marca VALUES (1)")
    c.execute("SELECT count(*) FROM marca")
    print(c.fetchone()[0], flush=True)
"""


def modos(pasta: Path) -> dict[str, int]:
    return {str(p): stat.S_IMODE(p.stat().st_mode) for p in (pasta, *pasta.parents, Path(sys.prefix), RAIZ)}


def pid_do_servidor(servidor: Servidor) -> int:
    return int((servidor.dados / "postmaster.pid").read_text().split()[0])


def test_o_servidor_so_comeca_na_primeira_conexao_e_nao_abre_pasta_alguma(instalacao: Instalacao) -> None:
    antes = modos(instalacao.raiz)
    assert antes[str(instalacao.raiz)] == 0o700
    assert instalacao.python("print('configurado')").stdout.strip() == "configurado"
    assert not instalacao.servidor.esta_no_ar()
    feito = instalacao.sem_apps(GRAVAR)
    assert feito.stdout.strip() == "1", feito.stderr
    assert instalacao.servidor.esta_no_ar()
    assert modos(instalacao.raiz) == antes
    for fechada in (instalacao.servidor.pasta, instalacao.servidor.dados, instalacao.servidor.soquete):
        assert stat.S_IMODE(fechada.stat().st_mode) & 0o077 == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives the server a user of its own")
def test_como_root_o_servidor_e_de_outro_usuario_sem_os_grupos_de_root(instalacao: Instalacao) -> None:
    instalacao.servidor.garantir_no_ar()
    processo = psutil.Process(pid_do_servidor(instalacao.servidor))
    assert processo.username() == "retaguarda"
    assert 0 not in processo.gids()[:3]
    assert Path(processo.exe()).is_relative_to(RAIZ_DO_ROOT)


def test_quem_o_iniciou_morre_e_o_proximo_usa_o_mesmo_servidor(instalacao: Instalacao) -> None:
    instalacao.servidor.parar()
    codigo = f"{GRAVAR}\nimport time; time.sleep(60)"
    quem_iniciou = instalacao.abrir(*SEM_APPS, codigo)
    assert quem_iniciou.stdout
    gravadas = int(quem_iniciou.stdout.readline())
    pid = pid_do_servidor(instalacao.servidor)
    quem_iniciou.send_signal(signal.SIGKILL)
    quem_iniciou.communicate()
    assert int(instalacao.sem_apps(GRAVAR).stdout) == gravadas + 1
    assert pid_do_servidor(instalacao.servidor) == pid


def test_depois_de_sigkill_no_servidor_o_gravado_esta_la(instalacao: Instalacao) -> None:
    instalacao.servidor.garantir_no_ar()
    gravadas = int(instalacao.sem_apps(GRAVAR).stdout)
    pid = pid_do_servidor(instalacao.servidor)
    os.kill(pid, signal.SIGKILL)
    feito = instalacao.sem_apps(GRAVAR)
    assert feito.stdout.strip() == str(gravadas + 1), feito.stderr
    assert pid_do_servidor(instalacao.servidor) != pid


@pytest.fixture
def zumbi() -> Iterator[int]:
    """A process of the server's user, dead, and that nobody reaps, as the orphans of a container whose first process does not."""
    processo = subprocess.Popen(["true"], **_identidade())
    while psutil.Process(processo.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    yield processo.pid
    processo.wait()


def test_o_servidor_morto_que_ninguem_recolheu_nao_impede_o_proximo(instalacao: Instalacao, zumbi: int) -> None:
    instalacao.servidor.garantir_no_ar()
    gravadas = int(instalacao.sem_apps(GRAVAR).stdout)
    os.kill(pid_do_servidor(instalacao.servidor), signal.SIGKILL)
    trancas = [instalacao.servidor.dados / "postmaster.pid", instalacao.servidor.soquete / ".s.PGSQL.5432.lock"]
    for tranca in trancas:
        _, *resto = tranca.read_text().splitlines(keepends=True)
        tranca.write_text("".join([f"{zumbi}\n", *resto]))
    feito = instalacao.sem_apps(GRAVAR)
    assert feito.stdout.strip() == str(gravadas + 1), feito.stderr


def test_uma_conexao_longa_sobrevive_a_queda_do_servidor(instalacao: Instalacao) -> None:
    """What a web process does: its old connection is dead, the next request gets a new one, which waits."""
    codigo = f"""
import os, signal, time
from pathlib import Path
from django.db import close_old_connections
{GRAVAR}
os.kill(int(Path({str(instalacao.servidor.dados)!r}, "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
time.sleep(0.5)
close_old_connections()
connection.health_check_done = False
{GRAVAR}
"""
    feito = instalacao.sem_apps(codigo)
    antes, depois = feito.stdout.split()
    assert int(depois) == int(antes) + 1, feito.stderr


def test_quatro_processos_pedem_de_uma_vez_e_um_so_servidor_comeca(instalacao: Instalacao) -> None:
    instalacao.servidor.parar()
    processos = [instalacao.abrir(*SEM_APPS, GRAVAR) for _ in range(4)]
    saidas = [p.communicate(timeout=180)[0].strip() for p in processos]
    assert all(saida.isdigit() for saida in saidas), saidas
    dados = str(instalacao.servidor.dados)
    raizes = [p for p in psutil.process_iter(["cmdline"]) if dados in (p.info["cmdline"] or [])]
    assert len(raizes) == 1


def test_parar_duas_vezes_nao_e_erro_nem_com_o_arquivo_de_um_servidor_morto(instalacao: Instalacao) -> None:
    servidor = instalacao.servidor.garantir_no_ar()
    pid = pid_do_servidor(servidor)
    os.kill(pid, signal.SIGKILL)
    limite = time.monotonic() + 20
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE and time.monotonic() < limite:
        time.sleep(0.05)
    servidor.parar()
    servidor.garantir_no_ar()
    servidor.parar()
    servidor.parar()
    assert not servidor.esta_no_ar()


@pytest.mark.prova
def test_manage_banco_inicia_diz_a_url_e_para(instalacao: Instalacao) -> None:
    assert "No ar." in instalacao.manage("banco", "iniciar").stdout
    url = instalacao.manage("banco", "url").stdout.strip()
    por_fora = instalacao.sem_apps(
        "from django.db import connection as c; c.ensure_connection(); print('sim')", DATABASE_URL=url
    )
    assert por_fora.stdout.strip() == "sim", por_fora.stderr
    assert "Parado." in instalacao.manage("banco", "parar").stdout
    assert not instalacao.servidor.esta_no_ar()
    recusado = instalacao.manage("banco", "iniciar", DATABASE_URL=url)
    assert recusado.returncode == 1 and "o banco é externo" in recusado.stderr


def test_um_erro_do_servidor_chega_com_o_registro(instalacao: Instalacao) -> None:
    instalacao.servidor.parar()
    arquivo = instalacao.servidor.dados / "postgresql.auto.conf"
    original = arquivo.read_bytes()
    arquivo.write_bytes(b"shared_buffers = 'muito'\n")
    try:
        feito = instalacao.manage("banco", "iniciar")
        assert feito.returncode != 0 and "shared_buffers" in feito.stderr
    finally:
        arquivo.write_bytes(original)
    instalacao.servidor.garantir_no_ar()


def test_conferir_o_projeto_nao_pede_o_banco(instalacao: Instalacao) -> None:
    """What every `manage.py` command does first: were a check to ask the database, none could run before `migrate`."""
    instalacao.servidor.parar()
    assert instalacao.manage("check").returncode == 0
    assert not instalacao.servidor.esta_no_ar()
