"""Customers as an integrator sends them, and a register that already has many: for the measures of the webservice."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import msgspec
from django.conf import settings
from django.db import connections, transaction

codificar = msgspec.json.Encoder().encode
_BAIRROS = ("CENTRO", "PADRE EUSTÁQUIO", "SAVASSI", "BARREIRO", "PAMPULHA", "VENDA NOVA")
_NOMES = ("MARIA", "JOSÉ", "ANA", "JOÃO", "ANTÔNIA", "FRANCISCO", "LUÍZA", "PEDRO", "LOREM", "IPSUM")
_SOBRENOMES = ("SILVA", "SANTOS", "OLIVEIRA", "SOUZA", "LIMA", "PEREIRA", "COSTA", "ALMEIDA", "ARAÚJO", "DIAS")

# The CPF of customer `n`: nine digits and the two that check them, as `cpf` has it.
CPF_SQL = """(SELECT lpad(n::text, 9, '0') || d1 || (s2 + 2 * d1) * 10 %% 11 %% 10
  FROM (SELECT s1 * 10 %% 11 %% 10 AS d1, s2 FROM (SELECT sum((11 - i) * d) AS s1, sum((12 - i) * d) AS s2
    FROM (SELECT i, substr(lpad(n::text, 9, '0'), i, 1)::int AS d FROM generate_series(1, 9) AS i) x) y) z)"""
NOME_SQL = f"""((ARRAY['{"','".join(_NOMES)}'])[n %% 10 + 1] || ' ' || (ARRAY['{"','".join(_SOBRENOMES)}'])[n / 10 %% 10 + 1]
  || ' ' || n)"""

# As the webservice would have left them: one customer and one request of each number.
_SEMEAR = f"""
INSERT INTO "CLIENTES_VAREJO" ("CODIGO_CLIENTE", "CLIENTE_VAREJO", "FILIAL", "CPF_CGC", "RG_IE", "TIPO_LOGRADOURO", "ENDERECO",
  "NUMERO", "BAIRRO", "CIDADE", "UF", "CEP", "PAIS", "DDD", "TELEFONE", "EMAIL", "OBS", "CADASTRAMENTO", "ANIVERSARIO",
  documento_valido)
SELECT c, {NOME_SQL}, 'ESTOQUE CENTRAL', {CPF_SQL}, 'MG' || n, 'RUA', 'CESÁRIO ALVIM', (n %% 3000)::text, 'CENTRO',
  'BELO HORIZONTE', 'MG', '30110001', 'BRASIL', '31', (30000000 + n)::text, 'c' || n || '@exemplo.com.br',
  'Cadastrado Pelo PDV ILLIMITAR. ',
  now() - make_interval(mins => n), date '1993-07-04', true
FROM (SELECT n, lpad(n::text, 11, '0') AS c FROM generate_series(1, %s) AS n) x;
INSERT INTO registro_recebido (filial, id_registro, resultado, codigo_cliente, hash_conteudo, conteudo, resposta, status_http)
SELECT 'ESTOQUE CENTRAL', gen_random_uuid()::text, 1, lpad(n::text, 11, '0'), sha256(n::text::bytea),
  jsonb_build_object('CLIENTE_VAREJO', {NOME_SQL}, 'CPF_CGC', lpad(n::text, 11, '0'), 'FILIAL', 'ESTOQUE CENTRAL'),
  jsonb_build_object('Mensagem', 'OK', 'CODIGO_CLIENTE', lpad(n::text, 11, '0')), 200
FROM generate_series(1, %s) AS n
"""


def semear(banco: str, quantos: int) -> None:
    """Customers 1 to `quantos`. Triggers asleep: nobody waits to hear of them."""
    with transaction.atomic(using=banco), connections[banco].cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(_SEMEAR, [quantos, quantos])
    with connections[banco].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def cpf(numero: int) -> str:
    """A CPF whose digits check, from a number of up to nine."""
    base = str(numero).zfill(9)
    for peso in (11, 12):
        soma = sum((peso - i) * int(digito) for i, digito in enumerate(base, start=1))
        base += str(soma * 10 % 11 % 10)
    return base


def nome(numero: int) -> str:
    return f"{_NOMES[numero % 10]} {_SOBRENOMES[numero // 10 % 10]} {numero}"


def corpo(numero: int, sorteio: Random) -> dict[str, Any]:
    """The body of the specification's example, of customer `numero`, moved to another address."""
    return {
        "UF": "MG", "CEP": f"{30000000 + sorteio.randrange(999999)}", "DDD": "31", "OBS": "", "OMS": "0", "PAIS": "BRASIL",
        "SEXO": "M", "EMAIL": f"c{numero}@exemplo.com.br", "PF_PJ": "1", "RG_IE": f"MG{numero}",
        "BAIRRO": sorteio.choice(_BAIRROS), "CIDADE": "BELO HORIZONTE", "FILIAL": "ESTOQUE CENTRAL",
        "NUMERO": str(sorteio.randrange(3000)), "STATUS": "1", "CELULAR": "", "CPF_CGC": cpf(numero),
        "eventId": f"{sorteio.getrandbits(128):032x}", "ENDERECO": "CESÁRIO ALVIM", "TELEFONE": str(30000000 + numero)[-9:],
        "ANIVERSARIO": "1993-07-04 00:00:00", "COMPLEMENTO": "", "DDD_CELULAR": "", "ESTRANGEIRO": "0",
        "TIPO_VAREJO": "VENDEDOR (C)", "CLIENTE_VAREJO": nome(numero),
        "CODIGO_CLIENTE": str(numero).zfill(11), "TIPO_LOGRADOURO": "RUA",
    }  # fmt: skip


class Publico:
    """Whom the next posts are of: half are known, half are new."""

    def __init__(self, conhecidos: int, sorteio: Random) -> None:
        self.conhecidos, self.novos, self.sorteio = conhecidos, conhecidos, sorteio

    def corpos(self, quantos: int) -> list[dict[str, Any]]:
        numeros = self.sorteio.sample(range(1, self.conhecidos + 1), quantos // 2)
        numeros += range(self.novos + 1, self.novos + 1 + quantos - len(numeros))
        self.novos += quantos - quantos // 2
        self.sorteio.shuffle(numeros)
        return [corpo(numero, self.sorteio) for numero in numeros]


class Cliente:
    """One connection that stays open; each thread has its own."""

    def __init__(self, porta: int, caminho: str = "") -> None:
        self.conexao = http.client.HTTPConnection("127.0.0.1", porta, timeout=120)
        self.caminho = f"/bibliotecas/{settings.CLIENTES_TOKEN_BIBLIOTECA}/wosk_loja_cliente{caminho}"

    def postar(self, corpo: bytes, feitos: int, marca: bytes) -> None:
        """Raises RuntimeError unless the answer has `marca` as often as there were customers."""
        try:
            resposta = self._pedir(corpo)
        except ConnectionError:  # a connection that stood idle is closed by the server; the eventId makes it one post
            self.conexao.close()
            resposta = self._pedir(corpo)
        texto = resposta.read()
        if resposta.status != 200 or texto.count(marca) != feitos:
            raise RuntimeError(f"HTTP {resposta.status}: {texto[:500].decode(errors='replace')}")

    def _pedir(self, corpo: bytes) -> http.client.HTTPResponse:
        self.conexao.request("POST", self.caminho, corpo, {"Content-Type": "application/json"})
        return self.conexao.getresponse()


def repartir(itens: Sequence[bytes], linhas: int, enviar: Callable[[Iterable[bytes]], None]) -> None:
    """Every thread takes its share; the first error of any is raised."""
    with ThreadPoolExecutor(linhas) as executor:
        list(executor.map(enviar, [itens[n::linhas] for n in range(linhas)]))
