"""The other side, real and on loopback: it notes what it is told, and answers when it is allowed to."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Chegada:
    token: str
    corpo: dict[str, Any]
    em: float


@dataclass
class Destino:
    """`solto` unset makes every call wait, `portoes[n]` the one that comes n-th (from 0).

    `status` and `cabecalhos` are what it answers; `demora` its slowness.
    """

    url: str = ""
    status: int = 200
    cabecalhos: dict[str, str] = field(default_factory=dict)
    demora: float = 0.0
    solto: threading.Event = field(default_factory=threading.Event)
    portoes: dict[int, threading.Event] = field(default_factory=dict)
    chegadas: list[Chegada] = field(default_factory=list)
    dentro: int = 0
    maximo: int = 0
    trava: threading.Lock = field(default_factory=threading.Lock)

    def vezes(self) -> Counter[str]:
        return Counter(chegada.token for chegada in self.chegadas)

    def entrar(self, token: str, corpo: dict[str, Any]) -> threading.Event:
        with self.trava:
            self.dentro += 1
            self.maximo = max(self.maximo, self.dentro)
            self.chegadas.append(Chegada(token, corpo, time.monotonic()))
            return self.portoes.get(len(self.chegadas) - 1, self.solto)

    def sair(self) -> None:
        with self.trava:
            self.dentro -= 1


@contextlib.contextmanager
def destino(**opcoes: Any) -> Iterator[Destino]:
    """A server on a port of its own, gone at the end."""
    este = Destino(**opcoes)
    este.solto.set()

    class Atendente(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            corpo = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            este.entrar(self.headers["Idempotency-Key"], corpo).wait(60)
            time.sleep(este.demora)
            este.sair()
            self.send_response(este.status)
            for nome, valor in ({"Content-Length": "2"} | este.cabecalhos).items():
                self.send_header(nome, valor)
            with contextlib.suppress(OSError):  # who called may be dead
                self.end_headers()
                self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None: ...

    class Servidor(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, *_: object) -> None: ...

    servidor = Servidor(("127.0.0.1", 0), Atendente)
    este.url = f"http://127.0.0.1:{servidor.server_port}/"
    linha = threading.Thread(target=servidor.serve_forever, args=(0.05,), daemon=True)
    linha.start()
    try:
        yield este
    finally:
        for portao in (este.solto, *este.portoes.values()):
            portao.set()
        servidor.shutdown()
        servidor.server_close()
        linha.join()
