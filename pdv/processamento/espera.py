"""Waiting: an operation that refers to something that has not arrived stays pending, and says for what.

What it waits for is a token in `aguarda`, which is found by index the moment that what it names is posted:
`op:<ponto_venda>:<instalacao>:<id_operacao>`, `titulo:<documento>/<parcela>`, `vale:<codigo>`, `credito:<hash>`.
"""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

from pdv.processamento.erros import Problema

TAMANHO = 80


class Espera(Exception):
    """A operação refere-se a algo que ainda não está aqui; espera, e só depois de muito tempo é um erro."""

    def __init__(self, aguarda: str, mensagem: str, no_fim: Problema) -> None:
        super().__init__(mensagem)
        self.aguarda = aguarda[:TAMANHO]
        self.mensagem = mensagem
        self.no_fim = no_fim


def de_operacao(chave: tuple[int, UUID, int]) -> str:
    ponto_venda, instalacao, id_operacao = chave
    return f"op:{ponto_venda}:{instalacao}:{id_operacao}"


def de_titulo(documento: str, parcela: int) -> str:
    return f"titulo:{documento}/{parcela}"


def de_vale(codigo: str) -> str:
    return f"vale:{codigo}"


def de_credito(codigo_cliente: str) -> str:
    """A customer's code is often a document: it is not written out where lists and logs show it."""
    return f"credito:{sha256(codigo_cliente.encode()).hexdigest()[:24]}"


def em_palavras(aguarda: str) -> str:
    """`op:3:5f0c…:77` -> `a operação 77`; an empty text where nothing is waited for."""
    tipo, _, resto = aguarda.partition(":")
    match tipo:
        case "op":
            return f"a operação {resto.rpartition(':')[2]}"
        case "titulo":
            documento, _, parcela = resto.rpartition("/")
            return f"o título {documento}, parcela {parcela}"
        case "vale":
            return f"o vale {resto}"
        case "credito":
            return "crédito do cliente"
    return resto
