"""What a preview says, as plain values: each row's fate, its entries side by side, and the sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

ZERO = Decimal(0)


class Desfecho(StrEnum):
    """What would become of a row."""

    LANCADA = "lancada"
    ERRO = "erro"  # a rule refuses it; what stands of it stays as it is
    ESPERA = "espera"  # it refers to something that has not come
    OCUPADA = "ocupada"  # the drain, or another person, has it in hand right now
    ADIADA = "adiada"  # a defect of ours: the drain would put it off


class Tipo(StrEnum):
    ESTOQUE = "estoque"
    DINHEIRO = "dinheiro"
    TITULO = "titulo"
    BAIXA = "baixa"
    FISCAL = "fiscal"


class Entrada(NamedTuple):
    """One entry of a ledger, as a person reads it, with the sign that it has when it is made."""

    tipo: Tipo
    par: tuple[object, ...]  # what finds its counterpart on the other side
    compara: tuple[object, ...]  # what makes it another entry, beside quantity, cost and value
    texto: str
    detalhe: str
    quantidade: Decimal | None
    custo: Decimal | None
    valor: Decimal
    total: str  # the line of the summary that it adds to
    fato: date  # the day it happened
    dia: date  # the accounting day that it falls on: after `fato` when that day is closed


class Par(NamedTuple):
    """An entry undone beside the one made in its place; either may be missing."""

    antes: Entrada | None
    depois: Entrada | None

    @property
    def tipo(self) -> Tipo:
        return self._uma.tipo

    @property
    def texto(self) -> str:
        return self._uma.texto

    @property
    def _uma(self) -> Entrada:
        entrada = self.antes or self.depois
        assert entrada is not None
        return entrada

    @property
    def muda(self) -> bool:
        return self.antes is None or self.depois is None or _valores(self.antes) != _valores(self.depois)


def _valores(e: Entrada) -> tuple[object, ...]:
    return e.compara, e.quantidade, e.custo, e.valor


@dataclass(frozen=True)
class LinhaPrevista:
    """One operation or note. `id` is None for one that was not chosen, and changes because of one that was."""

    id: int | None
    titulo: str
    desfecho: Desfecho
    codigo: str = ""  # as `erro_codigo` keeps it: fingerprints, comma separated
    mensagem: str = ""
    geracao_antes: int | None = None
    geracao_depois: int | None = None
    pares: Sequence[Par] = ()
    viva_id: int | None = None  # its live generation, or document: what would be undone

    @property
    def muda(self) -> bool:
        return any(par.muda for par in self.pares)

    @property
    def bloqueada(self) -> bool:
        """Its entries stand, and reprocessing would not replace them."""
        return self.viva_id is not None and self.desfecho in (Desfecho.ERRO, Desfecho.ESPERA, Desfecho.ADIADA)

    @property
    def dias(self) -> list[tuple[date, date]]:
        """Closed days of this row, each with the open day on which its entries fall instead."""
        entradas = [e for par in self.pares for e in par if e is not None]
        return sorted({(e.fato, e.dia) for e in entradas if e.dia != e.fato})


@dataclass
class Total:
    """A line of the summary: what is undone and what is made of one thing (stock at cost, an account, receivables)."""

    tipo: Tipo
    nome: str
    antes: Decimal = ZERO
    depois: Decimal = ZERO
    entradas_antes: int = 0
    entradas_depois: int = 0

    @property
    def diferenca(self) -> Decimal:
        return self.depois - self.antes


@dataclass
class Resumo:
    """Sums over the rows computed; what is undone is of all the rows asked for (see `Previa.parcial`)."""

    por_desfecho: dict[Desfecho, int] = field(default_factory=dict)
    por_codigo: dict[str, int] = field(default_factory=dict)  # of rows in error: code, without its subject -> rows
    estornos: int = 0  # rows whose live generation would be undone
    iguais: int = 0  # of those posted again, the ones whose entries stay the same
    bloqueadas: int = 0  # rows that stand and would not be replaced
    continuam: int = 0  # rows of which nothing stands, and that would still not be posted
    totais: list[Total] = field(default_factory=list)

    @property
    def entradas_antes(self) -> int:
        return sum(t.entradas_antes for t in self.totais)

    @property
    def entradas_depois(self) -> int:
        return sum(t.entradas_depois for t in self.totais)

    @property
    def lancadas(self) -> int:
        return self.por_desfecho.get(Desfecho.LANCADA, 0)


@dataclass
class Previa:
    """What would happen to `pedidas` rows, of which `calculadas` were computed exactly.

    `linhas` holds the first rows that change and the first that are refused; all of them when they are few.
    """

    pedidas: int
    calculadas: int = 0
    linhas: list[LinhaPrevista] = field(default_factory=list)
    bloqueadas: list[LinhaPrevista] = field(default_factory=list)
    outras: list[LinhaPrevista] = field(default_factory=list)  # not chosen, and changed by those that were
    resumo: Resumo = field(default_factory=Resumo)
    dias: list[tuple[date, date]] = field(default_factory=list)  # closed days, and where their entries fall

    @property
    def parcial(self) -> bool:
        """Only the first rows were computed: what is made is a sample, what is undone is summed over all."""
        return self.calculadas < self.pedidas

    @property
    def nada_muda(self) -> bool:
        """Everything computed would be posted again exactly as it stands."""
        r = self.resumo
        return not self.parcial and bool(r.iguais) and r.iguais == r.lancadas == self.pedidas and not self.outras


class PreviaOcupada(Exception):
    """Outra pessoa ou o processamento está usando estas linhas agora; tente de novo em instantes."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)
