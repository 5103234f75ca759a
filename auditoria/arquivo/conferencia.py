"""Holding the archive against the seals: what is not there, what is there otherwise, what is there and should not be."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any
from uuid import UUID

from auditoria import serial
from auditoria.arquivo import colecao
from auditoria.arquivo.documento import Documento, como_selado, diferencas, documento, inteiro
from auditoria.arquivo.so_no_arquivo import comparar_com_o_selo
from auditoria.models import Arquivo
from auditoria.verificacao.elos import Elo, hash_de, ultima
from auditoria.verificacao.problemas import MAXIMO, Problema, no_selo
from auditoria.verificacao.retiradas import Retiradas


class Conferencia:
    """The walk of the archive beside that of the chain, from after a seal and up to another.

    A document that is not there is a problem up to the watermark; past it, the event waits, unless it left PostgreSQL.
    Where PostgreSQL has not the event any more, the document must give its seal. All may raise `ArquivoForaDoAr`.
    """

    def __init__(self, depois_de: int, ate: int) -> None:
        self.documentos, self.problemas = 0, list[Problema]()
        self._arquivado = Arquivo.objects.filter(pk=1).values_list("ate", flat=True).first() or 0
        self._ate, self._retiradas = ate, Retiradas()
        self._anterior = hash_de(depois_de) or serial.ZERO
        self._la = colecao.PorLugar(depois_de, ate)

    def passar(self, elos: Sequence[Elo]) -> None:
        """The next seals, in order. When there are more problems than anybody would read, nothing more is."""
        if len(self.problemas) >= MAXIMO:
            return
        lidos = self._la.ate(elos[-1].sequencia, len(elos) + MAXIMO)
        la = {_chave(d["_id"]): d for d in lidos}
        for elo in elos:
            if len(self.problemas) >= MAXIMO:
                return
            achado = la.pop(_chave(elo.evento), None)
            if achado is not None:
                self.documentos += 1
                self.problemas += _comparar(elo, achado, self._anterior)
            elif elo.sequencia <= self._arquivado or self._saiu(elo):
                self.problemas.append(_ausente(elo))
            self._anterior = elo.hash
        self.problemas += [_de_ninguem(d) for d in la.values()]

    def concluir(self) -> None:
        """After the last seal: what is at a place without one, and, where the chain ends, what is beyond it."""
        if len(self.problemas) < MAXIMO:
            self.problemas += [_de_ninguem(d) for d in self._la.ate(self._ate, MAXIMO)]
            if self._ate >= ultima():
                self.problemas += _alem(self._ate)

    def _saiu(self, elo: Elo) -> bool:
        return elo.linha is None and self._retiradas.contem(elo.sequencia, elo.evento)


def _comparar(elo: Elo, achado: Documento, anterior: bytes) -> list[Problema]:
    selado = como_selado(elo)
    if selado is None:
        return comparar_com_o_selo(elo, achado, anterior)
    campos = diferencas(documento(selado), achado)
    if not campos:
        return []
    return [
        _problema(elo, "arquivo_alterado", f"no arquivo o evento está diferente do PostgreSQL em: {', '.join(campos)}")
    ]


def _ausente(elo: Elo) -> Problema:
    perdido = colecao.por_id([elo.evento]).get(elo.evento)
    if perdido is None:
        return _problema(elo, "arquivo_removido", "o evento foi removido do arquivo")
    return _problema(
        elo, "arquivo_alterado", f"no arquivo o evento está fora do lugar: sequência {perdido.get('sequencia')!r}"
    )


def _alem(ate: int) -> list[Problema]:
    """What is at no place of the chain. What was sealed and shipped while we looked is."""
    achados = colecao.fora_de(ate, MAXIMO)
    fim = ultima()
    return [_de_ninguem(d) for d in achados if not _no_lugar(d.get("sequencia"), ate, fim)]


def _no_lugar(sequencia: Any, depois_de: int, ultima: int) -> bool:
    return inteiro(sequencia) and depois_de < sequencia <= ultima


def _de_ninguem(achado: Documento) -> Problema:
    id_, sequencia = achado["_id"], achado.get("sequencia")
    texto = f"documento {id_}, sequência {sequencia!r}: foi inserido no arquivo, e nenhum selo é dele neste lugar"
    return Problema("arquivo_inserido", texto, sequencia if inteiro(sequencia) else None, str(id_))


def _problema(elo: Elo, codigo: str, porque: str) -> Problema:
    return no_selo(codigo, elo.sequencia, elo.evento, porque)


def _chave(id_: Any) -> Hashable:
    """Of any `_id` that somebody may have written, the ones that are no hash keys too."""
    return id_.int if type(id_) is UUID else (type(id_).__name__, str(id_))
