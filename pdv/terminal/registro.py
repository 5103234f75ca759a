"""One operation of the till with all that belongs to it, and how many of them are written at once."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import transaction

from pdv.terminal.models import (
    FinalizadorOperacaoPdv,
    ItemOperacaoPdv,
    NotaFiscal,
    OperacaoPdv,
    RecebimentoOperacaoPdv,
)

ALIAS = "terminal"


class Registro(NamedTuple):
    """Rows not yet saved; `gravar` gives them their keys."""

    operacao: OperacaoPdv
    itens: Sequence[ItemOperacaoPdv] = ()
    finalizadores: Sequence[FinalizadorOperacaoPdv] = ()
    nota: NotaFiscal | None = None
    recebimentos: Sequence[RecebimentoOperacaoPdv] = ()


def gravar(registros: Iterable[Registro]) -> None:
    """Write the operations in the order given, which is the order of their numbers: all, or none."""
    registros = list(registros)
    with transaction.atomic(using=ALIAS):
        OperacaoPdv.objects.using(ALIAS).bulk_create(r.operacao for r in registros)
        for registro in registros:
            _ligar(registro)
        ItemOperacaoPdv.objects.using(ALIAS).bulk_create(i for r in registros for i in r.itens)
        FinalizadorOperacaoPdv.objects.using(ALIAS).bulk_create(f for r in registros for f in r.finalizadores)
        RecebimentoOperacaoPdv.objects.using(ALIAS).bulk_create(t for r in registros for t in r.recebimentos)
        NotaFiscal.objects.using(ALIAS).bulk_create(r.nota for r in registros if r.nota is not None)


def _ligar(registro: Registro) -> None:
    numero = registro.operacao.pk
    for item in registro.itens:
        item.operacao_id = numero
    for finalizador in registro.finalizadores:
        finalizador.operacao_id = numero
    for recebimento in registro.recebimentos:
        recebimento.operacao_id = numero
    if registro.nota is not None:
        registro.nota.id_operacao = numero
