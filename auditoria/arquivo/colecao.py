"""The one place that talks to MongoDB. Whatever goes wrong there is an `ArquivoForaDoAr`, in words, without the address.

Writes are acknowledged by the majority and reads are of what the majority has (`erp.config.ambiente.mongo`): a document
that is read here survives the loss of the primary. Nothing here changes or removes a document.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final, cast
from uuid import UUID

import pymongo
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.errors import BSONError
from django.db import NotSupportedError, connections
from django_mongodb_backend.base import DatabaseWrapper
from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.collection import Collection
from pymongo.errors import (
    BulkWriteError,
    ConfigurationError,
    DocumentTooLarge,
    NotPrimaryError,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WTimeoutError,
)

from auditoria.arquivo import ALIAS, ArquivoForaDoAr
from auditoria.arquivo.documento import Documento, inteiro

NOME: Final = "auditoria_eventos"
DUPLICADO: Final = 11000
PEDACO: Final = 4_000  # documents read at once: a few megabytes
_CREDENCIAL, _PERMISSAO, _SEM_ESPACO = (18, 8000), (13,), (14031, 8000001)
# What another hand wrote is read too, to be named: an instant of no calendar, a text of no alphabet.
_QUALQUER: Final[CodecOptions[Documento]] = CodecOptions(
    uuid_representation=UuidRepresentation.STANDARD, datetime_conversion=DatetimeConversion.DATETIME_AUTO,
    unicode_decode_error_handler="replace",
)  # fmt: skip
_INDICES: Final = (
    IndexModel([("sequencia", ASCENDING)], name="sequencia", unique=True),  # one event to a place of the chain
    # the filters of the trail's page, each ending in its order
    *(
        IndexModel([*((campo, ASCENDING) for campo in campos), ("em", DESCENDING), ("_id", DESCENDING)], name=nome)
        for nome, campos in (
            ("por_quando", ()), ("por_acao", ("acao",)), ("por_ator", ("ator",)),
            ("por_objeto", ("objeto_id", "objeto")), ("por_tipo_de_objeto", ("objeto",)),
        )
    ),
)  # fmt: skip


def preparar() -> None:
    """Make the indexes that are not there."""
    with _em_palavras():
        ha = {indice["name"] for indice in _colecao().list_indexes()}
        if faltam := [indice for indice in _INDICES if indice.document["name"] not in ha]:
            _colecao().create_indexes(faltam)


def incluir(documentos: Sequence[Documento]) -> bool:
    """Add the documents that are not there. False: some `_id`, or some `sequencia`, was there already; the rest is in.

    Returns only when the majority has what was added.
    """
    with _em_palavras():
        try:
            _colecao().insert_many(documentos, ordered=False)
        except BulkWriteError as erro:
            ditos = erro.details or {}
            if ditos.get("writeConcernErrors"):
                raise ArquivoForaDoAr("o MongoDB gravou, mas a maioria dos servidores não confirmou a tempo") from None
            for recusa in ditos.get("writeErrors", ()):
                if recusa["code"] != DUPLICADO:
                    raise ArquivoForaDoAr(_da_operacao(recusa["code"])) from None
            return False
    return True


def por_id(ids: Sequence[UUID]) -> dict[UUID, Documento]:
    """The documents of these events."""
    with _em_palavras():
        return {d["_id"]: d for d in _colecao().find({"_id": {"$in": list(ids)}})}


def procurar(condicao: Mapping[str, Any], *, limite: int, para_cima: bool, segundos: float) -> list[Documento]:
    """Up to so many documents that meet a condition, newest first, or oldest first. It waits so many seconds in all."""
    sentido = ASCENDING if para_cima else DESCENDING
    with _em_palavras(), pymongo.timeout(segundos):
        return list(_colecao().find(condicao).sort([("em", sentido), ("_id", sentido)]).limit(limite))


def percorrer(condicao: Mapping[str, Any], por_vez: int) -> Iterator[list[Documento]]:
    """Every document that meets a condition, in no order, so many at a time: each answer has the driver's time limit."""
    with _em_palavras():
        lidos = iter(_colecao().find(condicao, batch_size=por_vez))
        while parte := list(itertools.islice(lidos, por_vez)):
            yield parte


def na_sequencia(sequencia: int) -> Documento | None:
    """The document at one place of the chain."""
    with _em_palavras():
        achado: Documento | None = _colecao().find_one({"sequencia": sequencia})
    return achado


class PorLugar:
    """The documents after one place of the chain and up to another, in order: one question for all of them.

    They are read as it goes, one piece ahead of who takes them, by a thread: the server works while we compare.
    """

    def __init__(self, depois_de: int, ate: int) -> None:
        self._lidos, self._adiante = _adiantado(_percorrer(depois_de, ate)), list[Documento]()

    def ate(self, fim: int, limite: int | None = None) -> list[Documento]:
        """Those up to one place that were not taken yet, and at most so many: a crowd between two places waits its turn.

        One whose place is no whole number, as only another hand writes it, comes as soon as it is read.
        """
        achados = list[Documento]()
        for lido in itertools.chain(self._adiante, self._lidos):
            if inteiro(lido["sequencia"]) and lido["sequencia"] > fim:
                self._adiante = [lido]
                return achados
            achados.append(lido)
            if len(achados) == limite:
                break
        self._adiante = []
        return achados


def _percorrer(depois_de: int, ate: int) -> Iterator[Documento]:
    with _em_palavras():
        onde = {"sequencia": {"$gt": depois_de, "$lte": ate}}
        cursor = _colecao().find(onde, batch_size=PEDACO).sort("sequencia", ASCENDING)
    return _ate_o_fim(cursor)


def _ate_o_fim(cursor: Iterator[Documento]) -> Iterator[Documento]:
    with _em_palavras():
        yield from cursor


def _adiantado(lidos: Iterator[Documento]) -> Iterator[Documento]:
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="arquivo") as leitor:
        proximo = leitor.submit(_pedaco, lidos)
        while pedaco := proximo.result():
            proximo = leitor.submit(_pedaco, lidos)
            yield from pedaco


def _pedaco(lidos: Iterator[Documento]) -> list[Documento]:
    return list(itertools.islice(lidos, PEDACO))


def fora_de(ate: int, limite: int) -> list[Documento]:
    """Some documents that are at no place of the chain: beyond its end, or with what is no place."""
    with _em_palavras():
        alem = list(_colecao().find({"sequencia": {"$gt": ate}}).limit(limite))
        return alem + list(_colecao().find({"sequencia": {"$not": {"$gte": 1}}}).limit(limite))


def _colecao() -> Collection[Documento]:
    colecao = cast("Collection[Documento]", cast(DatabaseWrapper, connections[ALIAS]).get_collection(NOME))
    return colecao.with_options(codec_options=_QUALQUER)


@contextmanager
def _em_palavras() -> Iterator[None]:
    """Without the driver's own words: they may repeat addresses, and documents."""
    try:
        yield
    except NotSupportedError:
        cast(DatabaseWrapper, connections[ALIAS]).close_pool()  # or it stays open, and the next call is let through
        raise ArquivoForaDoAr("o MongoDB é de uma versão antiga demais: é preciso a 6.0, ou mais nova") from None
    except (PyMongoError, BSONError, OSError) as erro:
        raise ArquivoForaDoAr(_motivo(erro)) from None


def _motivo(erro: Exception) -> str:
    if isinstance(erro, DocumentTooLarge):
        return "um evento é maior do que o MongoDB aceita (16 MB)"
    if isinstance(erro, WTimeoutError):
        return "o MongoDB gravou, mas a maioria dos servidores não confirmou a tempo"
    if isinstance(erro, NotPrimaryError):
        return "o MongoDB está sem servidor primário"
    if isinstance(erro, ServerSelectionTimeoutError):
        return "o MongoDB não responde, ou está sem servidor primário"
    if isinstance(erro, ConfigurationError):
        return (
            "AUDITORIA_MONGO_URL não serve para se conectar: confira servidores, usuário, opções e a versão do MongoDB"
        )
    if isinstance(erro, OperationFailure):
        return _da_operacao(erro.code)
    if isinstance(erro, BSONError):
        return "o MongoDB tem um documento que não se consegue ler"
    return f"o MongoDB não respondeu a tempo ou caiu no meio ({type(erro).__name__})"


def _da_operacao(codigo: Any) -> str:
    if codigo in _CREDENCIAL:
        return "o MongoDB recusou o usuário ou a senha de AUDITORIA_MONGO_URL"
    if codigo in _PERMISSAO:
        return "o usuário de AUDITORIA_MONGO_URL não pode gravar nem ler neste banco do MongoDB"
    if codigo in _SEM_ESPACO:
        return "o MongoDB está sem espaço em disco"
    return f"o MongoDB recusou a operação (código {codigo})"
