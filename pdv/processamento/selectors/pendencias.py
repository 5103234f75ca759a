"""What is still to be posted of some days, for whoever closes the period."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db import connection

from erp.cadastros.pendencias import MAXIMO, Pendencia
from pdv.processamento.efeitos.datas import FUSO
from pdv.processamento.formatos import url_de
from pdv.replicacao.models import NotaFiscal, OperacaoPdv, SituacaoProcessamento

_FONTES = (
    (OperacaoPdv, "coalesce(data_hora_termino, data_hora_inicio)", "operações"),
    (NotaFiscal, "data_emissao", "notas fiscais"),
)
_SITUACOES = ((SituacaoProcessamento.PENDENTE, "pendentes"), (SituacaoProcessamento.COM_ERRO, "com erro"))


def pendencias_do_pdv(inicio: date, fim: date) -> Iterator[Pendencia]:
    """Operations and notes of these days, pending or in error: each count by its partial index."""
    de = datetime.combine(inicio, time.min, FUSO)
    ate = datetime.combine(fim + timedelta(days=1), time.min, FUSO)
    for modelo, momento, nome in _FONTES:
        for situacao, adjetivo in _SITUACOES:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"""SELECT count(*), coalesce(sum(valor_total), 0) FROM (
                            SELECT valor_total FROM {modelo._meta.db_table}
                            WHERE situacao_replicacao = %s AND {momento} >= %s AND {momento} < %s LIMIT %s) x""",
                    [situacao.value, de, ate, MAXIMO + 1],
                )
                quantas, valor = cursor.fetchone()
            yield Pendencia(
                f"{nome} {adjetivo}", min(quantas, MAXIMO), Decimal(valor), url_de(modelo, situacao=situacao.value),
                quantas > MAXIMO,
            )  # fmt: skip
