"""A stand-in for setIlli on loopback, for people and for the demonstration: it takes customers, and fails when told to.

It is as strict as the real one may be: it wants the bearer, an `Idempotency-Key`, JSON, a code and a name. A key that
it knows gets the answer it had, and counts once.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Self

CAMINHO: Final = "/setIlli"
CORPO_MAXIMO: Final = 1024 * 1024
GUARDADAS: Final = 10_000
ESPERE: Final = "2"  # seconds, in Retry-After

Corpo = dict[str, Any]


@dataclass(frozen=True)
class Defeitos:
    """How it misbehaves: percentages of 500, of 429 and of 422, and the seconds each answer takes."""

    falhar: float = 0
    conter: float = 0
    recusar: float = 0
    lento: float = 0

    def sortear(self, acaso: random.Random) -> int:
        """The status of the next answer, by chance."""
        ponto = acaso.uniform(0, 100)
        for status, parte in ((500, self.falhar), (429, self.conter), (422, self.recusar)):
            if ponto < parte:
                return status
            ponto -= parte
        return 200


@dataclass
class Caderno:
    """What came: the payload of each customer as it last arrived, and how many of each status were answered."""

    clientes: dict[str, Corpo] = field(default_factory=dict)
    respostas: Counter[int] = field(default_factory=Counter)
    repetidas: int = 0
    por_chave: dict[str, Corpo] = field(default_factory=dict)

    def guardar(self, chave: str, payload: Corpo) -> bool:
        """Keep it; false when this key was kept before. The oldest keys are forgotten beyond `GUARDADAS`."""
        if chave in self.por_chave:
            self.repetidas += 1
            return False
        if len(self.por_chave) >= GUARDADAS:
            del self.por_chave[next(iter(self.por_chave))]
        self.por_chave[chave] = payload
        self.clientes[str(payload["codigo"])] = payload
        return True


class IlliFalso:
    """A server in a thread of its own: `with IlliFalso() as illi: illi.url, illi.caderno`."""

    def __init__(
        self,
        *,
        porta: int = 0,
        token: str = "",
        defeitos: Defeitos | None = None,
        semente: int | None = None,
        dizer: Callable[[str], None] = lambda linha: None,
    ) -> None:
        self.token = token
        self.defeitos = defeitos or Defeitos()
        self.dizer = dizer
        self.caderno = Caderno()
        self._acaso = random.Random(semente)
        self._trava = threading.Lock()
        self._servidor = _Servidor(("127.0.0.1", porta), _Atendente)
        self._servidor.illi = self
        self._linha = threading.Thread(target=self._servidor.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._servidor.server_address[1]}{CAMINHO}"

    def __enter__(self) -> Self:
        self._linha.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._servidor.shutdown()
        self._servidor.server_close()
        self._linha.join()

    def atender(self, autorizacao: str, chave: str, corpo: bytes) -> tuple[int, Corpo]:
        """The status and the body of the answer to one call."""
        time.sleep(self.defeitos.lento)
        payload = _ler(corpo)
        with self._trava:
            status, resposta = self._julgar(autorizacao, chave, payload)
            self.caderno.respostas[status] += 1
        self.dizer(
            f"{time.strftime('%H:%M:%S')} {status} {chave[:8]} {resumo(payload)}: {resposta['Mensagem Detalhada']}"
        )
        return status, resposta

    def _julgar(self, autorizacao: str, chave: str, payload: Corpo | None) -> tuple[int, Corpo]:
        if not autorizacao.startswith("Bearer ") or (self.token and autorizacao != f"Bearer {self.token}"):
            return 401, _erro("Token ausente ou errado.")
        if not chave or payload is None:
            return 400, _erro("Esperado um objeto JSON, com o cabeçalho Idempotency-Key.")
        if not payload.get("codigo") or not payload.get("nome"):
            return 422, _erro("Falta o código ou o nome do cliente.")
        if status := _SORTEADOS.get(sorteado := self.defeitos.sortear(self._acaso)):
            return sorteado, _erro(status)
        if not self.caderno.guardar(chave, payload):
            return 200, _certo("Já recebido com esta chave.")
        return 200, _certo("Registrado com sucesso.")


_SORTEADOS: Final = {500: "Falha simulada.", 429: "Calma simulada.", 422: "Recusa simulada."}


def resumo(payload: Corpo | None) -> str:
    """What can be shown of a payload: where, what kind, how many contacts; of the code, its last three characters."""
    if not payload:
        return "(ilegível)"
    enderecos = payload.get("enderecos") or [{}]
    lugar = enderecos[0] if isinstance(enderecos, list) and isinstance(enderecos[0], dict) else {}
    contatos = payload.get("contatos")
    quantos = len(contatos) if isinstance(contatos, list) else 0
    codigo = f"…{str(payload.get('codigo', ''))[-3:]}"
    return f"cliente {codigo} {payload.get('tipo', '')} {lugar.get('cidade', '')}/{lugar.get('uf', '')}, contatos: {quantos}"


def _ler(corpo: bytes) -> Corpo | None:
    try:
        lido = json.loads(corpo)
    except (ValueError, RecursionError):
        return None
    return lido if isinstance(lido, dict) else None


def _certo(detalhe: str) -> Corpo:
    return {"Mensagem": "OK", "Mensagem Detalhada": detalhe}


def _erro(detalhe: str) -> Corpo:
    return {"Mensagem": "ERRO", "Mensagem Detalhada": detalhe}


class _Servidor(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    illi: IlliFalso


class _Atendente(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    server: _Servidor

    def do_POST(self) -> None:
        tamanho = self.headers.get("Content-Length", "")
        if self.path.partition("?")[0] != CAMINHO or not tamanho.isdigit() or int(tamanho) > CORPO_MAXIMO:
            self.close_connection = True
            self._responder(
                404 if self.path.partition("?")[0] != CAMINHO else 413, _erro("Endereço ou tamanho errado.")
            )
            return
        corpo = self.rfile.read(int(tamanho))
        cabecalhos = self.headers
        self._responder(
            *self.server.illi.atender(cabecalhos.get("Authorization", ""), cabecalhos.get("Idempotency-Key", ""), corpo)
        )

    def _responder(self, status: int, resposta: Corpo) -> None:
        corpo = json.dumps(resposta, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(corpo)))
        if status == 429:
            self.send_header("Retry-After", ESPERE)
        self.end_headers()
        self.wfile.write(corpo)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: what came is told by `dizer`, without what is personal."""
