"""What is said of a charge becomes its state and, when money came, entries of the ledgers. The one door to both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from erp.cobrancas.leituras import Lido
from erp.cobrancas.maquina import DEPOIS_DE_PAGA, Leitura, Passo, apurar, consultar_depois
from erp.cobrancas.models import AlarmeCobranca, Cobranca, Devolucao, EventoCobranca, Pagamento
from erp.cobrancas.services.alarmes import alarmar
from erp.cobrancas.services.devolucao import devolver
from erp.cobrancas.services.liquidacao import liquidar

INTERVALO = timedelta(minutes=7)  # less than the routines', or every second run would find it not due
DO_CARNE = timedelta(hours=12)  # open for years, and told by notifications: a query is only the net below them


class Registrado(NamedTuple):
    """What came of it: the state, whether it moved, and the payments and refunds that entered the ledgers now."""

    passo: Passo
    mudou: bool
    pagamentos: list[Pagamento]
    devolucoes: list[Devolucao]


@transaction.atomic
def registrar(cobranca_id: int, lidos: Sequence[Lido], *, agora: datetime | None = None) -> Registrado:
    """Keep what was said of a charge and do what follows, once, whatever the order, the repetition or who does it too.

    1. Lock the charge. Keep the events that are new; those known are no news.
    2. Post the payments that no ledger has, by `liquidar`, and then the refunds, by `devolver`.
    3. The state is that of all its events; what does not agree is written down and alarms.
    """
    agora = agora or timezone.now()
    cobranca = Cobranca.objects.select_for_update().get(pk=cobranca_id)
    antes = cobranca.passo
    _guardar(cobranca, lidos, agora)
    leituras = leituras_de(cobranca)
    feitos = []
    for pago in (pago for lido in lidos for pago in lido.pagos):
        pagamento = liquidar(cobranca, pago, leituras, agora=agora)
        if pagamento is not None:
            feitos.append(pagamento)
            _guardar(cobranca, [_liquidada(pagamento)], agora)
    pedidas = [devolvido for lido in lidos for devolvido in lido.devolvidos]
    devolvidas = [feita for devolvido in pedidas if (feita := devolver(cobranca, devolvido, agora=agora)) is not None]
    _mover(cobranca, leituras_de(cobranca) if feitos else leituras, lidos, agora)
    return Registrado(cobranca.passo, cobranca.passo != antes, feitos, devolvidas)


def leituras_de(cobranca: Cobranca) -> list[Leitura]:
    """All that was ever read of it, for `maquina`."""
    eventos = EventoCobranca.objects.filter(cobranca=cobranca).values_list("situacao", "em")
    return [Leitura(Passo(situacao), em) for situacao, em in eventos]


def _guardar(cobranca: Cobranca, lidos: Sequence[Lido], agora: datetime) -> None:
    EventoCobranca.objects.bulk_create(
        [
            EventoCobranca(
                cobranca=cobranca, id_evento=lido.id_evento[:120], fonte=lido.fonte, situacao=lido.passo.value,
                lida=lido.lida[:40], em=lido.em, recebido_em=agora, por=lido.por[:161], texto=lido.texto[:300],
                bruto=dict(lido.bruto),
            )
            for lido in lidos
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def _liquidada(pagamento: Pagamento) -> Lido:
    return Lido(
        f"liquidada {pagamento.id_pagamento}", Passo.LIQUIDADA, pagamento.pago_em, EventoCobranca.Fonte.NOS,
        texto=f"lançado na conta {pagamento.cobranca.conta}",
    )  # fmt: skip


def _mover(cobranca: Cobranca, leituras: Sequence[Leitura], lidos: Sequence[Lido], agora: datetime) -> None:
    estado = apurar(leituras)
    antes = cobranca.passo
    if estado.passo != antes:
        cobranca.situacao, cobranca.mudou_em = estado.passo.value, agora
        if estado.passo in DEPOIS_DE_PAGA:
            alarmar(cobranca, AlarmeCobranca.Tipo.CONTESTADA, f"a cobrança foi {cobranca.por_extenso}", agora=agora)
    for contradicao in estado.contradicoes:
        alarmar(cobranca, AlarmeCobranca.Tipo.CONTRADICAO, contradicao, agora=agora)
    cobranca.contradicao = "; ".join(estado.contradicoes)
    if ditas := [lido.lida for lido in lidos if lido.lida]:
        cobranca.lida = ditas[-1][:40]
    if ditas or any(lido.fonte == EventoCobranca.Fonte.CONSULTA for lido in lidos):
        cobranca.consultada_em, cobranca.erro, cobranca.falhas = agora, "", 0
    if cobranca.id_provedor and cobranca.tipo != Cobranca.Tipo.TEF:  # whose acquirer says everything by file
        intervalo = DO_CARNE if cobranca.tipo == Cobranca.Tipo.CARNE else INTERVALO
        cobranca.consultar_em = consultar_depois(estado.passo, cobranca.mudou_em, agora, intervalo)
        if any(lido.volte_logo for lido in lidos):
            cobranca.consultar_em = agora + INTERVALO
    cobranca.save()
