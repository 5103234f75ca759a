"""The other side of a test: a whole instance with a database of its own, and a link between the two that misbehaves."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import psycopg2
from django.db import connections

from tests.falhas.vivos import RAIZ, porta_livre, url_do_banco

SERVIDOR = """
import sys, django
django.setup()
from wsgiref.simple_server import WSGIRequestHandler, make_server
from erp.config.wsgi import application
class Calado(WSGIRequestHandler):
    def log_message(self, *args): pass
make_server("127.0.0.1", int(sys.argv[1]), application, handler_class=Calado).serve_forever()
"""


def _url(banco: str) -> str:
    minha = url_do_banco()
    return minha.replace(str(connections["default"].settings_dict["NAME"]), banco)


@dataclass
class OutraRetaguarda:
    """Made from a copy of the empty test database; `sql` is what its people do."""

    pasta: Path
    porta: int = field(default_factory=porta_livre)
    chave: str = ""

    def __post_init__(self) -> None:
        meu = str(connections["default"].settings_dict["NAME"])
        self.banco = f"{meu}_outra"
        connections.close_all()
        self._administrar(f'DROP DATABASE IF EXISTS "{self.banco}"', f'CREATE DATABASE "{self.banco}" TEMPLATE "{meu}"')
        self.conexao = psycopg2.connect(_url(self.banco))
        self.conexao.autocommit = True
        ambiente = os.environ | {"DATABASE_URL": _url(self.banco), "LOG_NIVEL": "ERROR"}
        with (self.pasta / "outra.log").open("ab") as saida:
            self.processo = subprocess.Popen(
                [sys.executable, "-c", SERVIDOR, str(self.porta)], cwd=RAIZ, env=ambiente, stdout=saida, stderr=saida
            )
        self._esperar()

    def _administrar(self, *comandos: str) -> None:
        conexao = psycopg2.connect(_url("postgres"))
        conexao.autocommit = True
        for comando in comandos:
            conexao.cursor().execute(comando)
        conexao.close()

    def _esperar(self) -> None:
        for _ in range(1200):
            try:
                urllib.request.urlopen(f"{self.url}/sincronizacao/feed/filiais", timeout=5)
            except urllib.error.HTTPError as resposta:
                resposta.close()
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError((self.pasta / "outra.log").read_text()[-3000:])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.porta}"

    def sql(self, comando: str, *valores: object) -> list[Any]:
        with self.conexao.cursor() as cursor:
            cursor.execute(comando, valores or None)
            return cursor.fetchall() if cursor.description else []

    def com_ponto_venda(self, codigo: int) -> None:
        """A till of filial 1, with its drawer."""
        self.sql(
            'INSERT INTO "FILIAIS" ("COD_FILIAL", "FILIAL", "CGC_CPF", "UF", permite_estoque_negativo, ativa) '
            "VALUES (1, 'FILIAL 1', '', 'MG', true, true) ON CONFLICT DO NOTHING"
        )
        self.sql(
            "WITH conta AS (INSERT INTO cadastros_conta (codigo, nome, tipo, ativa, filial_id) "
            """SELECT 'CAIXA-' || %s, 'Caixa', 'caixa', true, id FROM "FILIAIS" RETURNING id, filial_id) """
            "INSERT INTO cadastros_pontovenda (codigo, nome, ativo, versao_replicador, conta_caixa_id, filial_id) "
            "SELECT %s, 'PDV', true, '', id, filial_id FROM conta",
            codigo, codigo,
        )  # fmt: skip

    def quieta(self) -> None:
        """Until no transaction of the server, of any database, keeps what was written here from being told."""
        for _ in range(1200):
            if self.sql(
                "SELECT coalesce(max(transacao), 0) < pg_snapshot_xmin(pg_current_snapshot())::text::bigint "
                "FROM sincronizacao_mudanca"
            )[0][0]:
                return
            time.sleep(0.05)
        raise AssertionError("há uma transação aberta há um minuto")

    def parar(self) -> None:
        self.processo.kill()
        self.processo.wait()
        self.conexao.close()
        self._administrar(f'DROP DATABASE IF EXISTS "{self.banco}" WITH (FORCE)')


Tratamento = Callable[[str, bytes], tuple[bytes, int] | None]


@dataclass
class Elo:
    """A link to the other side: `roteiro` may answer in its place, or give (body, how many bytes of it get through)."""

    destino: str
    chave: str = ""
    roteiro: Tratamento = lambda caminho, corpo: None
    pedidos: list[str] = field(default_factory=list)

    def __enter__(self) -> Elo:
        elo = self

        class Atendente(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                elo.passar(self, b"")

            def do_POST(self) -> None:
                elo.passar(self, self.rfile.read(int(self.headers["Content-Length"])))

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.servidor = ThreadingHTTPServer(("127.0.0.1", 0), Atendente)
        threading.Thread(target=self.servidor.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.servidor.shutdown()
        self.servidor.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.servidor.server_address[1]}"

    def passar(self, pedido: BaseHTTPRequestHandler, corpo: bytes) -> None:
        self.pedidos.append(pedido.path)
        cabecalhos = {n: v for n, v in pedido.headers.items() if n.lower() not in ("host", "accept-encoding")}
        resposta = httpx.request(
            pedido.command, self.destino + pedido.path, content=corpo, headers=cabecalhos, timeout=60, trust_env=False
        )
        conteudo, passam = resposta.content, len(resposta.content)
        if (tratado := self.roteiro(pedido.path, conteudo)) is not None:
            conteudo, passam = tratado
        pedido.send_response(resposta.status_code)
        pedido.send_header("Content-Type", "application/json")
        pedido.send_header("Content-Length", str(len(conteudo)))
        pedido.end_headers()
        pedido.wfile.write(conteudo[:passam])
        pedido.close_connection = passam < len(conteudo)
