"""What an emitter is asked for: the note as it is now, and its files. Nothing is written here."""

from __future__ import annotations

from typing import Final, NamedTuple

from erp.fiscal.emissores.leitura import Arquivos, da_nota, serve
from erp.fiscal.emissores.portas import TIPOS, Emissor, NotaRemota, Pista
from erp.fiscal.models import ArquivoDoEmissor
from erp.provedores.erros import FalhaDefinitiva, FalhaDoProvedor

_NOMES: Final = {"xml": "o XML da nota", "xml_evento": "o XML do cancelamento", "danfe": "o DANFE"}


class Baixados(NamedTuple):
    """The files, and why some are still missing; empty when none is."""

    arquivos: Arquivos
    falta: str


def perguntar(emissor: Emissor, pista: Pista) -> NotaRemota:
    """The note now; when nobody said of which kind it is, of the kind that the emitter knows it as."""
    if pista.tipo:
        return emissor.consultar(pista.tipo, pista.ref)
    for tipo in TIPOS:
        try:
            return emissor.consultar(tipo, pista.ref)
        except FalhaDefinitiva as erro:
            if erro.status != 404:
                raise
    raise FalhaDefinitiva("HTTP_404", "o emissor não conhece esta nota, nem como NFC-e nem como NF-e", status=404)


def baixar(emissor: Emissor, nota: NotaRemota) -> Baixados:
    """The files that are not kept yet, or are of another note. One that does not come holds back nothing: it is asked
    for again later."""
    guardado = ArquivoDoEmissor.objects.filter(**{f"evento__{k}": v for k, v in chave_do(emissor.nome, nota).items()})
    tem = guardado.first()
    achados: dict[str, bytes | None] = {}
    faltas = []
    for nome in Arquivos._fields:
        onde = getattr(nota, nome)
        if tem is not None and getattr(tem, nome) is not None:
            achados[nome] = bytes(getattr(tem, nome))
        if onde and not (nome in achados and da_nota(nome, achados[nome] or b"", nota.chave)):
            try:
                conteudo = emissor.baixar(onde)
            except FalhaDoProvedor as erro:
                faltas.append(f"{_NOMES[nome]} ({erro.mensagem})")
                continue
            if serve(nome, conteudo):
                achados[nome] = conteudo
            else:
                faltas.append(f"{_NOMES[nome]} (o que veio não se lê)")
    return Baixados(Arquivos(**achados), "; ".join(faltas))


def chave_do(emissor: str, nota: NotaRemota) -> dict[str, str]:
    """By which the row of one word about one note is known."""
    return {"emissor": emissor, "tipo": nota.tipo, "ref": nota.ref, "status": nota.status, "chave": nota.chave}
