"""Packages of the replication made beforehand, posted with next to no work: what is timed is the server."""

from __future__ import annotations

import gzip
import http.client
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import msgspec

from auditoria.services import ATOR_SISTEMA
from bench.unidades import Pdv, Unidade, colunas
from erp.acesso.services import criar_chave

CAMINHO = "/api/pdv/v1/replicacao"
_codificar = msgspec.json.Encoder(decimal_format="string").encode


class Remessa(NamedTuple):
    """One request, ready to be sent."""

    chave: str
    corpo: bytes
    operacoes: int


def chaves_dos_pdvs(pdvs: Iterable[Pdv]) -> dict[int, str]:
    """An API key for each till, by its code."""
    return {
        pdv.codigo: criar_chave(nome=f"PDV {pdv.codigo}", escopos=["pdv"], ponto_venda_id=pdv.id, ator=ATOR_SISTEMA)[1]
        for pdv in pdvs
    }


def preparar(unidades: Sequence[Unidade], chave: str) -> Remessa:
    """The package of units of one till."""
    partes = [colunas(u) for u in unidades]
    pacote: dict[str, Any] = {
        "versao": 1,
        "instalacao": unidades[0].pdv.instalacao,
        "replicador": "bench",
        "turnos": [],
        "operacoes": [p.operacao | {"itens": p.itens, "finalizadores": p.finalizadores} for p in partes],
        "notas": [p.nota for p in partes],
    }
    return Remessa(chave, gzip.compress(_codificar(pacote), 5), len(unidades))


def enviar(porta: int, remessa: Remessa) -> None:
    """Post it. Raises RuntimeError unless every row of it was new and taken."""
    conexao = http.client.HTTPConnection("127.0.0.1", porta, timeout=120)
    try:
        cabecalhos = {
            "Authorization": f"Api-Key {remessa.chave}", "Content-Type": "application/json", "Content-Encoding": "gzip",
        }  # fmt: skip
        conexao.request("POST", CAMINHO, remessa.corpo, cabecalhos)
        resposta = conexao.getresponse()
        corpo = resposta.read()
    finally:
        conexao.close()
    if resposta.status != 200 or corpo.count(b'"resultado":"criada"') != 2 * remessa.operacoes:
        raise RuntimeError(f"HTTP {resposta.status}: {corpo[:500].decode(errors='replace')}")


def enviar_todas(porta: int, remessas: Sequence[Remessa], linhas: int = 2) -> None:
    """Post them all, `linhas` at a time."""
    with ThreadPoolExecutor(linhas) as executor:
        list(executor.map(lambda remessa: enviar(porta, remessa), remessas))
