"""One request to the retaguarda, and what its answer means for the rows that were in it."""

import gzip
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx
import msgspec

from pdv.terminal.pacote import REPLICADOR, Tipo

RAIZ = "/api/pdv/v1/"
CAMINHO = RAIZ + "replicacao"
DO_CORPO = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
RESPOSTA_MAXIMA = 16 * 1024 * 1024
SEGUNDOS_POR_RESPOSTA = 300
TEMPOS = httpx.Timeout(60, connect=10)
# of the whole request, and no fault of any row in it: dividing the package would not help
_DE_CONFIGURACAO = frozenset({"VERSAO_NAO_SUPORTADA"})
_NUMEROSO = "OPERACOES_DEMAIS"


class Desfecho(Enum):
    """What became of a request."""

    RESPONDIDO = auto()  # per row
    TRANSITORIO = auto()  # link or server: again, later
    GRANDE = auto()  # 413: too many bytes
    NUMEROSO = auto()  # too many operations
    RECUSADO = auto()  # 400 or 422: something in it
    SEM_ACESSO = auto()  # key, address or version: a person must act


class Resultado(NamedTuple):
    """The server's word on one row."""

    resultado: str
    motivo: str


@dataclass(frozen=True, slots=True)
class Resposta:
    """`corpo`: the object answered, with its `resultados` by (type, identity) when it was to a package.

    `esperar` in seconds, where the server asked for it.
    """

    desfecho: Desfecho
    mensagem: str = ""
    resultados: Mapping[tuple[Tipo, tuple[Any, ...]], Resultado] = field(default_factory=dict)
    esperar: float | None = None
    corpo: Mapping[str, Any] = field(default_factory=dict)


class EnderecoInvalido(ValueError):
    """O endereço da retaguarda não serve."""


class Cliente:
    """The retaguarda at `url`, asked with `chave`. Never raises for what the network or the server does."""

    def __init__(self, url: str, chave: str, *, tempos: httpx.Timeout = TEMPOS) -> None:
        if not (chave and chave.isascii() and chave.isprintable()) or " " in chave:
            raise EnderecoInvalido("a chave não pode ser vazia nem ter espaços ou acentos")
        self.url = _endereco(url)
        self._http = httpx.Client(
            timeout=tempos,
            headers={
                "Authorization": f"Api-Key {chave}",
                "Accept": "application/json",
                "User-Agent": f"retaguarda-replicador/{REPLICADOR}",
            },
        )

    def fechar(self) -> None:
        self._http.close()

    def enviar(self, corpo: bytes) -> Resposta:
        """Post a package and read its answer."""
        return self._pedir("POST", self.url, gzip.compress(corpo, 5, mtime=0))

    def perguntar(self, recurso: str, **parametros: str) -> Resposta:
        """Get what stands beside the replication: `perguntar("comandos", instalacao=...)`."""
        return self._pedir("GET", self._ao_lado(recurso), parametros=parametros)

    def avisar(self, recurso: str, corpo: object) -> Resposta:
        """Post an object beside the replication: `avisar("comandos/7", {...})`."""
        return self._pedir("POST", self._ao_lado(recurso), gzip.compress(msgspec.json.encode(corpo), 5, mtime=0))

    def _ao_lado(self, recurso: str) -> str:
        return f"{self.url.removesuffix(CAMINHO)}{RAIZ}{recurso}"

    def _pedir(
        self, metodo: str, url: str, conteudo: bytes | None = None, parametros: Mapping[str, str] | None = None
    ) -> Resposta:
        cabecalhos = {} if conteudo is None else DO_CORPO
        try:
            with self._http.stream(metodo, url, content=conteudo, params=parametros, headers=cabecalhos) as resposta:
                return interpretar(resposta.status_code, resposta.headers, _ler(resposta))
        except httpx.HTTPError as erro:
            return Resposta(Desfecho.TRANSITORIO, f"sem resposta da retaguarda: {erro or type(erro).__name__}")


def _endereco(url: str) -> str:
    partes = urlsplit(url.strip())
    if partes.scheme not in ("http", "https") or not partes.netloc or partes.query or partes.fragment:
        raise EnderecoInvalido(f"endereço esperado como https://retaguarda.exemplo.com.br, recebido {url!r}")
    base = url.strip().rstrip("/")
    return base if base.endswith(CAMINHO) else base + CAMINHO


def _ler(resposta: httpx.Response) -> bytes:
    """The body, within limits of size and time: a server that drips keeps every single read timeout happy."""
    fim = time.monotonic() + SEGUNDOS_POR_RESPOSTA
    partes, tamanho = [], 0
    for parte in resposta.iter_bytes():
        partes.append(parte)
        tamanho += len(parte)
        if tamanho > RESPOSTA_MAXIMA or time.monotonic() > fim:
            raise httpx.ReadError("a resposta não termina")
    return b"".join(partes)


def interpretar(status: int, cabecalhos: Mapping[str, str], corpo: bytes) -> Resposta:
    """Status, headers and body to what the replicator does next."""
    lido = _json(corpo)
    if status == 200:
        if not isinstance(lido, dict):
            return Resposta(Desfecho.TRANSITORIO, "a resposta não é da retaguarda: não é um objeto JSON")
        return Resposta(Desfecho.RESPONDIDO, resultados=dict(_resultados(lido)), corpo=lido)
    codigo, mensagem = _erro(status, lido)
    if status == 413:
        return Resposta(Desfecho.GRANDE, mensagem)
    if codigo == _NUMEROSO:
        return Resposta(Desfecho.NUMEROSO, mensagem)
    if status in (400, 422) and codigo not in _DE_CONFIGURACAO:
        return Resposta(Desfecho.RECUSADO, mensagem)
    if status >= 500 or status in (408, 425, 429):
        return Resposta(Desfecho.TRANSITORIO, mensagem, esperar=ler_retry_after(cabecalhos.get("retry-after", "")))
    if 300 <= status < 400:
        mensagem = f"o endereço leva a outro lugar ({cabecalhos.get('location', '?')}): informe o endereço final"
    return Resposta(Desfecho.SEM_ACESSO, mensagem)


def _json(corpo: bytes) -> Any:
    try:
        return msgspec.json.decode(corpo)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _erro(status: int, lido: Any) -> tuple[str, str]:
    if not isinstance(lido, dict):
        return "", f"HTTP {status}"
    codigo = str(lido.get("codigo") or f"HTTP {status}")
    return codigo, f"{codigo}: {lido.get('mensagem') or 'sem explicação'}"


def _resultados(lido: dict[str, Any]) -> Iterator[tuple[tuple[Tipo, tuple[Any, ...]], Resultado]]:
    nomes = {Tipo.TURNO: ("id_turno",), Tipo.OPERACAO: ("id_operacao",), Tipo.NOTA: ("chave", "numero")}
    for tipo in Tipo:
        linhas = lido.get(tipo)
        for linha in linhas if isinstance(linhas, list) else ():
            if not isinstance(linha, dict):
                continue
            identidade = tuple(linha.get(nome) for nome in nomes[tipo])
            if all(type(parte) in (int, str) for parte in identidade):
                yield (tipo, identidade), Resultado(str(linha.get("resultado")), _motivo(linha))


def _motivo(linha: dict[str, Any]) -> str:
    return ": ".join(str(linha[nome]) for nome in ("codigo", "mensagem") if linha.get(nome))


def ler_retry_after(texto: str) -> float | None:
    """Seconds, of a number of seconds or of a date (RFC 9110); None when it is neither."""
    texto = texto.strip()
    if texto.isascii() and texto.isdigit():
        return float(texto[:9])
    try:
        quando = parsedate_to_datetime(texto)
    except ValueError:
        return None
    quando = quando if quando.tzinfo else quando.replace(tzinfo=UTC)
    return max(0.0, (quando - datetime.now(UTC)).total_seconds())
