"""A day of the trail for a stranger: its events in the order of the seals, its signed digest, and the public key.

docs/conferir_auditoria.py checks the three without this code.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID

from django.db import transaction

from auditoria import chaves, guardados, serial
from auditoria.arquivo import servico
from auditoria.models import ChaveAssinatura, Resumo
from auditoria.sensivel import sensivel
from auditoria.services import Ator, registrar
from auditoria.verificacao.elos import Elo, paginas
from auditoria.verificacao.retiradas import Retiradas

PEDACO: Final = 256 * 1024  # of what is sent at once


class SemResumo(LookupError):
    """Este dia ainda não tem resumo: um dia é resumido depois que acaba."""

    def __init__(self, dia: date) -> None:
        super().__init__(f"{self.__doc__} Dia: {dia:%d/%m/%Y}.")


class Exportado(NamedTuple):
    """The three files, and how many events there are."""

    eventos: Path
    resumo: Path
    chave: Path
    quantos: int


@sensivel("auditoria.dia_exportado")
def exportar(dia: date, pasta: Path, *, ator: Ator) -> Exportado:
    """Write a day's events (JSONL), digest (JSON) and key (PEM) to a folder, and record that it was done.

    Raises `SemResumo`; `ArquivoForaDoAr` and `SemArquivo` when events of that day are in the archive alone, and it does not
    answer. Files of the same name are written over. An event that is nowhere any more goes as null.
    """
    resumo = _do_dia(dia)
    pasta.mkdir(parents=True, exist_ok=True)
    eventos = _comecados(resumo)
    _registrar(resumo, ator)
    caminhos = []
    for nome, pedacos in _arquivos(resumo, eventos):
        caminhos.append(pasta / nome)
        with caminhos[-1].open("wb") as saida:
            saida.writelines(pedacos)
    do_dia, assinado, chave = caminhos
    return Exportado(do_dia, assinado, chave, resumo.quantidade)


@sensivel("auditoria.dia_exportado")
def em_zip(dia: date, *, ator: Ator) -> Iterator[bytes]:
    """The same three files as one, made as it is read, so that a day of any size fits. Raises as `exportar`, at once."""
    resumo = _do_dia(dia)
    eventos = _comecados(resumo)
    _registrar(resumo, ator)
    return _comprimir(_arquivos(resumo, eventos))


def _comprimir(arquivos: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[bytes]:
    saida = _Passagem()
    with zipfile.ZipFile(saida, "w", zipfile.ZIP_DEFLATED) as pacote:  # type: ignore[call-overload]  # it asks no more than `write` and `flush`
        for nome, pedacos in arquivos:
            with pacote.open(nome, "w", force_zip64=True) as dentro:
                for pedaco in pedacos:
                    dentro.write(pedaco)
                    if saida.cheia:
                        yield saida.tirar()
    yield saida.tirar()


class _Passagem:
    """What was written and nobody took yet. It has no `seek`: the zip is made without going back."""

    def __init__(self) -> None:
        self._guardado = bytearray()

    def write(self, pedaco: bytes) -> int:
        self._guardado += pedaco
        return len(pedaco)

    def flush(self) -> None:
        """Nothing is held back."""

    @property
    def cheia(self) -> bool:
        return len(self._guardado) >= PEDACO

    def tirar(self) -> bytes:
        tirado, self._guardado = bytes(self._guardado), bytearray()
        return tirado


def _do_dia(dia: date) -> Resumo:
    resumo = Resumo.objects.filter(dia=dia).first()
    if resumo is None:
        raise SemResumo(dia)
    return resumo


def _registrar(resumo: Resumo, ator: Ator) -> None:
    with transaction.atomic():
        registrar(
            acao="auditoria.dia_exportado", ator=ator, objeto="auditoria.Resumo", objeto_id=str(resumo.dia),
            depois={"quantidade": resumo.quantidade},
        )  # fmt: skip


def _comecados(resumo: Resumo) -> Iterator[bytes]:
    """The events, the first page of them read: what stands in the way is told before anything is recorded or sent."""
    pedacos = _eventos(resumo)
    return chain([next(pedacos, b"")], pedacos)


def _arquivos(resumo: Resumo, eventos: Iterator[bytes]) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Each file by its name, in pieces: the events, the digest, the key."""
    yield f"auditoria-{resumo.dia}.jsonl", eventos
    yield f"resumo-{resumo.dia}.json", iter([guardados.texto(resumo).encode()])
    yield "chave.pem", iter([_chave(resumo).encode()])


def _chave(resumo: Resumo) -> str:
    """Ours as we know it; of a key that is not ours, what the database says, for whoever receives it to see."""
    if (nossa := chaves.confiaveis().get(resumo.chave)) is not None:
        return chaves.em_pem(nossa)
    return ChaveAssinatura.objects.filter(pk=resumo.chave).values_list("publica", flat=True).first() or ""


def _eventos(resumo: Resumo) -> Iterator[bytes]:
    if resumo.primeira is None or resumo.ultima is None:
        return
    for pagina in paginas(resumo.primeira - 1, resumo.ultima):
        sairam = _os_que_sairam(pagina)
        yield "".join(_linha(elo, elo.conteudo or sairam.get(elo.evento)) for elo in pagina).encode()


def _os_que_sairam(pagina: list[Elo]) -> dict[UUID, bytes]:
    """From the archive, the events that left PostgreSQL with their partition; of one that was taken no copy is given."""
    retiradas = Retiradas()
    faltam = [elo.evento for elo in pagina if elo.conteudo is None and retiradas.contem(elo.sequencia, elo.evento)]
    return servico.conteudos(faltam) if faltam else {}


def _linha(elo: Elo, conteudo: bytes | None) -> str:
    """The event goes as a text, so that whoever reads it has the very bytes that were sealed."""
    dito = {
        "sequencia": elo.sequencia, "selado_em": serial.instante(elo.selado_em), "hash": elo.hash.hex(),
        "evento": None if conteudo is None else conteudo.decode(),
    }  # fmt: skip
    return json.dumps(dito, ensure_ascii=False) + "\n"
