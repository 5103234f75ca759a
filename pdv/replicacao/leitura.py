"""From the bytes of a package to rows that are ready or refused, one by one. Pure.

A package without a fault is decoded in one go. When that fails the rows are decoded one by one, so that the bad one
is refused and the others get in; a body that is not quite JSON (NaN, half a surrogate pair, bytes that are no UTF-8)
is read by a tolerant reader first, for the same reason.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct

from pdv.replicacao import rules
from pdv.replicacao.codigos import CodigoLinha, CodigoPacote, PacoteRecusado
from pdv.replicacao.esquema import VERSAO, Nota, Operacao, Pacote, PacoteCru, Turno
from pdv.replicacao.explicacao import Problema, explicar, ler_tolerante, mostrar, resumir
from pdv.replicacao.rules import Limites, NotaPronta, OperacaoPronta, Suspeita, TurnoPronto

MAIOR_REPLICADOR: Final = 40
# A row of the wire has some twenty bytes to a comma. Millions of elements of two bytes would take forty times the
# body in memory before anybody could count them.
BYTES_POR_VIRGULA: Final = 8
VIRGULAS_SEMPRE_ACEITAS: Final = 20_000
_ILEGIVEL = (msgspec.MsgspecError, UnicodeError, RecursionError)
_pacote = msgspec.json.Decoder(Pacote)
_pacote_cru = msgspec.json.Decoder(PacoteCru)

S = TypeVar("S", bound=Struct)
P = TypeVar("P")


class Recusada(NamedTuple):
    """A row that does not get in: `eco` is its identifier as far as it could be read, `conteudo` its bytes."""

    tipo: str
    identificador: str
    eco: dict[str, Any]
    codigo: CodigoLinha
    mensagem: str
    conteudo: bytes


class Lido(NamedTuple):
    """A package read: each row ready for staging or refused, in the order in which they came."""

    instalacao: UUID
    replicador: str
    turnos: list[TurnoPronto | Recusada]
    operacoes: list[OperacaoPronta | Recusada]
    notas: list[NotaPronta | Recusada]


class _Forma(NamedTuple):
    """How one kind of row is read."""

    tipo: str
    esquema: type[Struct]
    chave: tuple[str, ...]
    preparar: Callable[[Any, Limites], Any]
    montar: Callable[[Any], Any]


_TURNO = _Forma("turno", Turno, ("id_turno",), rules.preparar_turno, rules.montar_turno)
_OPERACAO = _Forma("operacao", Operacao, ("id_operacao",), rules.preparar_operacao, rules.montar_operacao)
_NOTA = _Forma("nota", Nota, ("chave", "numero"), rules.preparar_nota, rules.montar_nota)


def ler_pacote(corpo: bytes, limites: Limites) -> Lido:
    """Decode and check a whole package. Raises PacoteRecusado when no row of it can be told from another."""
    try:
        pacote = _pacote.decode(corpo)
    except _ILEGIVEL:
        return _ler_linha_a_linha(corpo, limites)
    instalacao, replicador = _cabecalho(pacote.versao, pacote.instalacao, pacote.replicador)
    _conferir_quantidades(pacote, limites)
    brutos = _Brutos(corpo)
    return Lido(
        instalacao,
        replicador,
        _preparar(pacote.turnos, _TURNO, limites, brutos.turnos),
        _preparar(pacote.operacoes, _OPERACAO, limites, brutos.operacoes),
        _preparar(pacote.notas, _NOTA, limites, brutos.notas),
    )


class _Brutos:
    """The bytes of each row, decoded from the body only if a row turns out to be suspicious."""

    def __init__(self, corpo: bytes) -> None:
        self._corpo = corpo
        self._cru: PacoteCru | None = None

    def _pacote(self) -> PacoteCru:
        self._cru = self._cru or _pacote_cru.decode(self._corpo)
        return self._cru

    def turnos(self, posicao: int) -> bytes:
        return bytes(self._pacote().turnos[posicao])

    def operacoes(self, posicao: int) -> bytes:
        return bytes(self._pacote().operacoes[posicao])

    def notas(self, posicao: int) -> bytes:
        return bytes(self._pacote().notas[posicao])


def _preparar(linhas: Sequence[Any], forma: _Forma, limites: Limites, bruto: Callable[[int], bytes]) -> list[Any]:
    preparar = forma.preparar
    prontas = []
    for posicao, linha in enumerate(linhas):
        try:
            prontas.append(preparar(linha, limites))
        except Suspeita:
            prontas.append(_examinar(linha, bruto(posicao), forma, limites))
    return prontas


def _examinar(linha: Struct | None, bruto: bytes, forma: _Forma, limites: Limites) -> Any:
    """The row of a suspicious `linha` (None when it does not decode): ready after all, or refused with its reasons."""
    problemas = explicar(bruto, forma.esquema, limites)
    if linha is not None and not problemas:
        return forma.montar(linha)
    return recusar(forma.tipo, bruto, problemas or [Problema(CodigoLinha.LINHA_ILEGIVEL, "", "linha ilegível")])


def recusar(tipo: str, bruto: bytes, problemas: list[Problema]) -> Recusada:
    """The refusal of a row, with what of its identifier can be read and stored."""
    codigo, mensagem = resumir(problemas)
    eco = _eco(tipo, bruto)
    return Recusada(tipo, _identificador(eco, bruto), eco, codigo, mensagem, bruto)


def _eco(tipo: str, bruto: bytes) -> dict[str, Any]:
    """The key fields of a row, null where they are not what they should be."""
    try:
        valor = ler_tolerante(bruto)
    except ValueError:
        valor = None
    lido = valor if isinstance(valor, dict) else {}
    if tipo == "nota":
        return {"chave": _texto_curto(lido.get("chave")), "numero": _numero(lido.get("numero"))}
    campo = f"id_{tipo}"
    return {campo: _numero(lido.get(campo))}


def _numero(valor: object) -> int | None:
    cabe = isinstance(valor, int) and not isinstance(valor, bool) and abs(valor) < 2**63
    return valor if cabe else None  # type: ignore[return-value]  # `cabe` says that it is an int


def _texto_curto(valor: object) -> str | None:
    return valor if isinstance(valor, str) and len(valor) <= 44 and valor.isprintable() else None


def _identificador(eco: dict[str, Any], bruto: bytes) -> str:
    """What names the row from one attempt to the next: its key, else its content."""
    if None in eco.values():
        return f"conteudo {sha256(bruto).hexdigest()[:16]}"
    return identificador(*eco.values())


def identificador(*chave: object) -> str:
    """How a row is named in `Rejeicao`: `123` for an operation or a turno, `<chave>/<numero>` for a note."""
    return "/".join(map(str, chave))


def _ler_linha_a_linha(corpo: bytes, limites: Limites) -> Lido:
    _conferir_densidade(corpo)
    cru = _ler_cru(corpo)
    instalacao, replicador = _cabecalho(cru.versao, cru.instalacao, cru.replicador)
    _conferir_quantidades(cru, limites)
    return Lido(
        instalacao,
        replicador,
        [_ler_linha(bytes(bruto), _TURNO, limites) for bruto in cru.turnos],
        [_ler_linha(bytes(bruto), _OPERACAO, limites) for bruto in cru.operacoes],
        [_ler_linha(bytes(bruto), _NOTA, limites) for bruto in cru.notas],
    )


def _conferir_densidade(corpo: bytes) -> None:
    virgulas = corpo.count(b",")
    if virgulas > VIRGULAS_SEMPRE_ACEITAS + len(corpo) // BYTES_POR_VIRGULA:
        mensagem = f"O JSON não tem a forma de um pacote: {virgulas} vírgulas em {len(corpo)} bytes."
        raise PacoteRecusado(CodigoPacote.PACOTE_INVALIDO, mensagem)


def _ler_linha(bruto: bytes, forma: _Forma, limites: Limites) -> Any:
    try:
        linha = msgspec.json.decode(bruto, type=forma.esquema)
    except _ILEGIVEL:
        return _examinar(None, bruto, forma, limites)
    return _preparar([linha], forma, limites, lambda _: bruto)[0]


def _ler_cru(corpo: bytes) -> PacoteCru:
    try:
        return _pacote_cru.decode(corpo)
    except msgspec.ValidationError as erro:
        raise PacoteRecusado(CodigoPacote.PACOTE_INVALIDO, f"O JSON não tem a forma de um pacote: {erro}") from None
    except _ILEGIVEL:
        return _ler_tolerante(corpo)


def _ler_tolerante(corpo: bytes) -> PacoteCru:
    try:
        valor = ler_tolerante(corpo)
    except ValueError as erro:
        raise PacoteRecusado(CodigoPacote.JSON_INVALIDO, f"O corpo não é JSON: {erro}") from None
    if not isinstance(valor, dict):
        raise PacoteRecusado(CodigoPacote.PACOTE_INVALIDO, f"Esperado um objeto, recebido {mostrar(valor)}.")
    secoes = {nome: _como_linhas(nome, valor.pop(nome, [])) for nome in ("turnos", "operacoes", "notas")}
    versao, instalacao, replicador = (valor.get(nome) for nome in ("versao", "instalacao", "replicador"))
    return PacoteCru(versao=versao, instalacao=instalacao, replicador=replicador or "", **secoes)


def _como_linhas(nome: str, linhas: object) -> list[msgspec.Raw]:
    if not isinstance(linhas, list):
        raise PacoteRecusado(CodigoPacote.PACOTE_INVALIDO, f"{nome}: esperada uma lista, recebido {mostrar(linhas)}.")
    try:
        return [msgspec.Raw(json.dumps(linha, default=str).encode("ascii")) for linha in linhas]
    except RecursionError:
        raise PacoteRecusado(CodigoPacote.JSON_INVALIDO, f"{nome}: objetos aninhados demais.") from None


def _cabecalho(versao: object, instalacao: object, replicador: object) -> tuple[UUID, str]:
    if isinstance(versao, bool) or not isinstance(versao, int):
        raise PacoteRecusado(CodigoPacote.PACOTE_INVALIDO, f"versao: esperado {VERSAO}, recebido {mostrar(versao)}.")
    if versao != VERSAO:
        mensagem = f"versao: esta retaguarda lê a versão {VERSAO}, recebida a {mostrar(versao)}."
        raise PacoteRecusado(CodigoPacote.VERSAO_NAO_SUPORTADA, mensagem, versoes=[VERSAO])
    if not isinstance(replicador, str) or len(replicador) > MAIOR_REPLICADOR or not replicador.isprintable():
        mensagem = (
            f"replicador: esperado um texto de até {MAIOR_REPLICADOR} caracteres, recebido {mostrar(replicador)}."
        )
        raise PacoteRecusado(CodigoPacote.PACOTE_INVALIDO, mensagem)
    try:
        return msgspec.convert(instalacao, UUID), replicador
    except _ILEGIVEL:
        mensagem = f"instalacao: esperado um UUID, recebido {mostrar(instalacao)}."
        raise PacoteRecusado(CodigoPacote.PACOTE_INVALIDO, mensagem) from None


def _conferir_quantidades(pacote: Pacote | PacoteCru, limites: Limites) -> None:
    for nome, linhas, codigo in (
        ("operações", pacote.operacoes, CodigoPacote.OPERACOES_DEMAIS),
        ("notas", pacote.notas, CodigoPacote.NOTAS_DEMAIS),
        ("turnos", pacote.turnos, CodigoPacote.TURNOS_DEMAIS),
    ):
        if len(linhas) > limites.linhas:
            mensagem = f"No máximo {limites.linhas} {nome} por pacote, recebidas {len(linhas)}. Envie pacotes menores."
            raise PacoteRecusado(codigo, mensagem, limite=limites.linhas, recebidas=len(linhas))
