"""Reading events from the archive: those that PostgreSQL has no more, or has otherwise."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from auditoria import serial
from auditoria.arquivo import colecao
from auditoria.arquivo.documento import Documento, DocumentoEstranho, Selado, ler
from auditoria.trilha.filtro import Filtro, Trecho, Visto

SEGUNDOS: Final = 4.0  # that a page waits for MongoDB
POR_VEZ: Final = 200  # documents in memory, where all of a person's are read
ESTRANHOS_MAXIMO: Final = 200  # on one page: past so many, somebody did it, and the verification names them


class Achados(NamedTuple):
    """What the archive has of a stretch; `estranhos` are documents that are not as we write them, and are not shown."""

    vistos: list[Visto]
    estranhos: int


def conteudos(ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """The canonical bytes of these events; one whose document is not as we write them is not there."""
    achados = {}
    for id_, lido in colecao.por_id(ids).items():
        with contextlib.suppress(DocumentoEstranho):
            achados[id_] = ler(lido).forma.conteudo
    return achados


def procurar(filtro: Filtro, trecho: Trecho) -> Achados:
    """As `trilha.banco.procurar`, of the archive. Raises `ArquivoForaDoAr`, after `SEGUNDOS` at the latest."""
    achados = _ler(filtro, trecho, trecho.limite)
    return _ler(filtro, trecho, trecho.limite + ESTRANHOS_MAXIMO) if achados.estranhos else achados


def _ler(filtro: Filtro, trecho: Trecho, limite: int) -> Achados:
    lidos = colecao.procurar(_condicao(filtro, trecho), limite=limite, para_cima=trecho.para_cima, segundos=SEGUNDOS)
    vistos, estranhos = _achados(lidos)
    return Achados(vistos[: trecho.limite], estranhos)


def das_coisas(objetos: Sequence[str], ids: Sequence[str], ate: datetime) -> Iterator[Achados]:
    """All that was done to these things up to an instant, in no order, a few at a time. Raises `ArquivoForaDoAr`."""
    condicao = {
        "objeto_id": {"$in": list(ids)}, "objeto": {"$in": list(objetos)}, "em": {"$lte": serial.instante(ate)},
    }  # fmt: skip
    yield from map(_achados, colecao.percorrer(condicao, POR_VEZ))


def de_ids(ids: Sequence[UUID]) -> Iterator[Achados]:
    """Those of these events that the archive has, a few at a time. Raises `ArquivoForaDoAr`."""
    yield from map(_achados, colecao.percorrer({"_id": {"$in": list(ids)}}, POR_VEZ))


def um(id_: UUID) -> Visto | None:
    """One event of the archive, if it is there as we write them. Raises `ArquivoForaDoAr`."""
    lidos = colecao.procurar({"_id": id_}, limite=1, para_cima=False, segundos=SEGUNDOS)
    return _visto(lidos[0]) if lidos else None


def _condicao(filtro: Filtro, trecho: Trecho) -> dict[str, Any]:
    pedidas: dict[str, Any] = {
        "ator": filtro.ator, "acao": filtro.acao, "objeto": filtro.objeto, "objeto_id": filtro.objeto_id,
    }  # fmt: skip
    condicao = {campo: valor for campo, valor in pedidas.items() if valor}
    limites = {"$gte": filtro.desde, "$lt": filtro.ate}
    if periodo := {qual: serial.instante(quando) for qual, quando in limites.items() if quando is not None}:
        condicao["em"] = periodo
    if trecho.de is not None:
        qual, em = "$gt" if trecho.para_cima else "$lt", serial.instante(trecho.de.em)
        condicao["$or"] = [{"em": {qual: em}}, {"em": em, "_id": {qual: trecho.de.id}}]
    return condicao


def _achados(lidos: Sequence[Documento]) -> Achados:
    vistos = [visto for lido in lidos if (visto := _visto(lido)) is not None]
    return Achados(vistos, len(lidos) - len(vistos))


def _visto(lido: Documento) -> Visto | None:
    try:
        selado: Selado = ler(lido)
    except DocumentoEstranho:
        return None
    return Visto(selado.linha, selado.sequencia, selado.selado_em, selado.hash, do_arquivo=True)
