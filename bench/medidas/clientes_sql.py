"""What customers are measured against: an upsert written by hand, on a plain table, with no rules and no HTTP."""

from __future__ import annotations

import io
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg2

from bench.clientes import CPF_SQL, NOME_SQL, Publico
from bench.medidas.base import LOTE, Oficina

BANCO = "limite_clientes"
UM_A_UM, LOTES, CONEXOES = 4_000, 24, 2
CAMPOS = (
    "CODIGO_CLIENTE", "CLIENTE_VAREJO", "FILIAL", "PF_PJ", "ESTRANGEIRO", "RG_IE", "CPF_CGC", "TIPO_LOGRADOURO", "ENDERECO",
    "NUMERO", "COMPLEMENTO", "BAIRRO", "CIDADE", "UF", "CEP", "PAIS", "DDD", "TELEFONE", "DDD_CELULAR", "CELULAR", "EMAIL",
    "SEXO", "STATUS", "ANIVERSARIO", "OBS", "TIPO_VAREJO",
)  # fmt: skip
_NOMES = ", ".join(CAMPOS)
_MUDA = ", ".join(f"{campo} = excluded.{campo}" for campo in CAMPOS if campo not in ("CODIGO_CLIENTE", "FILIAL"))
_CONFLITO = f"ON CONFLICT (CODIGO_CLIENTE) DO UPDATE SET {_MUDA}, transferencia = now()"
_TABELAS = f"""
CREATE TABLE cliente ({", ".join(f"{campo} varchar(100)" for campo in CAMPOS)}, cadastramento timestamptz DEFAULT now(),
  transferencia timestamptz DEFAULT now(), PRIMARY KEY (CODIGO_CLIENTE)) WITH (fillfactor = 90);
CREATE INDEX ON cliente (CPF_CGC);
INSERT INTO cliente (CODIGO_CLIENTE, CLIENTE_VAREJO, FILIAL, CPF_CGC)
  SELECT lpad(n::text, 11, '0'), {NOME_SQL}, 'ESTOQUE CENTRAL', {CPF_SQL} FROM generate_series(1, %s) n;
"""


class ClientesSql:
    """One table with the key and one index, in a database of its own on the run's server."""

    nome = "clientes_sql"

    def __init__(self, oficina: Oficina, armazenados: int, *, um: bool, lote: bool) -> None:
        self.um, self.lote = um, lote
        self.url = oficina.pasta.servidor.url(BANCO)
        oficina.criar_banco(BANCO)
        self.publico = Publico(armazenados, oficina.sorteio)
        conexao = self._conectar()
        with conexao.cursor() as cursor:
            cursor.execute(_TABELAS, [armazenados])
            cursor.execute("VACUUM ANALYZE")
        conexao.close()

    def rodada(self) -> dict[str, float]:
        figuras = {}
        if self.um:
            figuras[f"{self.nome}.um"] = self._medir(UM_A_UM, self._um_a_um)
        if self.lote:
            figuras[f"{self.nome}.lote"] = self._medir(LOTES * LOTE, self._em_lotes)
        return figuras

    def encerrar(self) -> None:
        """No process of its own."""

    def _conectar(self) -> Any:
        conexao = psycopg2.connect(self.url)
        conexao.autocommit = True
        return conexao

    def _medir(self, quantos: int, escrever: Any) -> float:
        linhas = [tuple(corpo[campo] for campo in CAMPOS) for corpo in self.publico.corpos(quantos)]
        inicio = time.perf_counter()
        with ThreadPoolExecutor(CONEXOES) as executor:
            list(executor.map(escrever, [linhas[n::CONEXOES] for n in range(CONEXOES)]))
        return quantos / (time.perf_counter() - inicio)

    def _um_a_um(self, linhas: Iterable[tuple[str, ...]]) -> None:
        """One statement and one commit each."""
        comando = f"INSERT INTO cliente ({_NOMES}) VALUES ({', '.join(['%s'] * len(CAMPOS))}) {_CONFLITO}"
        conexao = self._conectar()
        with conexao.cursor() as cursor:
            for linha in linhas:
                cursor.execute(comando, linha)
        conexao.close()

    def _em_lotes(self, linhas: Sequence[tuple[str, ...]]) -> None:
        """COPY into a table of the session, one INSERT .. ON CONFLICT and one commit for each 500, in order of key."""
        conexao = self._conectar()
        with conexao.cursor() as cursor:
            cursor.execute(f"CREATE TEMP TABLE chegada AS SELECT {_NOMES} FROM cliente LIMIT 0")
            for inicio in range(0, len(linhas), LOTE):
                texto = "\n".join("\t".join(linha) for linha in linhas[inicio : inicio + LOTE])
                cursor.execute("BEGIN")
                cursor.copy_expert(f"COPY chegada ({_NOMES}) FROM STDIN", io.StringIO(texto + "\n"))
                cursor.execute(
                    f"INSERT INTO cliente ({_NOMES}) SELECT {_NOMES} FROM chegada ORDER BY CODIGO_CLIENTE {_CONFLITO}"
                )
                cursor.execute("TRUNCATE chegada")
                cursor.execute("COMMIT")
        conexao.close()
