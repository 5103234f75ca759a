"""gunicorn's threaded worker, for clients that stop half way: a till whose link went down still has a thread in hand.

gthread reads and writes without a limit, and its `timeout` does not see a thread that waits. Without a limit of ours,
as many such clients as there are threads and nobody else is served until TCP gives up, hours later.

SEGUNDOS_POR_LEITURA (30) comes from the environment. TLS ends at the proxy in front: it is not spoken here.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import time
from collections.abc import Iterator
from typing import Any, Final

from gunicorn import util  # type: ignore[import-untyped]  # the library has no types
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]  # the library has no types

from erp.config import ambiente

SEGUNDOS: Final = ambiente.inteiro("SEGUNDOS_POR_LEITURA", 30, minimo=1, maximo=600)
BYTES_POR_SEGUNDO: Final = 500  # of who sends all the time, but too slowly to be served


class Conexao(socket.socket):
    """A client's connection; one that is silent for `SEGUNDOS` is taken as broken: ConnectionResetError.

    So gunicorn drops it without a word and Django says `UnreadablePostError`, both as for a client that went away.
    Who sends has the silence made up for at `BYTES_POR_SEGUNDO`: a byte now and then does not hold a thread.
    """

    _folga: float = SEGUNDOS

    def setblocking(self, bloqueia: bool, /) -> None:
        """gunicorn's way to begin with a request: what is blocking here ends all the same. A closed socket stays so."""
        self._folga = SEGUNDOS
        if self.fileno() >= 0:
            self.settimeout(None if bloqueia else 0)

    def settimeout(self, segundos: float | None, /) -> None:
        super().settimeout(SEGUNDOS if segundos is None else min(segundos, SEGUNDOS))

    def recv(self, tamanho: int, opcoes: int = 0, /) -> bytes:
        inicio = time.monotonic()
        with self._sem_esperar_para_sempre():
            recebido = super().recv(tamanho, opcoes)
            self._folga = min(SEGUNDOS, self._folga - (time.monotonic() - inicio) + len(recebido) / BYTES_POR_SEGUNDO)
            if self._folga <= 0:
                raise TimeoutError
            self.settimeout(self._folga)
        return recebido

    def sendall(self, dados: Any, opcoes: int = 0, /) -> None:
        """Every piece has `SEGUNDOS` of its own: a long answer over a slow link is no stall."""
        resto = memoryview(dados).cast("B")
        with self._sem_esperar_para_sempre():
            self.settimeout(SEGUNDOS)
            while resto:
                resto = resto[self.send(resto, opcoes) :]

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        with self._sem_esperar_para_sempre():
            self.settimeout(SEGUNDOS)
            return super().sendfile(file, offset, count)

    @contextlib.contextmanager
    def _sem_esperar_para_sempre(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError:
            with contextlib.suppress(OSError):
                self.shutdown(socket.SHUT_RD)  # nobody waits for the rest; an answer can still be written
            raise ConnectionResetError(errno.ECONNRESET, "o cliente parou no meio") from None


class Trabalhador(ThreadWorker):  # type: ignore[misc]  # the library has no types
    def enqueue_req(self, conn: Any) -> None:
        if not isinstance(conn.sock, Conexao):
            aceita = conn.sock
            conn.sock = Conexao(aceita.family, aceita.type, aceita.proto, fileno=aceita.detach())
        super().enqueue_req(conn)

    def handle(self, conn: Any) -> Any:
        """Serve one request; the farewell to a client that does not hang up (2 s) is said here, in its thread.

        gunicorn says it in the loop that accepts, where it makes everybody else wait.
        """
        continua = super().handle(conn)
        if continua is False:
            util.close_graceful(conn.sock)
        return continua
