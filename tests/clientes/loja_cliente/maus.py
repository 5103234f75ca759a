"""HTTP servers on loopback that behave badly below the level of HTTP: one thread, one behaviour for every connection."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Conversa = Callable[[socket.socket], None]
ROTO = struct.pack("ii", 1, 0)  # SO_LINGER: close by a reset


class Mau:
    """Where it listens, and what it was asked, connection by connection."""

    def __init__(self, conversa: Conversa) -> None:
        self.conversa = conversa
        self.pedidos: list[bytes] = []
        self.enviados = 0
        self.parar = threading.Event()
        self.escuta = socket.create_server(("127.0.0.1", 0))
        self.porta = int(self.escuta.getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.porta}/setIlli"

    def atender(self) -> None:
        while True:
            try:
                ligacao, _ = self.escuta.accept()
            except OSError:
                return
            with ligacao, contextlib.suppress(OSError):
                ligacao.settimeout(20)
                self.conversa(ligacao)


@contextmanager
def servir(fazer: Callable[[Mau], Conversa]) -> Iterator[Mau]:
    """A server that talks as `fazer(it)` says, until the end of the block."""
    mau = Mau(lambda ligacao: None)
    mau.conversa = fazer(mau)
    linha = threading.Thread(target=mau.atender, daemon=True)
    linha.start()
    try:
        yield mau
    finally:
        mau.parar.set()
        mau.escuta.shutdown(socket.SHUT_RDWR)
        mau.escuta.close()
        linha.join(30)


def ler_pedido(ligacao: socket.socket) -> bytes:
    """The whole request: head and body."""
    lido = b""
    while b"\r\n\r\n" not in lido:
        if not (pedaco := ligacao.recv(65536)):
            return lido
        lido += pedaco
    cabeca, _, corpo = lido.partition(b"\r\n\r\n")
    tamanho = next((int(x.split(b":")[1]) for x in cabeca.split(b"\r\n") if x.lower().startswith(b"content-length")), 0)
    while len(corpo) < tamanho:
        corpo += ligacao.recv(65536)
    return cabeca + b"\r\n\r\n" + corpo


def dizer(*partes: bytes, romper: bool = False) -> Callable[[Mau], Conversa]:
    """Read the request, say these parts, and close; by a reset when `romper`."""

    def fazer(mau: Mau) -> Conversa:
        def conversa(ligacao: socket.socket) -> None:
            mau.pedidos.append(ler_pedido(ligacao))
            for parte in partes:
                ligacao.sendall(parte)
            if romper:
                ligacao.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ROTO)

        return conversa

    return fazer


def responder_logo(resposta: bytes) -> Callable[[Mau], Conversa]:
    """Answer the first bytes, whatever they are: what a server without TLS does to whoever asks for it."""

    def fazer(mau: Mau) -> Conversa:
        def conversa(ligacao: socket.socket) -> None:
            mau.pedidos.append(ligacao.recv(65536))
            ligacao.sendall(resposta)

        return conversa

    return fazer


def calar(mau: Mau) -> Conversa:
    """Read the request and say nothing, until the test ends or the other side goes away."""

    def conversa(ligacao: socket.socket) -> None:
        mau.pedidos.append(ler_pedido(ligacao))
        mau.parar.wait(20)

    return conversa


def gotejar(inicio: bytes, gota: bytes = b" ") -> Callable[[Mau], Conversa]:
    """Say `inicio`, and then a little every tenth of a second, for ever: no single read waits long."""

    def fazer(mau: Mau) -> Conversa:
        def conversa(ligacao: socket.socket) -> None:
            mau.pedidos.append(ler_pedido(ligacao))
            ligacao.sendall(inicio)
            while not mau.parar.wait(0.1):
                ligacao.sendall(gota)

        return conversa

    return fazer


def despejar(total: int) -> Callable[[Mau], Conversa]:
    """A valid answer of `total` bytes of JSON; `enviados` says how many the other side let it send."""

    def fazer(mau: Mau) -> Conversa:
        def conversa(ligacao: socket.socket) -> None:
            mau.pedidos.append(ler_pedido(ligacao))
            ligacao.sendall(
                b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n{"x": "' % total
            )
            pedaco = b"a" * 65536
            for _ in range(total // len(pedaco)):
                ligacao.sendall(pedaco)
                mau.enviados += len(pedaco)

        return conversa

    return fazer
