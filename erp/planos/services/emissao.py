"""The routine that keeps the horizon: every active contract has its next months of instalments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import connection
from django.utils import timezone

from erp.cadastros.selectors import periodos_fechados
from erp.planos.models import Situacao
from erp.planos.services.lotes import Feito, em_lotes
from erp.planos.services.mudancas import travar
from erp.planos.services.parcelas import emitir_parcelas, horizonte
from erp.rotinas.contexto import Contexto

POR_VEZ = 20_000


def completar_horizonte(contexto: Contexto) -> None:
    """Issue the instalments that fall due before the horizon of the day of reference and are not there yet."""
    ultimo: tuple[date | None, int] = (None, 0)
    while achados := _faltando(contexto, *ultimo):
        ultimo = achados[-1][1], achados[-1][0]
        if contexto.simulacao:
            contexto.contar("contratos a completar", len(achados))
        else:
            em_lotes(contexto, sorted(i for i, _ in achados), lambda ids: _emitir(contexto, ids))


def _faltando(contexto: Contexto, depois: date | None, depois_id: int) -> list[tuple[int, date]]:
    """The next contracts whose instalments run out, by (próximo vencimento, id): the index `contratacao_horizonte`."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id, proximo_vencimento FROM planos_contratacao WHERE situacao = %s AND proximo_vencimento < %s
               AND (%s::date IS NULL OR (proximo_vencimento, id) > (%s::date, %s)) ORDER BY proximo_vencimento, id LIMIT %s""",
            [Situacao.ATIVO.value, horizonte(contexto.referencia), depois, depois, depois_id, POR_VEZ],
        )
        return list(cursor.fetchall())


def _emitir(contexto: Contexto, ids: Sequence[int]) -> Feito:
    periodos_fechados()  # its lock comes first, as in every posting
    with connection.cursor() as cursor:
        travar(cursor, ids)
        feitas = emitir_parcelas(cursor, ids, dia=contexto.referencia, agora=timezone.now())
    return Feito({"parcelas emitidas": feitas})
