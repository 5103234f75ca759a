"""What the tills say, read straight out of their SQLite files in plain Python: no model, no rule of the project.

SQLite keeps money as a number; it is read back as text and put to its decimals (its own SUM would be a float).
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

VENDA, SUPRIMENTO, SANGRIA, FALTA, DEVOLUCAO, CANCELAMENTO, RECEBIMENTO = 1, 2, 3, 4, 5, 6, 7
CENTAVO, DECIMO_MILESIMO = Decimal("0.01"), Decimal("0.0001")


class Item(NamedTuple):
    produto: int
    quantidade: Decimal
    total: Decimal
    cancelado: bool


class Pagamento(NamedTuple):
    finalizador: int
    valor: Decimal
    troco: Decimal
    parcelas: int
    nsu: str


class Recebimento(NamedTuple):
    """A title paid: `valor` lowers it, the customer gives `valor + juros - desconto`."""

    documento: str
    parcela: int
    valor: Decimal


class Operacao(NamedTuple):
    """One operation as its till has it."""

    pdv: int
    numero: int
    especie: int
    cancelada: bool
    total: Decimal
    acrescimo: Decimal
    origem: int | None
    itens: list[Item]
    pagamentos: list[Pagamento]
    recebimentos: list[Recebimento]

    @property
    def chave(self) -> tuple[int, int]:
        return self.pdv, self.numero


class Nota(NamedTuple):
    """A note as its XML says, or the till where the XML is of an event: vNF (vCFe), and IBS and CBS together."""

    chave: str
    total: Decimal
    tributos: Decimal
    vale: bool  # neither cancelled, nor denied, nor a number that was skipped


class Terminal(NamedTuple):
    """Everything that one till says."""

    pdv: int
    operacoes: list[Operacao]
    notas: list[Nota]


def ler_terminal(pdv: int, arquivo: Path) -> Terminal:
    with closing(_abrir(arquivo)) as banco:
        itens, pagamentos, recebimentos = _itens(banco), _pagamentos(banco), _recebimentos(banco)
        operacoes = [
            Operacao(
                pdv,
                numero,
                especie,
                bool(cancelada),
                _decimal(total, CENTAVO),
                _decimal(acrescimo, CENTAVO),
                origem,
                itens[numero],
                pagamentos[numero],
                recebimentos[numero],
            )
            for numero, especie, cancelada, total, acrescimo, origem in banco.execute(
                "SELECT id_operacao, operacao, cancelado, valor_total, valor_acrescimo, id_operacao_origem FROM operacao_pdv "
                "ORDER BY id_operacao"
            )
        ]
        notas = [
            _nota(chave, xml, _decimal(total, CENTAVO), situacao)
            for chave, xml, total, situacao in banco.execute(
                "SELECT chave, xml, valor_total, situacao FROM GRS_NFE ORDER BY id"
            )
        ]
    return Terminal(pdv, operacoes, notas)


def contar_replicadas(arquivo: Path) -> tuple[int, int]:
    """Operations and notes that the till has marked as replicated, and all there are. Looks without disturbing."""
    with closing(_abrir(arquivo)) as banco:
        feitas = todas = 0
        for tabela, situacao in (("operacao_pdv", "situacao_replicacao"), ("GRS_NFE", "Lojamix_SitReplicacao")):
            f, t = banco.execute(f"SELECT count(*) FILTER (WHERE {situacao} = 9), count(*) FROM {tabela}").fetchone()
            feitas, todas = feitas + f, todas + t
    return feitas, todas


def _abrir(arquivo: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{arquivo}?mode=ro", uri=True, timeout=30)


def _itens(banco: sqlite3.Connection) -> defaultdict[int, list[Item]]:
    por_operacao: defaultdict[int, list[Item]] = defaultdict(list)
    for numero, produto, quantidade, total, cancelado in banco.execute(
        "SELECT id_operacao, id_produto, quantidade_primaria, valor_total_liquido, cancelado FROM item_operacao_pdv"
    ):
        item = Item(produto, _decimal(quantidade, DECIMO_MILESIMO), _decimal(total, CENTAVO), bool(cancelado))
        por_operacao[numero].append(item)
    return por_operacao


def _pagamentos(banco: sqlite3.Connection) -> defaultdict[int, list[Pagamento]]:
    por_operacao: defaultdict[int, list[Pagamento]] = defaultdict(list)
    linhas: Iterator[tuple[int, int, float, float, int, str]] = banco.execute(
        "SELECT id_operacao, id_finalizador, valor, valor_troco, parcela, nsu FROM finalizador_operacao_pdv ORDER BY item"
    )
    for numero, finalizador, valor, troco, parcelas, nsu in linhas:
        pagamento = Pagamento(finalizador, _decimal(valor, CENTAVO), _decimal(troco, CENTAVO), parcelas, nsu)
        por_operacao[numero].append(pagamento)
    return por_operacao


def _recebimentos(banco: sqlite3.Connection) -> defaultdict[int, list[Recebimento]]:
    por_operacao: defaultdict[int, list[Recebimento]] = defaultdict(list)
    for numero, documento, parcela, valor in banco.execute(
        "SELECT id_operacao, numero_documento, parcela, valor FROM recebimento_operacao_pdv"
    ):
        por_operacao[numero].append(Recebimento(documento, parcela, _decimal(valor, CENTAVO)))
    return por_operacao


def _nota(chave: str, xml: str, total: Decimal, situacao: str) -> Nota:
    """Read by the standard library; the till's own total stands in for a document that has none."""
    vale = situacao not in ("cancelada", "denegada", "inutilizada")
    if not xml:
        return Nota(chave, total, Decimal(0), vale)
    raiz = ElementTree.fromstring(xml)
    totais = [raiz.findtext(caminho) for caminho in (".//{*}ICMSTot/{*}vNF", ".//{*}total/{*}vCFe")]
    tributos = [raiz.findtext(f".//{{*}}IBSCBSTot/{caminho}") for caminho in ("{*}gIBS/{*}vIBS", "{*}gCBS/{*}vCBS")]
    achado = next((Decimal(texto) for texto in totais if texto), total)
    return Nota(chave, achado, sum((Decimal(texto) for texto in tributos if texto), Decimal(0)), vale)


def _decimal(valor: float | int | str, casas: Decimal) -> Decimal:
    return Decimal(str(valor)).quantize(casas)
