"""(r, s) What comes of providers: charges polled by one worker against 50 ms, and webhooks taken in over HTTP."""

from __future__ import annotations

import http.client
import itertools
import json
import subprocess
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from django.db import connection

from bench.medidas.base import Oficina
from bench.servico import Retaguarda

COBRANCAS, WEBHOOKS, CONEXOES = 10_000, 6_000, 8
_SEGREDO: Final = "segredo-da-bancada"
_numeros = itertools.count(1)

_TITULOS = """
INSERT INTO financeiro_titulo (filial_id, sentido, especie, codigo_cliente, cpf_cnpj, documento, nsu, autorizacao, parcela,
    parcelas, valor, emissao, vencimento, ocorrido_em, lancado_em, data_contabil, origem, origem_id, sequencia)
SELECT (SELECT min(id) FROM "FILIAIS"), 'R', 'mensalidade', lpad(n::text, 11, '0'), '', 'B-' || n, '', '', 1, 1, 100,
    current_date, current_date + 10, now(), now(), current_date, 3, n, 0 FROM generate_series(%(de)s, %(ate)s) n
"""
_COBRANCAS = """
INSERT INTO cobrancas_cobranca (uuid, tipo, provedor, id_provedor, grupo, titulo_id, filial_id, conta_id, codigo_cliente,
    valor, vencimento, descricao, url, copia_e_cola, situacao, lida, contradicao, erro, falhas, criada_por, criada_em, mudou_em,
    consultar_em, id_grupo, parcela)
SELECT gen_random_uuid(), 'link', 'efi', t.origem_id::text, '', t.id, t.filial_id,
    (SELECT min(id) FROM cadastros_conta), t.codigo_cliente, 100, t.vencimento, '', '', '', 2, 'waiting', '', '', 0, 'bancada',
    now(), now(), now(), '', 0 FROM financeiro_titulo t WHERE t.origem = 3 AND t.origem_id BETWEEN %(de)s AND %(ate)s
"""


class Cobrancas:
    """(r) All due at once; one in ten was paid, and is settled."""

    nome = "cobrancas"

    def __init__(self, oficina: Oficina, quantas: int = COBRANCAS) -> None:
        self.processos, self.quantas = oficina.processos, quantas
        comando = [sys.executable, "-m", "bench.provedor"]
        self.provedor = oficina.processos.iniciar("provedor", comando, oficina.pasta.variaveis(), conversa=True)
        variaveis = oficina.pasta.variaveis(
            EFI_URL=f"http://127.0.0.1:{int(_ler(self.provedor))}/v1",
            EFI_CLIENT_ID="bancada",
            EFI_CLIENT_SECRET="bancada",
        )
        comando = [sys.executable, "-m", "bench.cobrador"]
        self.cobrador = oficina.processos.iniciar("cobrador", comando, variaveis, conversa=True)
        _ler(self.cobrador)

    def rodada(self) -> dict[str, float]:
        de = max(next(_numeros) * 10_000_000, 10_000_000)
        faixa = {"de": de, "ate": de + self.quantas - 1}
        with connection.cursor() as cursor:
            cursor.execute(_TITULOS, faixa)
            cursor.execute(_COBRANCAS, faixa)
            cursor.execute("VACUUM ANALYZE cobrancas_cobranca, financeiro_titulo")
        assert self.cobrador.stdin is not None
        self.cobrador.stdin.write("consultar\n")
        self.cobrador.stdin.flush()
        feito = json.loads(_ler(self.cobrador))
        if (feito["cobranças consultadas"], feito["pagamentos lançados"], feito["falhas"]) != (
            self.quantas, self.quantas // 10, 0,
        ):  # fmt: skip
            raise RuntimeError(f"esperadas {self.quantas} consultadas e um décimo pago, e o trabalhador diz {feito}")
        with connection.cursor() as cursor:  # what is over is asked about tomorrow, and not in the next round
            cursor.execute("UPDATE cobrancas_cobranca SET consultar_em = NULL")
        return {"cobrancas": feito["segundos"] * COBRANCAS / self.quantas}

    def encerrar(self) -> None:
        self.processos.encerrar([self.cobrador, self.provedor])


class Webhooks:
    """(s) Bodies that are all different, from 8 connections, until each was answered 200."""

    nome = "webhooks"

    def __init__(self, oficina: Oficina, quantos: int = WEBHOOKS) -> None:
        self.quantos = quantos
        # without the settings of the API nobody works them meanwhile: what is measured is the door
        variaveis = oficina.pasta.variaveis(PIX_WEBHOOK_SEGREDO=_SEGREDO)
        self.retaguarda = Retaguarda(oficina.processos, variaveis, self.nome)
        self.retaguarda.iniciar(trabalhadores=0, relogio=False)
        self.retaguarda.esperar()

    def rodada(self) -> dict[str, float]:
        leva = next(_numeros)
        corpos = [_corpo(leva, n) for n in range(self.quantos)]
        inicio = time.perf_counter()
        with ThreadPoolExecutor(CONEXOES) as executor:
            list(executor.map(self._enviar, (corpos[n::CONEXOES] for n in range(CONEXOES))))
        segundos = time.perf_counter() - inicio
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM provedores_webhookrecebido")
            (guardados,) = cursor.fetchone()
            cursor.execute("TRUNCATE provedores_webhookrecebido")
        if guardados != self.quantos:
            raise RuntimeError(f"esperados {self.quantos} webhooks guardados, e há {guardados}")
        return {"webhooks": self.quantos / segundos}

    def encerrar(self) -> None:
        self.retaguarda.encerrar()

    def _enviar(self, corpos: Iterable[bytes]) -> None:
        conexao = http.client.HTTPConnection("127.0.0.1", self.retaguarda.porta, timeout=60)
        for corpo in corpos:
            conexao.request("POST", f"/webhooks/pix/{_SEGREDO}/pix", corpo, {"Content-Type": "application/json"})
            resposta = conexao.getresponse()
            resposta.read()
            if resposta.status != 200:
                raise RuntimeError(f"o webhook foi respondido com {resposta.status}")
        conexao.close()


def _corpo(leva: int, n: int) -> bytes:
    numero = f"E{leva:011d}{n:020d}"
    pix = {"endToEndId": numero, "txid": f"{n:032d}", "chave": "bancada@exemplo.com.br", "valor": "100.00",
           "horario": "2026-11-22T12:00:00.000Z"}  # fmt: skip
    return json.dumps({"pix": [pix]}).encode()


def _ler(processo: subprocess.Popen[str]) -> str:
    assert processo.stdout is not None
    linha: str = processo.stdout.readline()
    if not linha:
        raise RuntimeError("o processo da bancada morreu; veja o registro dele")
    return linha
