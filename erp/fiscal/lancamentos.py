"""Post fiscal documents: the one door to the fiscal ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
from django.db.backends.utils import CursorWrapper

from erp.fiscal.xml import DocumentoLido
from filas.copia import copiar

COLUNAS = (
    "id", "filial_id", "nota_id", "chave", "numero", "serie", "modelo", "geracao", "situacao", "protocolo",
    "cnpj_emitente", "documento_destinatario", "emissao", "valor_total", "valor_ibs", "valor_cbs", "conteudo",
    "data_contabil", "lancado_em",
)  # fmt: skip
_json = msgspec.json.Encoder()


class DocumentoNovo(NamedTuple):
    """A fiscal document to be posted; `conteudo` is JSON text."""

    id: int
    filial_id: int
    nota_id: int
    chave: str
    numero: int
    serie: int
    modelo: str
    geracao: int
    situacao: str
    protocolo: str
    cnpj_emitente: str
    documento_destinatario: str
    emissao: datetime
    valor_total: Decimal
    valor_ibs: Decimal
    valor_cbs: Decimal
    conteudo: str
    data_contabil: date


def conteudo_de(lido: DocumentoLido) -> str:
    """Totals, items and payments as JSON, amounts as text; what is empty or zero is left out."""
    return _json.encode(
        {
            "tipo": lido.tipo,
            "versao": lido.versao,
            "totais": _preenchidos(lido.totais),
            "itens": [_preenchidos(i) | {"valor_liquido": i.valor_liquido} for i in lido.itens],
            "pagamentos": [_preenchidos(p) for p in lido.pagamentos],
        }
    ).decode()


def _preenchidos(valores: Any) -> dict[str, object]:
    return {nome: valor for nome, valor in zip(valores._fields, valores, strict=True) if valor}


def lancar(cursor: CursorWrapper, documentos: Sequence[DocumentoNovo], *, recebidas: str, agora: datetime) -> None:
    """Post documents, each with the XML of its received note.

    `recebidas` is the table that holds the notes (columns id, xml): the XML is copied inside the database, not
    through here, and stays when the received note is archived.
    """
    copiar(cursor, "fiscal_documento", COLUNAS, [(*d, agora) for d in documentos])
    cursor.execute(
        f"""INSERT INTO fiscal_xml (documento_id, xml) SELECT x.documento, n.xml
            FROM unnest(%s::bigint[], %s::bigint[]) AS x(documento, nota) JOIN "{recebidas}" n ON n.id = x.nota""",
        [[d.id for d in documentos], [d.nota_id for d in documentos]],
    )


def geracoes_de(
    cursor: CursorWrapper, chaves: Sequence[tuple[str, int]]
) -> dict[tuple[str, int], tuple[int, int | None]]:
    """Per (chave, numero): the last generation, and the id of the document alive, if any."""
    cursor.execute(
        """SELECT d.chave, d.numero, max(d.geracao), max(d.id) FILTER (WHERE e.id IS NULL)
           FROM unnest(%s::text[], %s::int[]) AS x(chave, numero)
           JOIN fiscal_documento d ON d.chave = x.chave AND d.numero = x.numero AND d.estorno_de IS NULL
           LEFT JOIN fiscal_documento e ON e.estorno_de = d.id GROUP BY 1, 2""",
        [[c for c, _ in chaves], [n for _, n in chaves]],
    )
    return {(chave, numero): (geracao, vivo) for chave, numero, geracao, vivo in cursor.fetchall()}


def estornar(cursor: CursorWrapper, documentos: Sequence[int], *, agora: datetime, data_contabil: date) -> None:
    """Write the inverse of each document: the same row, amounts negated, `estorno_de` set."""
    cursor.execute(
        """INSERT INTO fiscal_documento (filial_id, nota_id, chave, numero, serie, modelo, geracao, situacao, protocolo,
               cnpj_emitente, documento_destinatario, emissao, valor_total, valor_ibs, valor_cbs, conteudo, lancado_em,
               data_contabil, estorno_de)
           SELECT filial_id, nota_id, chave, numero, serie, modelo, geracao, situacao, protocolo, cnpj_emitente,
               documento_destinatario, emissao, -valor_total, -valor_ibs, -valor_cbs, conteudo, %s,
               greatest(data_contabil, %s), id
           FROM fiscal_documento WHERE id = ANY(%s) ORDER BY id""",
        [agora, data_contabil, list(documentos)],
    )
