"""How far the retaguarda is, and what it has in hand."""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection


class Andamento(NamedTuple):
    """Operations and notes together: staged, posted, in error, pending."""

    recebidas: int
    lancadas: int
    com_erro: int
    pendentes: int

    @property
    def tratadas(self) -> int:
        return self.recebidas - self.pendentes


_ANDAMENTO = """
SELECT count(*), count(*) FILTER (WHERE s = 9), count(*) FILTER (WHERE s = 2), count(*) FILTER (WHERE s = 1) FROM (
    SELECT situacao_replicacao AS s FROM hiperpdv_operacao_pdv
    UNION ALL SELECT situacao_replicacao FROM hiperpdv_nota_fiscal) x
"""
_EM_MAOS = "SELECT coalesce(sum(cardinality(ids)), 0)::int FROM filas_drenagem"
_TEMPOS = """
SELECT extract(epoch FROM max(recebido_em) - min(recebido_em)), extract(epoch FROM max(processado_em) - min(recebido_em)),
    count(*) FROM hiperpdv_operacao_pdv
"""


def andamento() -> Andamento:
    with connection.cursor() as cursor:
        cursor.execute(_ANDAMENTO)
        return Andamento(*cursor.fetchone())


def em_maos() -> int:
    """Rows that some worker has noted as being worked just now."""
    with connection.cursor() as cursor:
        cursor.execute(_EM_MAOS)
        quantas: int = cursor.fetchone()[0]
    return quantas
