"""A retaguarda on loopback that answers as it is told: the real protocol, real sockets, scripted trouble."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, Self

Pacote = dict[str, Any]


class Saida(NamedTuple):
    """What to answer. `cortar`: "antes" closes without a word, "meio" after half the body."""

    status: int = 200
    corpo: bytes = b""
    cabecalhos: tuple[tuple[str, str], ...] = ()
    cortar: str = ""


def em_json(status: int, corpo: Any, *cabecalhos: tuple[str, str]) -> Saida:
    return Saida(status, json.dumps(corpo).encode(), cabecalhos)


def erro(status: int, codigo: str, *cabecalhos: tuple[str, str]) -> Saida:
    return em_json(status, {"codigo": codigo, "mensagem": f"mensagem de {codigo}", "contexto": {}}, *cabecalhos)


@dataclass
class Retaguarda:
    """Keeps what it takes, by key, like the real one; `roteiro` answers first, and None leaves it to the real one."""

    roteiro: Callable[[Pacote], Saida | None] = lambda pacote: None
    recebidos: list[Pacote] = field(default_factory=list)
    cabecalhos: list[dict[str, str]] = field(default_factory=list)
    guardadas: dict[tuple[Any, ...], dict[str, Any]] = field(default_factory=dict)
    vezes: dict[tuple[Any, ...], int] = field(default_factory=dict)
    tamanhos: list[int] = field(default_factory=list)
    trava: threading.Lock = field(default_factory=threading.Lock)
    comandos: list[dict[str, Any]] = field(default_factory=list)  # open, as they are told
    perguntas: list[str] = field(default_factory=list)  # path and query of each question for them
    palavras: list[tuple[int, dict[str, Any]]] = field(default_factory=list)  # what tills said of them
    roteiro_comandos: Callable[[str], Saida | None] = lambda caminho: None
    remessas: list[Pacote] = field(default_factory=list)
    manifestos: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)  # the newest of each
    roteiro_manifestos: Callable[[Pacote], Saida | None] = lambda remessa: None

    def __enter__(self) -> Self:
        retaguarda = self

        class Atendente(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30

            def do_POST(self) -> None:
                bruto = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path.startswith("/api/pdv/v1/comandos/"):
                    retaguarda.ouvir(self, bruto)
                elif self.path == "/api/pdv/v1/manifestos":
                    retaguarda.conferir(self, bruto)
                else:
                    retaguarda.atender(self, bruto)

            def do_GET(self) -> None:
                with retaguarda.trava:
                    retaguarda.perguntas.append(self.path)
                    saida = retaguarda.roteiro_comandos(self.path)
                    saida = saida or em_json(200, {"comandos": list(retaguarda.comandos)})
                _responder(self, saida)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.servidor = ThreadingHTTPServer(("127.0.0.1", 0), Atendente)
        self.servidor.daemon_threads = True
        self.linha = threading.Thread(target=self.servidor.serve_forever, args=(0.02,), daemon=True)
        self.linha.start()
        return self

    def __exit__(
        self, tipo: type[BaseException] | None, valor: BaseException | None, rastro: TracebackType | None
    ) -> None:
        self.servidor.shutdown()
        self.servidor.server_close()
        self.linha.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.servidor.server_address[1]}"

    def atender(self, pedido: BaseHTTPRequestHandler, bruto: bytes) -> None:
        corpo = gzip.decompress(bruto)
        pacote = json.loads(corpo)
        with self.trava:
            self.recebidos.append(pacote)
            self.tamanhos.append(len(corpo))
            self.cabecalhos.append(dict(pedido.headers))
            saida = self.roteiro(pacote) or em_json(200, self.guardar(pacote))
        _responder(pedido, saida)

    def ouvir(self, pedido: BaseHTTPRequestHandler, bruto: bytes) -> None:
        """A till's word on a command: it is closed."""
        numero, palavra = int(pedido.path.rpartition("/")[2]), json.loads(gzip.decompress(bruto))
        with self.trava:
            saida = self.roteiro_comandos(pedido.path)
            if saida is None:
                self.palavras.append((numero, palavra))
                self.comandos = [c for c in self.comandos if c["id"] != numero]
                saida = em_json(200, {"id": numero, "situacao": "cumprido"})
        _responder(pedido, saida)

    def conferir(self, pedido: BaseHTTPRequestHandler, bruto: bytes) -> None:
        """Manifests: the greatest version of each is kept."""
        remessa = json.loads(gzip.decompress(bruto))
        with self.trava:
            self.remessas.append(remessa)
            saida = self.roteiro_manifestos(remessa)
            if saida is None:
                saida = em_json(200, {"manifestos": [self._guardar_manifesto(m) for m in remessa["manifestos"]]})
        _responder(pedido, saida)

    def _guardar_manifesto(self, m: dict[str, Any]) -> dict[str, Any]:
        chave = (m["tipo"], str(m["id_turno"] or m["dia"]))
        atual = self.manifestos.get(chave)
        resposta = {"tipo": m["tipo"], "dia": m["dia"], "id_turno": m["id_turno"], "versao": m["versao"]}
        if atual is not None and atual["versao"] > m["versao"]:
            return resposta | {"resultado": "antigo", "versao": atual["versao"]}
        self.manifestos[chave] = m
        return resposta | {"resultado": "criado" if atual is None else "atualizado"}

    def guardar(self, pacote: Pacote) -> dict[str, Any]:
        """Store by key and answer in the order sent; `guardadas` has what came first, `vezes` how often it came."""
        instalacao = pacote["instalacao"]
        resposta: dict[str, Any] = {"turnos": [], "operacoes": [], "notas": []}
        for lista, nomes in (
            ("turnos", ("id_turno",)),
            ("operacoes", ("id_operacao",)),
            ("notas", ("chave", "numero")),
        ):
            for linha in pacote[lista]:
                identidade = {nome: linha[nome] for nome in nomes}
                chave = (instalacao, lista, *identidade.values())
                resultado = "existente" if chave in self.guardadas else "criada"
                self.guardadas.setdefault(chave, linha)
                self.vezes[chave] = self.vezes.get(chave, 0) + 1
                resposta[lista].append({**identidade, "resultado": resultado})
        return resposta

    def numeros(self, lista: str = "operacoes") -> list[int]:
        return sorted(chave[2] for chave in self.guardadas if chave[1] == lista)


def _responder(pedido: BaseHTTPRequestHandler, saida: Saida) -> None:
    if saida.cortar == "antes":
        _cortar(pedido)
        return
    pedido.send_response(saida.status)
    for nome, valor in saida.cabecalhos:
        pedido.send_header(nome, valor)
    pedido.send_header("Content-Length", str(len(saida.corpo)))
    pedido.end_headers()
    if saida.cortar == "meio":
        pedido.wfile.write(saida.corpo[: len(saida.corpo) // 2])
        _cortar(pedido)
        return
    pedido.wfile.write(saida.corpo)


def _cortar(pedido: BaseHTTPRequestHandler) -> None:
    pedido.wfile.flush()
    pedido.connection.shutdown(socket.SHUT_RDWR)
    pedido.close_connection = True
