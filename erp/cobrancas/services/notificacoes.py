"""Notifications of Efí: a token received, its history asked for, and what is new of it applied in order, once.

The token's row is locked before each event and moves with it, in one transaction: two at once, a repetition or a
death midway leave no event out and apply none twice.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final, NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from erp.cobrancas.efi.leitura import AVISOS, passo_de
from erp.cobrancas.efi.links import NOME
from erp.cobrancas.efi.notificacao import EventoDaEfi, historia
from erp.cobrancas.leituras import Devolvido, Lido, Pago
from erp.cobrancas.maquina import Passo
from erp.cobrancas.models import Cobranca, EventoCobranca, Notificacao
from erp.cobrancas.services.defeitos import DEFEITOS, como_falha
from erp.cobrancas.services.registro import Registrado, registrar
from erp.provedores.erros import FalhaDoProvedor, ProvedorPausado

ESPERA_MAXIMA: Final = timedelta(hours=6)
LOTE: Final = 500
Cerca = Callable[[], None]


class Aplicada(NamedTuple):
    """Of one token: the events that were new, those of no charge of ours, and what came of the others."""

    novos: int
    alheios: int
    registrados: list[Registrado]


def anotar(token: str) -> Notificacao:
    """A token was told: its history is due now."""
    agora = timezone.now()
    linha, nova = Notificacao.objects.get_or_create(
        provedor=NOME, token=token, defaults={"recebida_em": agora, "consultar_em": agora}
    )
    if not nova:
        Notificacao.objects.filter(pk=linha.pk).update(consultar_em=agora)
    return linha


def aplicar(notificacao_id: int, *, cerca: Cerca = lambda: None) -> Aplicada:
    """Ask for the history of a token and apply what is new of it, in order.

    Raises `FalhaDoProvedor`, and waits its turn: so does one whose answer we cannot work.
    """
    linha = Notificacao.objects.get(pk=notificacao_id)
    try:
        eventos = historia(linha.token)
        return _aplicar(linha, eventos, cerca)
    except FalhaDoProvedor as erro:
        _adiar(linha, erro)
        raise
    except DEFEITOS as defeito:
        falha = como_falha(defeito)
        _adiar(linha, falha)
        raise falha from defeito


def devidas() -> list[int]:
    """The tokens that are due, oldest first: those whose webhook could not be worked to the end."""
    linhas = Notificacao.objects.filter(consultar_em__lte=timezone.now()).order_by("consultar_em", "pk")
    return list(linhas.values_list("pk", flat=True)[:LOTE])


def _aplicar(linha: Notificacao, eventos: list[EventoDaEfi], cerca: Cerca) -> Aplicada:
    feitos: list[Registrado] = []
    novos = alheios = 0
    for evento in eventos:
        with transaction.atomic():
            atual = Notificacao.objects.select_for_update().get(pk=linha.pk)
            if evento.numero <= atual.ultimo_evento:
                continue
            novos += 1
            cobranca = Cobranca.objects.filter(provedor=NOME, tipo__in=("link", "carne"), id_provedor=evento.cobranca)
            dela = cobranca.values_list("pk", "valor").first() if evento.cobranca else None
            if dela is None:
                alheios += 1
            else:
                feitos.append(registrar(dela[0], [_lido(linha, evento)]))
            Notificacao.objects.filter(pk=linha.pk).update(ultimo_evento=evento.numero)
            cerca()
    Notificacao.objects.filter(pk=linha.pk, consultar_em=linha.consultar_em).update(consultar_em=None)
    Notificacao.objects.filter(pk=linha.pk).update(aplicada_em=timezone.now(), falhas=0, erro="")
    return Aplicada(novos, alheios, feitos)


def _lido(linha: Notificacao, evento: EventoDaEfi) -> Lido:
    """As a query would have read it. Paid without saying how much, or what alarms: the charge itself is asked next."""
    passo, em = passo_de(evento.status), min(evento.em, timezone.now())
    pagos = (Pago(evento.cobranca, evento.valor, em),) if passo == Passo.PAGA and evento.valor else ()
    devolvidos = (Devolvido(f"{evento.cobranca} {evento.status}", evento.cobranca, None, em),)
    a_perguntar = (passo == Passo.PAGA and not pagos) or evento.status in AVISOS
    return Lido(
        f"notificacao {linha.pk}/{evento.numero}", passo, em, EventoCobranca.Fonte.NOTIFICACAO,
        lida="" if a_perguntar else evento.status, texto=f"notificação, evento {evento.numero}", pagos=pagos,
        devolvidos=devolvidos if passo == Passo.DEVOLVIDA else (), volte_logo=a_perguntar,
    )  # fmt: skip


def _adiar(linha: Notificacao, erro: FalhaDoProvedor) -> None:
    pausa = isinstance(erro, ProvedorPausado)
    espera = min(timedelta(minutes=2 ** min(linha.falhas + 1, 9)), ESPERA_MAXIMA)
    Notificacao.objects.filter(pk=linha.pk).update(
        consultar_em=timezone.now() + espera, erro=str(erro)[:300], falhas=F("falhas") + (0 if pausa else 1)
    )
