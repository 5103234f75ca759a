"""Post fiscal documents: the one door to the fiscal ledger."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.backends.utils import CursorWrapper

from erp.fiscal.estados import ZERO, Retrato, retrato_guardado
from filas.copia import copiar

_TRAVA = zlib.crc32(b"fiscal.documentos") - 2**31
COLUNAS = (
    "id", "filial_id", "nota_id", "chave", "numero", "serie", "modelo", "geracao", "situacao", "protocolo",
    "cnpj_emitente", "documento_destinatario", "emissao", "valor_total", "valor_ibs", "valor_cbs", "conteudo",
    "data_contabil", "valor_nota", "lancado_em",
)  # fmt: skip


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
    valor_nota: Decimal | None = None


class InversoNovo(NamedTuple):
    """The inverse of `documento`, to be posted under `id` on the accounting day `data_contabil`."""

    id: int
    documento: int
    data_contabil: date


class Registrado(NamedTuple):
    """What the ledger holds of a (chave, numero): the last generation, and the document alive, if any."""

    geracao: int
    vivo: int | None
    data_contabil: date
    retrato: Retrato


def documento_novo(
    retrato: Retrato, *, documento: int, filial_id: int, nota_id: int, chave: str, numero: int, modelo: str, geracao: int,
    data_contabil: date,
) -> DocumentoNovo:  # fmt: skip
    """A document of a state: one that is void counts zero, and keeps beside it what its note says."""
    valor, ibs, cbs, valor_nota = retrato.valor, retrato.ibs, retrato.cbs, None
    if not retrato.conta:
        valor, ibs, cbs, valor_nota = ZERO, ZERO, ZERO, retrato.valor
    return DocumentoNovo(
        documento, filial_id, nota_id, chave, numero, retrato.serie, modelo, geracao, retrato.situacao, retrato.protocolo,
        retrato.cnpj_emitente, retrato.documento_destinatario, retrato.emissao, valor, ibs, cbs, retrato.conteudo,
        data_contabil, valor_nota,
    )  # fmt: skip


def travar(cursor: CursorWrapper, filiais: Iterable[int]) -> None:
    """Until the transaction ends nobody else puts a generation on top of what is known of these filiais' documents.

    Two who did would make the same generation, and the second would be refused. Taken before `registrados`.
    """
    cursor.execute(
        "SELECT pg_advisory_xact_lock(%s, f) FROM unnest(%s::int[]) AS x(f) ORDER BY f", [_TRAVA, sorted(set(filiais))]
    )


def lancar(cursor: CursorWrapper, documentos: Sequence[DocumentoNovo], *, agora: datetime) -> None:
    """Post documents; their XML follows by `guardar_xml`, in the same transaction."""
    copiar(cursor, "fiscal_documento", COLUNAS, [(*d, agora) for d in documentos])


def guardar_texto(cursor: CursorWrapper, documento: int, xml: str) -> None:
    """Keep beside a document an XML that is in no table."""
    cursor.execute("INSERT INTO fiscal_xml (documento_id, xml) VALUES (%s, %s)", [documento, xml])


def guardar_xml(cursor: CursorWrapper, recebidas: str, pares: Sequence[tuple[int, int]]) -> None:
    """Keep beside each document the XML of the received row that it was read from: pairs (document, row).

    `recebidas` is the table that holds the rows (columns id, xml): the XML is copied inside the database, not
    through here, and stays when the received row changes or is archived.
    """
    cursor.execute(
        f"""INSERT INTO fiscal_xml (documento_id, xml) SELECT x.documento, n.xml
            FROM unnest(%s::bigint[], %s::bigint[]) AS x(documento, linha) JOIN "{recebidas}" n ON n.id = x.linha""",
        [[documento for documento, _ in pares], [linha for _, linha in pares]],
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


def registrados(cursor: CursorWrapper, chaves: Sequence[tuple[str, int]]) -> dict[tuple[str, int], Registrado]:
    """What the ledger knows of each (chave, numero) that it has ever had; a note that is new is absent."""
    geracoes = geracoes_de(cursor, chaves)
    if not geracoes:
        return {}
    # a document whose inverse has no successor is still what is known of its note
    cursor.execute(
        """SELECT d.chave, d.numero, d.data_contabil, d.situacao, d.protocolo, d.serie, d.cnpj_emitente,
               d.documento_destinatario, d.emissao, coalesce(d.valor_nota, d.valor_total), d.conteudo
           FROM unnest(%s::text[], %s::int[], %s::int[]) AS x(chave, numero, geracao)
           JOIN fiscal_documento d ON d.chave = x.chave AND d.numero = x.numero AND d.geracao = x.geracao
               AND d.estorno_de IS NULL""",
        [[c for c, _ in geracoes], [n for _, n in geracoes], [geracao for geracao, _ in geracoes.values()]],
    )
    achados = {}
    for chave, numero, data_contabil, *resto in cursor.fetchall():
        geracao, vivo = geracoes[chave, numero]
        achados[chave, numero] = Registrado(geracao, vivo, data_contabil, retrato_guardado(*resto))
    return achados


def estornar(cursor: CursorWrapper, inversos: Sequence[InversoNovo], *, agora: datetime) -> None:
    """Write the inverse of each document: the same row, amounts negated, `estorno_de` set."""
    cursor.execute(
        """INSERT INTO fiscal_documento (id, filial_id, nota_id, chave, numero, serie, modelo, geracao, situacao, protocolo,
               cnpj_emitente, documento_destinatario, emissao, valor_total, valor_nota, valor_ibs, valor_cbs, conteudo,
               lancado_em, data_contabil, estorno_de)
           SELECT x.id, filial_id, nota_id, chave, numero, serie, modelo, geracao, situacao, protocolo, cnpj_emitente,
               documento_destinatario, emissao, -valor_total, -valor_nota, -valor_ibs, -valor_cbs, conteudo, %s, x.dia, d.id
           FROM unnest(%s::bigint[], %s::bigint[], %s::date[]) AS x(id, documento, dia)
           JOIN fiscal_documento d ON d.id = x.documento ORDER BY x.id""",
        [agora, *map(list, zip(*inversos, strict=True))],
    )
