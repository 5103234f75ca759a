"""The routine that suspends what is overdue."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import Ator
from erp.financeiro.baixas import formatar
from erp.planos.models import Situacao
from erp.planos.selectors.debitos import Debito, a_suspender, nos_estados
from erp.planos.services.lotes import Feito, em_lotes
from erp.planos.services.mudancas import OBJETO, Mudanca, mudar, travar
from erp.planos.services.provas import contar_suspensao
from erp.rotinas.contexto import Contexto

LEITURA = 5_000
Leitor = Callable[[CursorWrapper, Sequence[int], date], list[Debito]]


@sensivel("planos.contrato_suspenso")
def suspender_em_atraso(contexto: Contexto, ator: Ator) -> None:
    """Suspend the active contracts that are, on the day of reference, overdue beyond their own days.

    1. Read all of them, without a lock, and say who and how much.
    2. Above the limit, wait for a second person.
    3. In batches: lock, read again what is still so, change, tell the titular, and pass the fence.
    """
    achados: list[int] = []  # only their ids: memory does not grow with the debts
    total = Decimal(0)
    for debitos in em_atraso(contexto, [Situacao.ATIVO], a_suspender):
        for debito in debitos:
            achados.append(debito.contratacao_id)
            total += debito.vencido
            contexto.item(OBJETO, str(debito.contratacao_id), descrever(debito), debito.vencido)
    contexto.contar("a suspender", len(achados))
    contexto.somar("vencido", total)
    contexto.exigir_aprovacao(
        len(achados), f"Suspender {len(achados)} contratos, R$ {formatar(total)} vencidos.", total
    )
    if not contexto.simulacao:
        em_lotes(contexto, achados, lambda ids: _suspender(contexto, ator, ids))


def em_atraso(contexto: Contexto, situacoes: Sequence[Situacao], ler: Leitor) -> Iterator[list[Debito]]:
    """The contracts in these states that `ler` finds, some thousands at a time, by id."""
    ultimo = 0
    with connection.cursor() as cursor:
        while ids := nos_estados(cursor, situacoes, ultimo, LEITURA):
            ultimo = ids[-1]
            contexto.contar("contratos examinados", len(ids))
            yield ler(cursor, ids, contexto.referencia)


def descrever(debito: Debito) -> str:
    """For a list that anybody of the company reads: no name, no document."""
    parcelas = "1 parcela" if debito.parcelas == 1 else f"{debito.parcelas} parcelas"
    return f"contrato {debito.numero}: {parcelas} desde {debito.mais_antigo:%d/%m/%Y}"


def _suspender(contexto: Contexto, ator: Ator, ids: Sequence[int]) -> Feito:
    dia = contexto.referencia
    with connection.cursor() as cursor:
        travar(cursor, ids)
        debitos = a_suspender(cursor, ids, dia)
        mudar(
            cursor,
            [
                Mudanca(d.contratacao_id, d.situacao, Situacao.SUSPENSO.value, f"atraso: {descrever(d)}", d.vencido)
                for d in debitos
            ],
            dia=dia,
            ator=ator,
            agora=timezone.now(),
            execucao=contexto.execucao_id,
        )
    contar_suspensao(debitos, dia)
    vencido = sum((d.vencido for d in debitos), Decimal(0))
    return Feito({"suspensos": len(debitos)}, {"vencido dos suspensos": vencido})
