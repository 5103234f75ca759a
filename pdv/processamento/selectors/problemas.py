"""Fix once, heal all: rows in error grouped by fingerprint, and rows that wait grouped by what they wait for.

A fingerprint (`PRODUTO_NAO_CADASTRADO:123`) is a code and its subject: one mend makes the whole group good. Only rows
in error are read, by the partial indexes `..._erro`; rows that wait by `hiperpdv_operacao_aguarda`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from pdv.processamento.models import Alvo
from pdv.processamento.staging.fila import TABELAS

Filiais = frozenset[int] | None
SEM_CODIGO = "ERRO"  # the group of rows whose error has no code


class Grupo(NamedTuple):
    """Rows that fail for one reason. A row with two problems counts in both groups."""

    alvo: Alvo
    digital: str
    linhas: int
    valor: Decimal
    desde: datetime


class GrupoEmEspera(NamedTuple):
    """Operations that wait for the same thing: `pdv.processamento.espera` says what `aguarda` means."""

    aguarda: str
    linhas: int
    valor: Decimal
    desde: datetime | None


def grupos_de_erro(alvo: Alvo, filiais: Filiais, *, limite: int) -> tuple[list[Grupo], int]:
    """The groups with the most rows first, `limite` of them, and how many groups there are in all."""
    na_filial, valores = _na_filial(filiais)
    # Grouped as stored first: 100,000 rows have a few hundred distinct texts, and only those are taken apart.
    sql = f"""
        WITH textos AS (
            SELECT erro_codigo, count(*) AS linhas, sum(valor_total) AS valor, min(coalesce(erro_em, recebido_em)) AS desde
            FROM {TABELAS[alvo]} WHERE situacao_replicacao = 2 {na_filial} GROUP BY erro_codigo
        )
        SELECT d.digital, sum(t.linhas)::bigint, sum(t.valor), min(t.desde), count(*) OVER ()
        FROM textos t CROSS JOIN LATERAL (
            SELECT DISTINCT unnest(string_to_array(coalesce(nullif(t.erro_codigo, ''), '{SEM_CODIGO}'), ',')) AS digital
        ) d
        WHERE d.digital <> '' GROUP BY d.digital ORDER BY 2 DESC, 1 LIMIT %s"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [*valores, limite])
        linhas = cursor.fetchall()
    return [Grupo(alvo, *linha[:4]) for linha in linhas], (linhas[0][4] if linhas else 0)


def ids_do_grupo(alvo: Alvo, digital: str, filiais: Filiais, *, ate: datetime, limite: int) -> list[int]:
    """The rows of a group that were in error by `ate`, oldest first."""
    na_filial, valores = _na_filial(filiais)
    do_grupo = "erro_codigo IN ('', %s)" if digital == SEM_CODIGO else "%s = ANY(string_to_array(erro_codigo, ','))"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT id FROM {TABELAS[alvo]} WHERE situacao_replicacao = 2 AND {do_grupo} {na_filial}
                AND coalesce(erro_em, recebido_em) <= %s ORDER BY id LIMIT %s""",
            [digital, *valores, ate, limite],
        )
        return [linha[0] for linha in cursor.fetchall()]


def grupos_em_espera(filiais: Filiais, *, limite: int) -> tuple[list[GrupoEmEspera], int]:
    """Pending operations that wait for something, by what they wait for; and how many such groups there are."""
    na_filial, valores = _na_filial(filiais)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT aguarda, count(*), sum(valor_total), min(aguarda_desde), count(*) OVER ()
                FROM hiperpdv_operacao_pdv WHERE aguarda <> '' AND situacao_replicacao = 1 {na_filial}
                GROUP BY aguarda ORDER BY 2 DESC, 4, 1 LIMIT %s""",
            [*valores, limite],
        )
        linhas = cursor.fetchall()
    return [GrupoEmEspera(*linha[:4]) for linha in linhas], (linhas[0][4] if linhas else 0)


def _na_filial(filiais: Filiais) -> tuple[str, Sequence[Any]]:
    return ("", []) if filiais is None else ("AND filial_id = ANY(%s)", [sorted(filiais)])
