"""The other side, over HTTP: pages of its feeds, and packages of sales for it. A provider like any other."""

from __future__ import annotations

import gzip
import time
from typing import Any, Final

import msgspec
from django.conf import settings

from erp.provedores.autorizacao import Fixa
from erp.provedores.cliente import Cliente, Resposta, trecho
from erp.provedores.erros import FalhaPassageira, ProvedorPausado
from erp.provedores.registro import Provedor
from erp.sincronizacao.fio import FEED_LIGANDO, INICIO, Pagina, Versao, ler_pagina, ler_versao

NOME: Final = "vizinha"
TENTATIVAS: Final = 3
ESPERAS: Final = 60  # for a feed that is being turned on: it works for seconds at each question
PAUSA: Final = 0.5  # seconds, doubled at each attempt
_ILEGIVEL: Final = (msgspec.MsgspecError, UnicodeError, RecursionError)


class Vizinha(Provedor):
    """The other instance: this one reads its feeds and sends it the sales."""

    nome = NOME
    titulo = "Retaguarda vizinha (sincronização)"
    exige = ("SINCRONIZACAO_URL", "SINCRONIZACAO_CHAVE")

    def testar(self) -> str:
        pagina = ler_feed("filiais", INICIO, 1)
        return f"A outra retaguarda aceitou a chave e respondeu (época {pagina.epoca})."


def ler_feed(entidade: str, desde: Versao, limite: int) -> Pagina:
    """The next page of a feed. Raises FalhaDoProvedor, also when what came answers another question."""
    parametros = {"desde": "" if desde == INICIO else str(desde), "limite": str(limite)}
    resposta = _chamar("GET", f"/sincronizacao/feed/{trecho(entidade)}", parametros=parametros)
    try:
        pagina = ler_pagina(resposta.corpo)
    except _ILEGIVEL as erro:
        raise ilegivel(f"não é uma página do feed: {erro}") from None
    if (pagina.entidade, pagina.desde) != (entidade, str(desde)):
        raise ilegivel(f"é a resposta de outra pergunta: {pagina.entidade[:20]} {pagina.desde}")
    if not _anda(pagina, desde):
        raise ilegivel(f"a página não anda: de {pagina.desde} a {pagina.ate}")
    return pagina


def entregar(ponto_venda: int, pacote: bytes) -> dict[str, Any]:
    """Hand over one package of a till; the answer has one result for each row. Raises FalhaDoProvedor."""
    cabecalhos = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    resposta = _chamar(
        "POST", f"/sincronizacao/vendas/{ponto_venda}", conteudo=gzip.compress(pacote, 6), cabecalhos=cabecalhos
    )
    try:
        return msgspec.json.decode(resposta.corpo, type=dict[str, Any])
    except _ILEGIVEL as erro:
        raise ilegivel(f"não é JSON: {erro}") from None


def ilegivel(motivo: str) -> FalhaPassageira:
    return FalhaPassageira("RESPOSTA_ILEGIVEL", f"o que a outra retaguarda respondeu {motivo}", status=200)


def _chamar(metodo: str, caminho: str, **pedido: Any) -> Resposta:
    """A call that fails in passing is made again, for every one of these may be repeated; one in a pause is not.

    A feed that is being turned on is waited for: that is no attempt.
    """
    tentativas = esperas = 0
    while True:
        try:
            return _cliente().chamar(metodo, caminho, **pedido)
        except FalhaPassageira as falha:
            if isinstance(falha, ProvedorPausado) or falha.status == 429:
                raise
            if falha.status == 503 and FEED_LIGANDO.encode() in falha.corpo and esperas < ESPERAS:
                esperas += 1
                time.sleep(PAUSA)
                continue
            tentativas += 1
            if tentativas == TENTATIVAS:
                raise
            time.sleep(PAUSA * 2 ** (tentativas - 1))


def _cliente() -> Cliente:
    return Cliente(
        NOME,
        base=settings.SINCRONIZACAO_URL,
        autorizacao=Fixa("Authorization", f"Api-Key {settings.SINCRONIZACAO_CHAVE}"),
        tempo_limite=settings.SINCRONIZACAO_TEMPO_LIMITE,
    )


def _anda(pagina: Pagina, desde: Versao) -> bool:
    """A page with records, or with more to come, ends after its beginning; an empty one where it began."""
    try:
        ate = ler_versao(pagina.ate)
    except ValueError:
        return False
    return ate > desde if pagina.registros or pagina.ha_mais else ate == desde
