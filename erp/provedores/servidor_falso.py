"""What every stand-in of a provider is made of: HTTP on loopback, tokens, and faults by a script.

`roteiro` holds what the next calls meet (`"500"`, `"429"`, `"401"`, `"reset"`, `"lento"`, `"malformado"`), first come, first
served; `depois` holds what they meet after the work was done: something made whose answer never arrives.
"""

from __future__ import annotations

import itertools
import json
import re
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

Corpo = dict[str, Any]
Saida = tuple[int, Any]  # a status and what is told as JSON; text is told as a page of HTML, bytes as a file
_NUMERO = re.compile(r"\d+$")


class ServidorFalso:
    """A server in threads of its own: `with EfiFalsa() as efi: efi.url`. `demora`: of each answer.

    Subclasses answer in `rotear`; what is under `/pagar/` is for people, and asks for no token.
    """

    caminho_token = "/authorize"
    cabecalho = "Authorization"  # by which a call says who is calling
    prefixo = ""

    def __init__(self, *, porta: int = 0, demora: float = 0.0, lento: float = 2.0) -> None:
        self.demora, self.lento = demora, lento
        self.roteiro: deque[str] = deque()
        self.depois: deque[str] = deque()
        self.chamadas: Counter[str] = Counter()
        self.trava = threading.RLock()
        self._validos: set[str] = set()
        self._tokens = itertools.count(1)
        self._servidor = _Servidor(("127.0.0.1", porta), _Atendente)
        self._servidor.falso = self
        self._linha = threading.Thread(target=self._servidor.serve_forever, args=(0.05,), daemon=True)

    @property
    def endereco(self) -> str:
        return f"http://127.0.0.1:{self._servidor.server_address[1]}"

    @property
    def url(self) -> str:
        return f"{self.endereco}{self.prefixo}"

    def __enter__(self) -> Self:
        self._linha.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._servidor.shutdown()
        self._servidor.server_close()
        self._linha.join()

    def rotear(self, metodo: str, partes: list[str], corpo: Corpo, parametros: Mapping[str, str]) -> Saida:
        """The answer to one call, of somebody with a valid token. `partes` are those of the path."""
        raise NotImplementedError

    def pagina(self, metodo: str, partes: list[str]) -> Saida:
        """What a person sees under `/pagar/`."""
        return 404, "<h1>Não há</h1>"

    def autorizar(self, basica: str) -> Saida:
        """A new token, and only that one."""
        if not basica.startswith("Basic "):
            return 401, {"error": "invalid_client", "error_description": "Credenciais ausentes"}
        with self.trava:
            token = f"t{next(self._tokens)}"
            self._validos.add(token)
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": 600}

    def autorizado(self, cabecalho: str) -> bool:
        return cabecalho.removeprefix("Bearer ") in self._validos

    def esquecer_tokens(self) -> None:
        self._validos.clear()

    def defeito(self, fila: deque[str]) -> str:
        """The next fault of a script."""
        with self.trava:
            return fila.popleft() if fila else ""


class _Servidor(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    falso: ServidorFalso


class _Atendente(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Servidor

    def do_GET(self) -> None:
        self._atender("GET")

    def do_POST(self) -> None:
        self._atender("POST")

    def do_PUT(self) -> None:
        self._atender("PUT")

    def do_PATCH(self) -> None:
        self._atender("PATCH")

    def do_DELETE(self) -> None:
        self._atender("DELETE")

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _atender(self, metodo: str) -> None:
        falso, endereco = self.server.falso, urlsplit(self.path)
        corpo, quem = self._ler(), self.headers.get(falso.cabecalho, "")
        if endereco.path.startswith("/pagar/"):
            return self._responder(*falso.pagina(metodo, endereco.path.strip("/").split("/")))
        falso.chamadas[f"{metodo} {_NUMERO.sub('', endereco.path.removeprefix(falso.prefixo))}"] += 1
        if endereco.path == falso.prefixo + falso.caminho_token:
            return self._responder(*falso.autorizar(quem))
        time.sleep(falso.demora)
        if (defeito := falso.defeito(falso.roteiro)) and self._falhar(defeito):
            return None
        if not falso.autorizado(quem):
            return self._responder(401, {"error": "unauthorized", "error_description": "Token inválido"})
        partes = [unquote(parte) for parte in endereco.path.removeprefix(falso.prefixo).strip("/").split("/")]
        parametros = {nome: valores[0] for nome, valores in parse_qs(endereco.query).items()}
        resposta = falso.rotear(metodo, partes, corpo, parametros)
        if (defeito := falso.defeito(falso.depois)) and self._falhar(defeito):
            return None
        return self._responder(*resposta)

    def _falhar(self, defeito: str) -> bool:
        """Misbehave; False when the call goes on all the same."""
        if defeito == "lento":
            time.sleep(self.server.falso.lento)
            return False
        if defeito == "401":
            self.server.falso.esquecer_tokens()
            return False
        if defeito == "reset":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        elif defeito == "malformado":
            self._escrever(200, b'{"code": 200, "data": ', {})
        elif defeito == "429":
            self._escrever(429, b'{"error": "too_many_requests"}', {"Retry-After": "30"})
        else:
            self._escrever(int(defeito), b'{"error": "internal", "error_description": "Erro interno"}', {})
        return True

    def _ler(self) -> Corpo:
        corpo = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}"
        if self.headers.get_content_type() == "application/x-www-form-urlencoded":
            return dict(parse_qsl(corpo.decode(errors="replace")))
        try:
            lido = json.loads(corpo)
        except ValueError:
            return {}
        return lido if isinstance(lido, dict) else {}

    def _responder(self, status: int, corpo: Any) -> None:
        if isinstance(corpo, bytes):
            return self._escrever(status, corpo, {"Content-Type": "application/octet-stream"})
        if isinstance(corpo, str):
            return self._escrever(status, corpo.encode(), {"Content-Type": "text/html; charset=utf-8"})
        return self._escrever(status, json.dumps(corpo).encode(), {})

    def _escrever(self, status: int, corpo: bytes, cabecalhos: Mapping[str, str]) -> None:
        self.send_response(status)
        for nome, valor in ({"Content-Type": "application/json"} | dict(cabecalhos)).items():
            self.send_header(nome, valor)
        self.send_header("Content-Length", str(len(corpo)))
        self.end_headers()
        self.wfile.write(corpo)


def pagina_de_pagar(titulo: str, valor: str, aberta: bool, situacao: str) -> str:
    """The page on which a newcomer plays the customer: one button, that pays."""
    botao = (
        '<form method="post"><button style="font-size:1.2em;padding:.5em 2em">Pagar</button></form>' if aberta else ""
    )
    return (
        '<!doctype html><html lang="pt-BR"><meta name="viewport" content="width=device-width"><title>Pagar</title>'
        '<body style="font-family:sans-serif;max-width:30em;margin:3em auto"><p>Provedor falso: nenhum dinheiro se move.</p>'
        f"<h1>{titulo}</h1><p style='font-size:2em'>R$ {valor}</p><p>Situação: <b>{situacao}</b></p>{botao}</body></html>"
    )
