"""Move a document on by what somebody other than its till knows of its note.

The same rules as the drain's: what is known only grows, a state never goes back, each arrival that says something new
is a generation on top of the one before, whose inverse it brings. What says nothing new writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

import msgspec
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from erp.cadastros.rules import Periodo, primeiro_dia_aberto
from erp.fiscal import lancamentos
from erp.fiscal.avisos import AvisoNovo, avisos_do_estado, gravar_avisos, sem_repetidos
from erp.fiscal.estados import Chegada, Retrato, contradizem, estados_do_conteudo, retratar
from erp.fiscal.lancamentos import InversoNovo, documento_novo
from erp.fiscal.ouvintes import avisar_ouvintes
from erp.fiscal.xml import DocumentoLido, Estado
from erp.fiscal.xml.situacao import mais_alta
from filas.copia import reservar_ids


class Vinda(NamedTuple):
    """One thing learned of a note: what was read, the states that it proves, and the XML it was read from, if any."""

    lido: DocumentoLido
    estados: tuple[Estado, ...]
    xml: str | None = None

    @property
    def situacao(self) -> str:
        return mais_alta(e.situacao for e in self.estados)


class Movido(NamedTuple):
    """Where a document stands after what came: the one alive, and its states before and after."""

    documento: int
    antes: str
    depois: str
    geracoes: int
    contraditorio: bool  # whether it went through states that cannot both be true


class _Nota(NamedTuple):
    chave: str
    numero: int
    filial_id: int
    nota_id: int
    modelo: str


def mover(
    cursor: CursorWrapper, chave: str, vindas: Sequence[Vinda], *, fechados: Sequence[Periodo], agora: datetime
) -> Movido | None:
    """Put `vindas` on top of what is known of the note, in the transaction of who calls; None: there is no such document.

    `fechados` was read in the same transaction (the periods are the first lock). A document undone, whose note is to
    come again, is none.
    """
    nota = _achar(cursor, chave)
    if nota is None:
        return None
    lancamentos.travar(cursor, [nota.filial_id])
    guardado = lancamentos.registrados(cursor, [(nota.chave, nota.numero)])[nota.chave, nota.numero]
    if guardado.vivo is None:
        return None
    vivo, dia, geracao, retrato = guardado.vivo, guardado.data_contabil, guardado.geracao, guardado.retrato
    antes = retrato.situacao
    situacao = mais_alta(v.situacao for v in vindas)  # what comes together is late only as a whole
    avisos: list[AvisoNovo] = []
    for vinda in vindas:
        novo = retratar(Chegada(vinda.lido, vinda.estados, retrato.serie, retrato.emissao, retrato.valor), retrato)
        if _iguais(novo, retrato):
            continue
        avisos += avisos_do_estado(situacao, vinda.estados, retrato, novo)
        geracao += 1
        vivo, dia = _lancar(cursor, nota, novo, vinda.xml, geracao, (vivo, dia), fechados, agora)
        retrato = novo
    gravar_avisos(cursor, sem_repetidos(cursor, {vivo: list(dict.fromkeys(avisos))}), agora=agora)
    if geracao > guardado.geracao:
        avisar_ouvintes(cursor, nota.chave, nota.numero, agora)
    return Movido(vivo, antes, retrato.situacao, geracao - guardado.geracao, _contraditorio(retrato))


def _achar(cursor: CursorWrapper, chave: str) -> _Nota | None:
    """By `documento_chave`."""
    cursor.execute(
        """SELECT chave, numero, filial_id, nota_id, modelo FROM fiscal_documento
           WHERE chave = %s AND estorno_de IS NULL ORDER BY geracao DESC, id DESC LIMIT 1""",
        [chave],
    )
    linha = cursor.fetchone()
    return _Nota(*linha) if linha else None


def _lancar(
    cursor: CursorWrapper, nota: _Nota, retrato: Retrato, xml: str | None, geracao: int, vivo: tuple[int, date],
    fechados: Sequence[Periodo], agora: datetime,
) -> tuple[int, date]:  # fmt: skip
    """Post one generation and the inverse of the one before; returns the new one and its accounting day."""
    novo_id, inverso_id = reservar_ids(cursor, "fiscal_documento", 2)
    dia = primeiro_dia_aberto(timezone.localtime(retrato.emissao).date(), fechados)
    documento = documento_novo(
        retrato, documento=novo_id, filial_id=nota.filial_id, nota_id=nota.nota_id, chave=nota.chave, numero=nota.numero,
        modelo=nota.modelo, geracao=geracao, data_contabil=dia,
    )  # fmt: skip
    lancamentos.lancar(cursor, [documento], agora=agora)
    inverso = InversoNovo(inverso_id, vivo[0], primeiro_dia_aberto(vivo[1], fechados))
    lancamentos.estornar(cursor, [inverso], agora=agora)
    if xml is not None:
        lancamentos.guardar_texto(cursor, novo_id, xml)
    return novo_id, dia


def _contraditorio(retrato: Retrato) -> bool:
    return contradizem(e["situacao"] for e in estados_do_conteudo(retrato.conteudo))


def _iguais(um: Retrato, outro: Retrato) -> bool:
    """Whether both say the same; `itens` are of the content, and the stored text orders its names otherwise."""
    return _comparavel(um) == _comparavel(outro)


def _comparavel(retrato: Retrato) -> tuple[object, ...]:
    return (*retrato[:9], msgspec.json.decode(retrato.conteudo))
