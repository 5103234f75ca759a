"""Clients that stop half way, against a gunicorn of its own: the web serves the others, and ends when it is told to."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from auditoria.services import ATOR_SISTEMA
from erp.acesso.services import criar_chave
from pdv.replicacao.models import Rejeicao
from tests.falhas.vivos import RAIZ, esperar, porta_livre, url_do_banco
from tests.pdv.fabricas import criar_ponto_venda

pytestmark = pytest.mark.django_db(transaction=True)

PROCESSOS, LINHAS = 2, 2
PARADOS = PROCESSOS * LINHAS + 4
PACOTE = (
    "POST /api/pdv/v1/replicacao HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    "Authorization: Api-Key {chave}\r\nContent-Length: 1000\r\n\r\n" + '{{"versao": 1,'
)


@dataclass
class Web:
    porta: int
    processo: subprocess.Popen[bytes]
    registro: Path

    def conectar(self, texto: str = "") -> socket.socket:
        """A client of its own that says `texto` and then nothing."""
        cliente = socket.create_connection(("127.0.0.1", self.porta), timeout=30)
        cliente.sendall(texto.encode())
        return cliente

    def saude(self) -> float:
        """How long somebody else waited for an answer."""
        inicio = time.monotonic()
        resposta = httpx.get(f"http://127.0.0.1:{self.porta}/saude/", timeout=60)
        assert resposta.json()["verificacoes"]["banco"] == "ok"
        return time.monotonic() - inicio

    def queixas(self) -> list[str]:
        """Lines of the log that speak of a defect of ours; this web has no broker, and `/saude/` says so."""
        linhas = [x for x in self.registro.read_text().splitlines() if "Corretor" not in x]
        return [x for x in linhas if re.search(r'Traceback|Error handling|Socket error|"code": 500', x)]


@contextlib.contextmanager
def no_ar(registro: Path, **ambiente: str) -> Iterator[Web]:
    """gunicorn with a limit of 1 s, unless told otherwise; nothing is left running."""
    porta = porta_livre()
    padrao = {
        "DATABASE_URL": url_do_banco(), "PORTA": str(porta), "LOG_NIVEL": "INFO",
        "PROCESSOS_WEB": str(PROCESSOS), "LINHAS_WEB": str(LINHAS), "SEGUNDOS_POR_LEITURA": "1", "ESPERA_AO_PARAR": "1",
    }  # fmt: skip
    comando = [sys.executable, "-m", "gunicorn", "--config", "erp/config/gunicorn.py", "erp.config.wsgi:application"]
    with registro.open("wb") as saida:
        processo = subprocess.Popen(comando, cwd=RAIZ, env=os.environ | padrao | ambiente, stdout=saida, stderr=saida)
    try:
        web = Web(porta, processo, registro)
        esperar(lambda: _atende(web), 60, "a web não subiu")
        yield web
    finally:
        with contextlib.suppress(psutil.NoSuchProcess):
            for um in [*psutil.Process(processo.pid).children(recursive=True), psutil.Process(processo.pid)]:
                um.kill()
        processo.wait()


def _atende(web: Web) -> bool:
    assert web.processo.poll() is None, web.registro.read_text()[-3000:]
    with contextlib.suppress(httpx.TransportError):
        return web.saude() >= 0
    return False


@pytest.fixture(scope="module")
def web(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with no_ar(tmp_path_factory.mktemp("web") / "web.log") as web:
        yield web


@pytest.fixture
def chave() -> str:
    return criar_chave(nome="PDV", escopos=["pdv"], ponto_venda_id=criar_ponto_venda(1).pk, ator=ATOR_SISTEMA)[1]


def test_pdvs_parados_no_meio_do_pacote_nao_tomam_a_web(web: Web, chave: str) -> None:
    with contextlib.ExitStack() as pilha:
        parados = [pilha.enter_context(web.conectar(PACOTE.format(chave=chave))) for _ in range(PARADOS)]
        time.sleep(0.5)
        assert web.saude() < 15  # every thread may have had to give up four of them
        for parado in parados:  # who still listens is told; it did not hang up, and waits for nobody either
            resposta = parado.makefile("rb").read().decode()
            assert resposta.startswith("HTTP/1.1 400") and "CORPO_INCOMPLETO" in resposta
        assert web.saude() < 3
    rejeicao = Rejeicao.objects.get()
    assert (rejeicao.codigo, rejeicao.vezes) == ("CORPO_INCOMPLETO", PARADOS)
    assert web.queixas() == []


@pytest.mark.parametrize("dito", ["GET /saude/ HTTP/1.1\r\nHost: 127.0", "P", PACOTE.format(chave="rtg_x_y")])
def test_quem_para_no_cabecalho_ou_sem_chave_tambem_e_largado(web: Web, dito: str) -> None:
    with contextlib.ExitStack() as pilha:
        parados = [pilha.enter_context(web.conectar(dito)) for _ in range(PARADOS)]
        time.sleep(0.5)
        assert web.saude() < 30
        for parado in parados:
            with contextlib.suppress(ConnectionResetError):
                parado.makefile("rb").read()  # until it is closed; the time-out of the socket would fail the test
    assert web.queixas() == []


def test_um_byte_de_vez_em_quando_nao_segura_uma_linha(web: Web, chave: str) -> None:
    inicio = time.monotonic()
    with web.conectar(PACOTE.format(chave=chave)) as lento, pytest.raises((ConnectionResetError, BrokenPipeError)):
        while time.monotonic() < inicio + 30:
            lento.sendall(b" ")
            time.sleep(0.2)
    assert time.monotonic() - inicio < 15
    assert web.queixas() == []


def test_link_lento_que_nao_para_entrega_o_pacote(web: Web, chave: str) -> None:
    """Three times as long as the limit, a piece every 0.3 s: slow is not stalled."""
    corpo = b'{"versao": 1, "instalacao": "5f0c7a52-94a7-4a3b-9f0e-3f1f2c0f7a11", "replicador": "1"}'.ljust(10_000)
    with web.conectar(PACOTE.format(chave=chave).split("Content-Length")[0]) as lento:
        lento.sendall(f"Content-Length: {len(corpo)}\r\nConnection: close\r\n\r\n".encode())
        for inicio in range(0, len(corpo), 1000):
            time.sleep(0.3)
            lento.sendall(corpo[inicio : inicio + 1000])
        assert lento.makefile("rb").read().startswith(b"HTTP/1.1 200")


def test_quem_nao_desliga_depois_da_resposta_nao_para_quem_chega(tmp_path: Path) -> None:
    with contextlib.ExitStack() as pilha:
        web = pilha.enter_context(no_ar(tmp_path / "web.log", PROCESSOS_WEB="1", LINHAS_WEB="8"))
        for _ in range(6):
            ouvinte = pilha.enter_context(web.conectar("GET / HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n"))
            assert ouvinte.recv(12) == b"HTTP/1.0 302"
        assert web.saude() < 1.5


def test_um_processo_mandado_sair_sai_apesar_dos_clientes_parados(web: Web, chave: str) -> None:
    """As on a reload: it leaves when its threads do, and another takes its place."""
    with contextlib.ExitStack() as pilha:
        for _ in range(PARADOS):
            pilha.enter_context(web.conectar(PACOTE.format(chave=chave)))
        time.sleep(0.2)
        antigos = psutil.Process(web.processo.pid).children()
        for antigo in antigos:
            antigo.send_signal(signal.SIGTERM)
        assert len(antigos) == PROCESSOS and psutil.wait_procs(antigos, timeout=20)[1] == []
    assert web.saude() < 30


def test_sigterm_encerra_a_web_com_clientes_parados_na_mao(tmp_path: Path, chave: str) -> None:
    with contextlib.ExitStack() as pilha:
        web = pilha.enter_context(no_ar(tmp_path / "web.log", SEGUNDOS_POR_LEITURA="600"))
        for _ in range(PARADOS):
            pilha.enter_context(web.conectar(PACOTE.format(chave=chave)))
        time.sleep(0.5)
        familia = psutil.Process(web.processo.pid).children(recursive=True)
        assert len(familia) == PROCESSOS
        web.processo.send_signal(signal.SIGTERM)
        assert web.processo.wait(timeout=10) == 0
        assert psutil.wait_procs(familia, timeout=5)[1] == []
