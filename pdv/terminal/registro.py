"""One operation of the till with all that belongs to it, and how many of them are written at once."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Model

from pdv.terminal.models import (
    FinalizadorOperacaoPdv,
    ItemOperacaoPdv,
    NotaFiscal,
    OperacaoPdv,
    RecebimentoOperacaoPdv,
    SituacaoReplicacao,
)

ALIAS = "terminal"


class Ligacao(NamedTuple):
    """A field that speaks of another operation: `valor` is asked once every operation has its number."""

    alvo: Model
    campo: str
    valor: Callable[[], Any]


class Registro(NamedTuple):
    """Rows not yet saved; `gravar` gives them their keys.

    `nota_mudada` is the note of an earlier operation, which this one cancels.
    """

    operacao: OperacaoPdv
    itens: Sequence[ItemOperacaoPdv] = ()
    finalizadores: Sequence[FinalizadorOperacaoPdv] = ()
    nota: NotaFiscal | None = None
    recebimentos: Sequence[RecebimentoOperacaoPdv] = ()
    ligacoes: Sequence[Ligacao] = ()
    nota_mudada: NotaFiscal | None = None


def gravar(registros: Iterable[Registro]) -> None:
    """Write the operations in the order given, which is the order of their numbers: all, or none."""
    registros = list(registros)
    with transaction.atomic(using=ALIAS):
        OperacaoPdv.objects.using(ALIAS).bulk_create(r.operacao for r in registros)
        for registro in registros:
            _ligar(registro)
        com_origem = [r.operacao for r in registros if r.operacao.id_operacao_origem is not None]
        OperacaoPdv.objects.using(ALIAS).bulk_update(com_origem, ["id_operacao_origem"])
        ItemOperacaoPdv.objects.using(ALIAS).bulk_create(i for r in registros for i in r.itens)
        FinalizadorOperacaoPdv.objects.using(ALIAS).bulk_create(f for r in registros for f in r.finalizadores)
        RecebimentoOperacaoPdv.objects.using(ALIAS).bulk_create(t for r in registros for t in r.recebimentos)
        for guardada in [r.nota_mudada for r in registros if r.nota_mudada is not None and r.nota_mudada.pk]:
            reenviar(guardada)
        NotaFiscal.objects.using(ALIAS).bulk_create(r.nota for r in registros if r.nota is not None)


def reenviar(nota: NotaFiscal) -> None:
    """Save a note that changed, to be sent again from the beginning."""
    nota.lojamix_sit_replicacao = SituacaoReplicacao.PENDENTE
    nota.tentativas, nota.proxima_tentativa_em, nota.mensagem = 0, None, ""
    nota.save(using=ALIAS)


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
    for ligacao in registro.ligacoes:
        setattr(ligacao.alvo, ligacao.campo, ligacao.valor())
