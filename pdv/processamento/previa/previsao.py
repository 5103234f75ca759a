"""Preview of any number of rows: a batch at a time, each in a transaction of its own that is rolled back."""

from __future__ import annotations

import time
from collections.abc import Sequence

from django.db import connection

from pdv.processamento.models import Alvo
from pdv.processamento.previa.ensaio import LOTE, Ensaio, ensaiar
from pdv.processamento.previa.lados import ORDEM, somar
from pdv.processamento.previa.somas import somar_desfeitas
from pdv.processamento.previa.valores import Desfecho, LinhaPrevista, Previa, Tipo, Total

EXATAS = 2_000  # rows computed; the rest is only summed
MOSTRADAS = 50  # rows kept with their entries

Totais = dict[tuple[Tipo, str], Total]


def prever(
    *, alvo: Alvo, ids: Sequence[int], exatas: int = EXATAS, mostradas: int = MOSTRADAS, segundos: float = 20
) -> Previa:
    """What would happen if `ids` were sent to be processed now. Changes nothing, waits for no one longer than a second.

    Up to `exatas` rows are computed, and no new batch is begun after `segundos`; of the others, what would be undone is
    summed. An operation computed in one batch does not see what the batch before would have posted: the drain, which
    commits each, would. Raises PreviaOcupada when the ledgers are in use.
    """
    ordenados = sorted(set(ids))
    previa = Previa(pedidas=len(ordenados))
    totais: Totais = {}
    ate = time.monotonic() + segundos
    fim = 0
    while fim < min(exatas, len(ordenados)) and (fim == 0 or time.monotonic() < ate):
        lote = ordenados[fim : min(fim + LOTE, exatas)]
        _acrescentar(previa, totais, ensaiar(alvo, lote), mostradas)
        fim += len(lote)
    previa.calculadas = fim
    if resto := ordenados[fim:]:
        with connection.cursor() as cursor:
            previa.resumo.estornos += somar_desfeitas(cursor, alvo, resto, totais)
    previa.resumo.totais = sorted(totais.values(), key=lambda t: (ORDEM[t.tipo], t.nome))
    previa.dias = sorted(set(previa.dias))
    return previa


def _acrescentar(previa: Previa, totais: Totais, ensaio: Ensaio, mostradas: int) -> None:
    resumo = previa.resumo
    for linha in ensaio.linhas:
        resumo.por_desfecho[linha.desfecho] = resumo.por_desfecho.get(linha.desfecho, 0) + 1
        resumo.estornos += linha.viva_id is not None and linha.desfecho == Desfecho.LANCADA
        resumo.iguais += linha.viva_id is not None and linha.desfecho == Desfecho.LANCADA and not linha.muda
        resumo.bloqueadas += linha.bloqueada
        resumo.continuam += linha.desfecho != Desfecho.LANCADA and not linha.bloqueada
        for codigo in {digital.partition(":")[0] for digital in linha.codigo.split(",") if digital}:
            resumo.por_codigo[codigo] = resumo.por_codigo.get(codigo, 0) + 1
        previa.dias += linha.dias
        _guardar(previa, linha, mostradas)
    previa.outras += ensaio.outras[: mostradas - len(previa.outras)]
    somar(totais, [*ensaio.linhas, *ensaio.outras])


def _guardar(previa: Previa, linha: LinhaPrevista, mostradas: int) -> None:
    """Those that change and those that are refused, the first of each; all of them while they are few."""
    if linha.desfecho != Desfecho.LANCADA:
        previa.bloqueadas += [linha] if len(previa.bloqueadas) < mostradas else []
    elif (linha.muda or previa.pedidas <= mostradas) and len(previa.linhas) < mostradas:
        previa.linhas.append(linha)
