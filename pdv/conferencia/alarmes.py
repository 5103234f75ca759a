"""What the board must tell somebody who is not looking at it: log, e-mail, and the dashboard's own list.

An e-mail is a digest: one at most in `CONFERENCIA_RESUMO`, none when nothing changed since the last one (a day later it
is told again). Its row is written before it is sent, so a death in between costs one digest and never doubles it; one
that the server refused is tried again with the next run. No customer, no document, no operation number is in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Final, NamedTuple

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.utils import timezone

from pdv.conferencia import selectors
from pdv.conferencia.models import DiaConferido, Resumo
from pdv.conferencia.selectors import Filiais
from pdv.conferencia.textos import em_frase, ha_quanto
from pdv.processamento.formatos import data, quantos, reais

LINHAS_MAXIMO: Final = 100
LEMBRETE: Final = timedelta(hours=24)
GUARDADOS: Final = timedelta(days=90)

log = structlog.get_logger(__name__)


class Alarme(NamedTuple):
    """`codigo` and `assunto` tell one from another; `texto` is for people; `dia_id` is its row of the board, if it has one."""

    codigo: str
    assunto: str
    texto: str
    dia_id: int | None = None


def coletar(filiais: Filiais, agora: datetime, limite: int = LINHAS_MAXIMO) -> list[Alarme]:
    """Contingencies near their deadline, days over that do not check, silent tills."""
    calados = [
        Alarme("PDV_CALADO", str(c.pdv.codigo), f"PDV {c.pdv}: {_calado_ha(c.desde, agora)}")
        for c in selectors.calados(filiais, agora)[:limite]
    ]
    return dos_dias(filiais, agora, limite) + calados


def dos_dias(filiais: Filiais, agora: datetime, limite: int) -> list[Alarme]:
    """The alarms of the board's own rows, the urgent first."""
    contingencias = selectors.contingencias_a_vencer(filiais, agora).select_related("ponto_venda")
    atrasados = selectors.atrasados(filiais, agora).select_related("ponto_venda")
    return [
        *(_contingencia(d, agora) for d in contingencias.order_by("contingencia_vence_em")[:limite]),
        *(_atrasado(d) for d in atrasados.order_by("-dia", "ponto_venda")[:limite]),
    ]


def _contingencia(d: DiaConferido, agora: datetime) -> Alarme:
    assert d.contingencia_vence_em is not None  # the selector asks for it
    resta = (d.contingencia_vence_em - agora).total_seconds()
    prazo = f"faltam {ha_quanto(resta)} para o prazo" if resta > 0 else f"o prazo passou há {ha_quanto(-resta)}"
    notas = quantos(d.contingencia_quantidade, "nota em contingência", "notas em contingência")
    codigo = "CONTINGENCIA_A_VENCER" if resta > 0 else "CONTINGENCIA_VENCIDA"
    return Alarme(codigo, _chave(d), f"{data(d.dia)}, PDV {d.ponto_venda}: {notas}; {prazo}", d.pk)


def _atrasado(d: DiaConferido) -> Alarme:
    frase = em_frase(d.motivos, tem_manifesto=d.tem_manifesto)
    dinheiro = f"; {reais(d.nao_lancado_valor)} sem lançar" if d.nao_lancado_valor else ""
    codigo = DiaConferido.Situacao(d.situacao).name
    return Alarme(codigo, _chave(d), f"{data(d.dia)}, PDV {d.ponto_venda}: {frase}{dinheiro}", d.pk)


def _chave(d: DiaConferido) -> str:
    return f"{d.ponto_venda.codigo} {d.dia}"


def _calado_ha(desde: datetime | None, agora: datetime) -> str:
    return f"sem contato há {ha_quanto((agora - desde).total_seconds())}" if desde else "nunca falou com a retaguarda"


def alarmar(agora: datetime | None = None) -> int:
    """Log what must be told and is new, and send the digest when it is time. Returns how many alarms stand."""
    agora = agora or timezone.now()
    alarmes = coletar(None, agora)
    if alarmes:
        por_codigo = {codigo: sum(a.codigo == codigo for a in alarmes) for codigo in {a.codigo for a in alarmes}}
        log.warning("conferencia.alarmes", total=len(alarmes), **por_codigo)
    if alarmes and settings.CONFERENCIA_EMAILS and (resumo := _reservar(alarmes, agora)):
        _enviar(resumo, alarmes, agora)
    return len(alarmes)


def assinatura(alarmes: Sequence[Alarme]) -> str:
    """What the digest is about, without the hours in it."""
    return hashlib.sha256("\n".join(sorted(f"{a.codigo} {a.assunto}" for a in alarmes)).encode()).hexdigest()


def _reservar(alarmes: Sequence[Alarme], agora: datetime) -> Resumo | None:
    """The digest's row, committed before it is sent; None when it is not time, or there is nothing new."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('pdv.conferencia.resumo', 0))")
        Resumo.objects.filter(criado_em__lt=agora - GUARDADOS).delete()
        ultimo = Resumo.objects.filter(erro="").order_by("-pk").first()
        qual = assinatura(alarmes)
        if ultimo is not None:
            passou = agora - ultimo.criado_em
            ja_disse = ultimo.assinatura == qual and ultimo.enviado_em is not None
            if passou < max(LEMBRETE if ja_disse else settings.CONFERENCIA_RESUMO, settings.CONFERENCIA_RESUMO):
                return None
        return Resumo.objects.create(assinatura=qual, linhas=len(alarmes), criado_em=agora)


def _enviar(resumo: Resumo, alarmes: Sequence[Alarme], agora: datetime) -> None:
    mensagem = EmailMessage(
        subject=f"Retaguarda: {quantos(len(alarmes), 'alarme da conferência', 'alarmes da conferência')}",
        body=corpo(alarmes),
        to=list(settings.CONFERENCIA_EMAILS),
    )
    try:
        mensagem.send()
    except (SMTPException, OSError) as erro:
        log.error("conferencia.email_nao_enviado", motivo=type(erro).__name__)
        Resumo.objects.filter(pk=resumo.pk).update(erro=type(erro).__name__[:200])
        return
    Resumo.objects.filter(pk=resumo.pk).update(enviado_em=agora)
    log.info("conferencia.email_enviado", alarmes=len(alarmes))


def corpo(alarmes: Sequence[Alarme]) -> str:
    """The digest's text; beyond `LINHAS_MAXIMO` lines, how many more there are."""
    linhas = [f"- {a.texto}" for a in alarmes[:LINHAS_MAXIMO]]
    if len(alarmes) > LINHAS_MAXIMO:
        linhas.append(f"- e mais {len(alarmes) - LINHAS_MAXIMO}")
    return "\n".join(
        [
            "O que precisa de alguém:",
            "",
            *linhas,
            "",
            "Abra «Conferência» na retaguarda para ver os números e o que fazer.",
        ]
    )
