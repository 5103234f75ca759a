"""An event as the archive keeps it: all its fields, with its seal. Pure; docs/auditoria.md says the same.

Nothing in a document is rounded by MongoDB: instants are texts in UTC with microseconds (which sort as they are), `antes`
and `depois` are canonical JSON as text (numbers of any size, keys with points, any depth). So the event's bytes, and from
them its seal, are computed from the archive alone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from auditoria import serial
from auditoria.serial import Forma, Linha
from auditoria.verificacao.elos import Elo

Documento = dict[str, Any]
_DO_SELO: Final = ("sequencia", "selado_em", "selo", "v")
_INTEIROS: Final = ("sequencia", "v")
_TEXTOS: Final = ("ator_tipo", "ator", "acao", "objeto", "objeto_id", "motivo", "request_id")


class Selado(NamedTuple):
    """A seal with its event, and how the event is written (`serial.formar`)."""

    sequencia: int
    hash: bytes
    selado_em: datetime
    linha: Linha
    forma: Forma


def como_selado(elo: Elo) -> Selado | None:
    """What PostgreSQL has at a seal; None when the event is not there."""
    if elo.linha is None or elo.forma is None:
        return None
    return Selado(elo.sequencia, elo.hash, elo.selado_em, elo.linha, elo.forma)


class DocumentoEstranho(ValueError):
    """O documento não tem os campos, os tipos ou a grafia que o arquivo escreve."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def documento(selado: Selado) -> Documento:
    """What is written to the archive, and never changes."""
    linha, forma = selado.linha, selado.forma
    return {
        "_id": linha.id,
        "sequencia": selado.sequencia,
        "selado_em": serial.instante(selado.selado_em),
        "selo": selado.hash.hex(),
        "v": serial.VERSAO,
        "em": forma.em,
        "ator_tipo": linha.ator_tipo,
        "ator": linha.ator,
        "acao": linha.acao,
        "objeto": linha.objeto,
        "objeto_id": linha.objeto_id,
        "antes": None if linha.antes is None else forma.antes,
        "depois": None if linha.depois is None else forma.depois,
        "motivo": linha.motivo,
        "ip": linha.ip,
        "request_id": linha.request_id,
    }


def diferencas(devido: Documento, lido: Documento) -> list[str]:
    """The fields in which a document is not what it must be; a number of another type is another (1.0, true)."""
    inteiros = all(inteiro(lido.get(campo)) for campo in _INTEIROS)
    if inteiros and devido == lido:
        return []
    return sorted(
        campo for campo in {*devido, *lido}
        if campo not in devido or campo not in lido or devido[campo] != lido[campo]
        or (campo in _INTEIROS and not inteiro(lido[campo]))
    )  # fmt: skip


def inteiro(valor: Any) -> bool:
    """Whether this is a whole number, as MongoDB keeps one."""
    return isinstance(valor, int) and not isinstance(valor, bool)


def ler(lido: Documento) -> Selado:
    """The seal and the event of a document. Raises `DocumentoEstranho` for what `documento` would not have written."""
    try:
        campos = {nome: valor for nome, valor in lido.items() if nome not in (*_DO_SELO, "_id", "em")}
        linha = Linha(id=lido["_id"], em=datetime.fromisoformat(lido["em"]), **campos)
        selado_em = datetime.fromisoformat(lido["selado_em"])
        selado = Selado(lido["sequencia"], bytes.fromhex(lido["selo"]), selado_em, linha, serial.formar(linha))
        textos = all(isinstance(lido[campo], str) for campo in _TEXTOS) and isinstance(linha.ip, str | None)
        igual = textos and isinstance(linha.id, UUID) and not diferencas(documento(selado), lido)
    except (LookupError, TypeError, ValueError, OverflowError, AttributeError, AssertionError, RecursionError):
        igual = False
    if not igual:
        raise DocumentoEstranho
    return selado
