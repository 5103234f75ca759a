"""What an emitter told of a note, as things learned of it: its files, and its word where they are silent. Pure."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from typing import NamedTuple

from erp.fiscal.andamento import Vinda
from erp.fiscal.emissores.portas import NotaRemota
from erp.fiscal.models import EventoNota
from erp.fiscal.xml import DocumentoLido, Estado, XmlIlegivel, ler_documento
from erp.fiscal.xml.situacao import ORDEM

DO_EMISSOR = "EMISSOR"  # in place of the kind of event, where only the emitter says so


class Arquivos(NamedTuple):
    """The files that were fetched."""

    xml: bytes | None = None
    xml_evento: bytes | None = None
    danfe: bytes | None = None


class Lida(NamedTuple):
    """`estranhezas` are files that are not what they should be: kept, and not believed."""

    vindas: tuple[Vinda, ...]
    estranhezas: tuple[str, ...]


def vindas_de(nota: NotaRemota, arquivos: Arquivos) -> Lida:
    """In the order of the note's life: the note itself, its event, and the emitter's word if it says more than both."""
    vindas: list[Vinda] = []
    estranhezas: list[str] = []
    for nome, xml in (("XML da nota", arquivos.xml), ("XML do cancelamento", arquivos.xml_evento)):
        if xml is None:
            continue
        try:
            vindas.append(_do_xml(nota, xml))
        except XmlIlegivel as erro:
            estranhezas.append(f"o {nome} não serve: {erro}")
    palavra = None if estranhezas else _palavra(nota, vindas)  # who shows another note's file may mean another note
    return Lida((*vindas, *([palavra] if palavra else [])), tuple(estranhezas))


def _do_xml(nota: NotaRemota, xml: bytes) -> Vinda:
    lido = ler_documento(xml)
    chaves = {lido.chave, lido.chave_cancelada} - {""}
    if nota.chave not in chaves:
        raise XmlIlegivel(f"é de outra nota ({', '.join(sorted(chaves)) or 'sem chave'})")
    return Vinda(lido, lido.estados, texto_de(xml))


def _palavra(nota: NotaRemota, vindas: Sequence[Vinda]) -> Vinda | None:
    if nota.situacao not in ORDEM:
        return None
    provado = max((ORDEM[e.situacao] for v in vindas for e in v.estados), default=-1)
    if ORDEM[nota.situacao] <= provado:
        return None
    estado = Estado(
        nota.situacao,  # type: ignore[arg-type]  # one of ORDEM's
        nota.cstat,
        nota.protocolo,
        evento=DO_EMISSOR,
    )
    return Vinda(DocumentoLido(tipo="desconhecido", chave=nota.chave), (estado,))


def serve(nome: str, conteudo: bytes) -> bool:
    """Whether a file is what its name says, as far as it can be read: one cut short is fetched again."""
    if nome == "danfe":
        inicio = conteudo[:1024].lstrip().lower()
        return inicio.startswith(b"%pdf") or (inicio.startswith(b"<") and b"<html" in inicio)  # Focus's is a page
    try:
        ler_documento(conteudo)
    except XmlIlegivel:
        return False
    return True


def da_nota(nome: str, conteudo: bytes, chave: str) -> bool:
    """Whether a file that `serve` speaks of this note; what has no key to be told by is taken as if it did."""
    if nome == "danfe" or not chave:
        return True
    try:
        lido = ler_documento(conteudo)
    except XmlIlegivel:
        return False
    return chave in (lido.chave, lido.chave_cancelada)


def texto_de(xml: bytes) -> str:
    """The file as text, for the column where XML is kept."""
    if b"\0" in xml:
        return xml.decode(_utf16(xml), errors="replace").replace("\0", "")
    try:
        return xml.decode("utf-8-sig")
    except UnicodeDecodeError:
        return xml.decode("latin-1")


def _utf16(xml: bytes) -> str:
    if xml.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-16-be" if xml.startswith(b"\0") else "utf-16-le"


def altura(situacao: str) -> int:
    """Where a situation of an event stands among the states of a document; -1 for what is no state of it."""
    return ORDEM.get(situacao, -1)


TERMINOU = frozenset(
    s.value
    for s in (
        EventoNota.Situacao.AUTORIZADA,
        EventoNota.Situacao.CANCELADA,
        EventoNota.Situacao.DENEGADA,
        EventoNota.Situacao.REJEITADA,
    )
)
