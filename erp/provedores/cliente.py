"""The thin client by which every provider is called.

It adds to a call: who is calling, a limit of time and of size, the provider's pause, its counts, and a log line that
says neither the query nor the body. It tries nothing again by itself, but for a token that had ended: whoever calls
knows whether asking twice is harmless.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote

import structlog

from auditoria.rules import mascarar_texto
from erp.provedores import rede, sigilo
from erp.provedores.autorizacao import Autorizacao
from erp.provedores.erros import FalhaDefinitiva, FalhaDoProvedor, FalhaPassageira, ProvedorPausado
from erp.provedores.rede import Bruta, Certificado
from erp.provedores.services import anotacoes
from filas.fila.respostas import DE_NOVO, retry_after
from filas.fila.valores import Resposta as RespostaDaFila

log = structlog.get_logger(__name__)

CALMA: Final = timedelta(minutes=1)  # of a 429 without Retry-After
_CORPO_DO_ERRO: Final = 64 * 1024
_NAO_SE_GUARDA: Final = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])|\xed[\xa0-\xbf]|\0")  # half a pair of UTF-16, and NUL
_DITO: Final = ("mensagem", "message", "error_description", "detail", "detalhe", "descricao", "title", "error", "erro")


@dataclass(frozen=True)
class Resposta:
    """A 2xx. `cabecalhos` have lower case names."""

    status: int
    cabecalhos: Mapping[str, str]
    corpo: bytes
    segundos: float

    def json(self) -> Any:
        """The body as JSON, with `Decimal` for numbers with a point, and no text that a database would refuse.

        Raises `FalhaPassageira` when it is none.
        """
        try:
            lido = json.loads(self.corpo, parse_float=Decimal, parse_constant=_recusar_numero)
            return _guardavel(lido) if _NAO_SE_GUARDA.search(self.corpo) else lido
        except (ValueError, RecursionError) as erro:
            raise FalhaPassageira(
                "RESPOSTA_ILEGIVEL", "o provedor respondeu o que não é JSON", status=self.status
            ) from erro


@dataclass(frozen=True)
class Cliente:
    """One API of a provider: `Cliente("efi", base=settings.EFI_URL, autorizacao=TokenOAuth("/authorize", id, segredo))`.

    Cheap to make; connections and tokens are kept by process. `tempo_limite` is of each whole call, in seconds.
    """

    provedor: str
    base: str
    autorizacao: Autorizacao | None = None
    certificado: Certificado | None = None
    tempo_limite: float = 30.0
    cabecalhos: Mapping[str, str] | None = None

    def chamar(
        self,
        metodo: str,
        caminho: str,
        *,
        parametros: Mapping[str, Any] | None = None,
        json: Any = None,
        formulario: Mapping[str, Any] | None = None,
        arquivos: Mapping[str, Any] | None = None,
        conteudo: bytes | None = None,
        cabecalhos: Mapping[str, str] | None = None,
        rotulo: str = "",
        tempo_limite: float | None = None,
    ) -> Resposta:
        """Make one call; `caminho` is added to `base`. `rotulo` is logged in its place when it holds a secret.

        Raises `ProvedorPausado`, `FalhaPassageira` or `FalhaDefinitiva` (with the `status` and the body of the answer).
        """
        pedido: dict[str, Any] = {
            "parametros": parametros, "json": json, "formulario": formulario, "arquivos": arquivos,
            "conteudo": conteudo, "tempo_limite": tempo_limite, "rotulo": rotulo,
        }  # fmt: skip
        if anotacoes.em_pausa(self.provedor):
            raise ProvedorPausado("EM_PAUSA", "o provedor está em pausa; nada foi pedido a ele")
        bruta = self._autorizada(metodo, caminho, cabecalhos or {}, pedido)
        return Resposta(bruta.status, bruta.cabecalhos, bruta.corpo, bruta.segundos)

    def json(self, metodo: str, caminho: str, **pedido: Any) -> Any:
        """`chamar(...).json()`: `cliente.json("GET", "/charge/1")`; what is sent as JSON is `json=`."""
        return self.chamar(metodo, caminho, **pedido).json()

    def sem_autorizacao(self, metodo: str, caminho: str, **pedido: Any) -> Bruta:
        """The same call without saying who calls: how a token is asked for."""
        return self._uma(metodo, caminho, pedido.pop("cabecalhos", {}), pedido)

    def _autorizada(self, metodo: str, caminho: str, extras: Mapping[str, str], pedido: dict[str, Any]) -> Bruta:
        if self.autorizacao is None:
            return self._uma(metodo, caminho, extras, pedido)
        quem = self.autorizacao.cabecalhos(self)
        try:
            return self._uma(metodo, caminho, {**extras, **quem}, pedido)
        except FalhaDefinitiva as erro:
            if erro.status != 401 or not self.autorizacao.renovar(quem):
                raise
        return self._uma(metodo, caminho, {**extras, **self.autorizacao.cabecalhos(self)}, pedido)

    def _uma(self, metodo: str, caminho: str, extras: Mapping[str, str], pedido: dict[str, Any]) -> Bruta:
        """One call on the wire, counted and logged, whatever came of it."""
        opcoes = {
            "params": pedido.get("parametros"), "json": pedido.get("json"), "data": pedido.get("formulario"),
            "files": pedido.get("arquivos"), "content": pedido.get("conteudo"),
        }  # fmt: skip
        onde = pedido.get("rotulo") or caminho.partition("?")[0]
        try:
            bruta = rede.chamar(
                metodo,
                self.base.rstrip("/") + caminho,
                tempo_limite=pedido.get("tempo_limite") or self.tempo_limite,
                certificado=self.certificado,
                cabecalhos={**(self.cabecalhos or {}), **extras},
                **{nome: valor for nome, valor in opcoes.items() if valor is not None},
            )
        except FalhaDoProvedor as erro:
            self._anotar(metodo, onde, 0, 0.0, erro)
            raise
        ditos = sigilo.ditos_em(caminho, pedido.get("rotulo") or "", pedido) if bruta.status >= 400 else frozenset()
        falha = julgar(bruta, ditos)
        self._anotar(metodo, onde, bruta.status, bruta.segundos, falha)
        if falha is not None:
            raise falha
        return bruta

    def _anotar(self, metodo: str, onde: str, status: int, segundos: float, falha: FalhaDoProvedor | None) -> None:
        log.info(
            "provedor_chamado", provedor=self.provedor, metodo=metodo, onde=onde, status=status,
            segundos=round(segundos, 3), falha=falha.codigo if falha else "",
        )  # fmt: skip
        if falha is None or status in (404, 409, 410, 422):  # it works: it said no to one thing
            anotacoes.anotar_acerto(self.provedor, segundos)
            return
        contida = status == 429
        anotacoes.anotar_erro(self.provedor, segundos, falha.mensagem, respondeu=status > 0, contida=contida)
        if contida and isinstance(falha, FalhaPassageira):
            anotacoes.conter(self.provedor, falha.espere or CALMA)


def julgar(bruta: Bruta, ditos: frozenset[str] = frozenset()) -> FalhaDoProvedor | None:
    """What an answer means by its status and its size; None for a whole 2xx. `ditos` are never said back. Pure."""
    status = bruta.status
    corpo = bruta.corpo[:_CORPO_DO_ERRO]
    if 200 <= status < 300:
        if not bruta.cortada:
            return None
        return FalhaDefinitiva("RESPOSTA_GRANDE", "o provedor respondeu mais de 10 MB", status=status)
    if 300 <= status < 400:
        return FalhaDefinitiva("REDIRECIONADO", f"HTTP {status}: o provedor mandou procurar em outro lugar; não seguimos "
                               "redirecionamentos: confira o endereço configurado", status=status)  # fmt: skip
    dito = _dito(corpo, ditos)
    mensagem = f"HTTP {status}: {dito}" if dito else f"HTTP {status}"
    if status >= 500 or status in DE_NOVO:
        espere = retry_after(RespostaDaFila(status, bruta.cabecalhos, "", bruta.segundos))
        return FalhaPassageira(f"HTTP_{status}", mensagem, status=status, corpo=corpo, espere=espere)
    return FalhaDefinitiva(f"HTTP_{status}", mensagem, status=status, corpo=corpo)


def trecho(valor: object) -> str:
    """A piece of an address, escaped whole: what came from outside never changes the path."""
    return quote(str(valor), safe="")


def _recusar_numero(escrito: str) -> Any:
    """`NaN` and `Infinity` are no JSON, and no column keeps them."""
    raise ValueError(escrito)


def _guardavel(valor: Any) -> Any:
    if isinstance(valor, dict):
        return {_guardavel(nome): _guardavel(item) for nome, item in valor.items()}
    if isinstance(valor, list):
        return [_guardavel(item) for item in valor]
    return valor.replace("\0", "").encode(errors="replace").decode() if isinstance(valor, str) else valor


def _dito(corpo: bytes, ditos: frozenset[str]) -> str:
    """What the provider says of the error, in its usual places, masked; nothing when it says it otherwise."""
    try:
        lido = json.loads(corpo)
    except (ValueError, RecursionError):
        return ""
    for _ in range(3):
        if isinstance(lido, list):
            lido = lido[0] if lido else None
        if not isinstance(lido, dict):
            break
        lido = next((lido[nome] for nome in _DITO if lido.get(nome)), None)
    return mascarar_texto(sigilo.ocultar(lido, ditos))[:300] if isinstance(lido, str) else ""
