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

# As the webservice would have left them: one customer and one request of each number.
_SEMEAR = """
INSERT INTO "CLIENTES_VAREJO" ("CODIGO_CLIENTE", "CLIENTE_VAREJO", "FILIAL", "CPF_CGC", "RG_IE", "TIPO_LOGRADOURO", "ENDERECO",
  "NUMERO", "BAIRRO", "CIDADE", "UF", "CEP", "PAIS", "DDD", "TELEFONE", "EMAIL", "OBS", "CADASTRAMENTO", documento_valido)
SELECT c, 'CLIENTE ' || n, 'ESTOQUE CENTRAL', c, 'MG' || n, 'RUA', 'CESÁRIO ALVIM', (n %% 3000)::text, 'CENTRO', 'BELO HORIZONTE',
  'MG', '30110001', 'BRASIL', '31', (30000000 + n)::text, 'c' || n || '@exemplo.com.br', 'Cadastrado Pelo PDV ILLIMITAR. ',
  now() - make_interval(mins => n), true
FROM (SELECT n, lpad(n::text, 11, '0') AS c FROM generate_series(1, %s) AS n) x;
INSERT INTO registro_recebido (filial, id_registro, resultado, codigo_cliente, hash_conteudo, conteudo, resposta, status_http)
SELECT 'ESTOQUE CENTRAL', gen_random_uuid()::text, 1, lpad(n::text, 11, '0'), sha256(n::text::bytea),
  jsonb_build_object('CLIENTE_VAREJO', 'CLIENTE ' || n, 'CPF_CGC', lpad(n::text, 11, '0'), 'FILIAL', 'ESTOQUE CENTRAL'),
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


def corpo(numero: int, sorteio: Random) -> dict[str, Any]:
    """The body of the specification's example, of customer `numero`, moved to another address."""
    documento = str(numero).zfill(11)
    return {
        "UF": "MG", "CEP": f"{30000000 + sorteio.randrange(999999)}", "DDD": "31", "OBS": "", "OMS": "0", "PAIS": "BRASIL",
        "SEXO": "M", "EMAIL": f"c{numero}@exemplo.com.br", "PF_PJ": "1", "RG_IE": f"MG{numero}",
        "BAIRRO": sorteio.choice(_BAIRROS), "CIDADE": "BELO HORIZONTE", "FILIAL": "ESTOQUE CENTRAL",
        "NUMERO": str(sorteio.randrange(3000)), "STATUS": "1", "CELULAR": "", "CPF_CGC": documento,
        "eventId": f"{sorteio.getrandbits(128):032x}", "ENDERECO": "CESÁRIO ALVIM", "TELEFONE": str(30000000 + numero)[-9:],
        "ANIVERSARIO": "1993-07-04 00:00:00", "COMPLEMENTO": "", "DDD_CELULAR": "", "ESTRANGEIRO": "0",
        "TIPO_VAREJO": "VENDEDOR (C)", "CLIENTE_VAREJO": f"{sorteio.choice(_NOMES)} {sorteio.choice(_SOBRENOMES)} {numero}",
        "CODIGO_CLIENTE": documento, "TIPO_LOGRADOURO": "RUA",
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
