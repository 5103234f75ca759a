"""The web's connections, over a pair of real sockets: no wait without an end, and no end to who is only slow."""

from __future__ import annotations

import contextlib
import socket
import tempfile
import threading
import time
from collections.abc import Iterator

import pytest

from erp.config import trabalhador
from erp.config.trabalhador import Conexao

GRANDE = b"x" * 8_000_000  # more than the kernel keeps for who does not read

Par = tuple[Conexao, socket.socket]


@pytest.fixture
def par(monkeypatch: pytest.MonkeyPatch) -> Iterator[Par]:
    """Ours, as gunicorn begins a request with it, and the client's end."""
    monkeypatch.setattr(trabalhador, "SEGUNDOS", 0.3)
    um, cliente = socket.socketpair()
    with Conexao(um.family, um.type, um.proto, fileno=um.detach()) as nossa, cliente:
        nossa.setblocking(True)
        yield nossa, cliente


@contextlib.contextmanager
def _dizer_depois(cliente: socket.socket) -> Iterator[None]:
    """One byte, 0.2 s from now, if anybody still listens."""

    def dizer() -> None:
        time.sleep(0.2)
        with contextlib.suppress(BrokenPipeError):
            cliente.sendall(b"x")

    falante = threading.Thread(target=dizer)
    falante.start()
    try:
        yield
    finally:
        falante.join()


def _ler_devagar(cliente: socket.socket, recebidos: list[int]) -> None:
    while dados := cliente.recv(500_000):
        recebidos.append(len(dados))
        time.sleep(0.05)


def test_quem_nada_diz_e_largado_e_ainda_pode_ouvir_o_motivo(par: Par) -> None:
    nossa, cliente = par
    cliente.sendall(b"meio")
    assert nossa.recv(100) == b"meio"
    with pytest.raises(ConnectionResetError):
        nossa.recv(100)
    nossa.sendall(b"por que")
    assert cliente.recv(100) == b"por que"
    assert nossa.recv(100) == b""  # nobody waits for it a second time


def test_quem_desliga_nao_e_erro(par: Par) -> None:
    nossa, cliente = par
    cliente.shutdown(socket.SHUT_WR)
    assert nossa.recv(100) == b""


def test_o_tempo_de_um_pedido_nao_conta_no_seguinte(par: Par) -> None:
    nossa, cliente = par
    for _ in range(3):
        nossa.setblocking(False)  # as between two requests of one connection
        nossa.setblocking(True)
        with _dizer_depois(cliente):
            assert nossa.recv(100) == b"x"
    with pytest.raises(ConnectionResetError), _dizer_depois(cliente):  # within one it does: 0.4 s for two bytes
        nossa.recv(100)


def test_quem_pede_menos_tempo_tem_menos_e_sem_limite_nao_ha(par: Par) -> None:
    nossa, _ = par
    for pedido, dado in ((None, 0.3), (10.0, 0.3), (0.1, 0.1), (0, 0)):
        nossa.settimeout(pedido)
        assert nossa.gettimeout() == dado


@pytest.mark.parametrize("como", ["sendall", "sendfile"])
def test_quem_nao_le_a_resposta_e_largado(par: Par, como: str) -> None:
    nossa, _ = par
    inicio = time.monotonic()
    with pytest.raises(ConnectionResetError):
        _enviar(nossa, como)
    assert time.monotonic() - inicio < 5


@pytest.mark.parametrize("como", ["sendall", "sendfile"])
def test_quem_le_devagar_recebe_tudo(par: Par, como: str) -> None:
    nossa, cliente = par
    recebidos: list[int] = []
    leitor = threading.Thread(target=_ler_devagar, args=(cliente, recebidos))
    leitor.start()
    inicio = time.monotonic()
    _enviar(nossa, como)
    nossa.shutdown(socket.SHUT_WR)
    leitor.join()
    assert sum(recebidos) == len(GRANDE)
    assert time.monotonic() - inicio > trabalhador.SEGUNDOS  # or it proves nothing


def _enviar(nossa: Conexao, como: str) -> None:
    if como == "sendall":
        nossa.sendall(GRANDE)
        return
    with tempfile.TemporaryFile() as arquivo:
        arquivo.write(GRANDE)
        arquivo.seek(0)
        nossa.sendfile(arquivo)


def test_fechada_volta_a_bloquear_sem_erro(par: Par) -> None:
    """gunicorn closes again what the thread closed already."""
    nossa, _ = par
    nossa.close()
    nossa.setblocking(True)
