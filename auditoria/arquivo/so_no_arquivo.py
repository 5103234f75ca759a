"""An event that PostgreSQL has no more: its document against its seal, and which of the two is not as it was."""

from __future__ import annotations

from typing import Final

from auditoria import serial
from auditoria.arquivo import colecao
from auditoria.arquivo.documento import Documento, DocumentoEstranho, Selado, ler
from auditoria.verificacao.elos import Elo, pagina
from auditoria.verificacao.problemas import Problema, no_selo

_DO_SELO: Final = ("sequencia", "selado_em", "selo")


def comparar_com_o_selo(elo: Elo, achado: Documento, anterior: bytes) -> list[Problema]:
    """Nothing, when the document is of this seal and its event gives the hash of it; else what was done, as far as it shows."""
    lido = _lido(achado)
    if lido is None:
        return [_problema(elo, "arquivo_alterado", "no arquivo o documento foi alterado: não é o que se escreve lá")]
    conteudo = lido.forma.conteudo
    la, aqui = (lido.sequencia, lido.selado_em, lido.hash), (elo.sequencia, elo.selado_em, elo.hash)
    if elo.versao != serial.VERSAO:
        return [_problema(elo, "selo_alterado", f"versão da serialização desconhecida: {elo.versao}")]
    if la == aqui:
        if serial.selar(anterior, elo.sequencia, elo.selado_em, conteudo) == elo.hash:
            return []
        return [_problema(elo, "arquivo_alterado", "no arquivo o evento foi alterado: não confere com o seu selo")]
    campos = ", ".join(nome for nome, um, outro in zip(_DO_SELO, la, aqui, strict=True) if um != outro)
    if (dono := _dono(elo, anterior)) is not None:
        return [_problema(elo, "ordem_trocada", f"a ordem foi trocada: este selo é do evento {dono}")]
    if _o_seguinte_parte_de(lido, anterior, conteudo):
        return [_problema(elo, "selo_alterado", f"o selo foi alterado; difere da cópia do arquivo em: {campos}")]
    return [_problema(elo, "arquivo_alterado", f"no arquivo o documento não é o deste selo: difere em: {campos}")]


def _dono(elo: Elo, anterior: bytes) -> object:
    """The other event whose document, at this place of the archive, gives this seal."""
    la = colecao.na_sequencia(elo.sequencia)
    if la is None or la["_id"] == elo.evento or (lido := _lido(la)) is None:
        return None
    feito = serial.selar(anterior, elo.sequencia, elo.selado_em, lido.forma.conteudo)
    return lido.linha.id if feito == elo.hash else None


def _o_seguinte_parte_de(lido: Selado, anterior: bytes, conteudo: bytes) -> bool:
    """Whether the next seal was made from the seal that the document tells: then the one here is what was changed."""
    if serial.selar(anterior, lido.sequencia, lido.selado_em, conteudo) != lido.hash:
        return False
    for seguinte in pagina(lido.sequencia, 1):
        dele = seguinte.conteudo
        if dele is None and (la := colecao.por_id([seguinte.evento]).get(seguinte.evento)) is not None:
            dele = achado.forma.conteudo if (achado := _lido(la)) else None
        if dele is not None:
            return serial.selar(lido.hash, seguinte.sequencia, seguinte.selado_em, dele) == seguinte.hash
    return False


def _lido(achado: Documento) -> Selado | None:
    try:
        return ler(achado)
    except DocumentoEstranho:
        return None


def _problema(elo: Elo, codigo: str, porque: str) -> Problema:
    return no_selo(codigo, elo.sequencia, elo.evento, porque)
