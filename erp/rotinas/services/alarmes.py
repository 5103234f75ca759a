"""What must be told about routines: log, e-mail, and the rows that the dashboard and the metrics read.

An e-mail is about alarms not told yet, all in one. They are marked before it is sent: a death in between costs an
e-mail, never doubles it; one that the server refused goes again with the next run. The ticks of the system itself
(`guardar_vazias` False) are told only when they stay in error: most of their failures pass in ten seconds.
"""

from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Final

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from erp.rotinas import registro
from erp.rotinas.models import AlarmeRotina, Execucao
from erp.rotinas.registro import Rotina
from erp.rotinas.textos import hora_e_dia

log = structlog.get_logger(__name__)

Tipo = AlarmeRotina.Tipo
FICAM: Final = timedelta(hours=24)  # a missed or slow run stays on the board that long, however well the next went
PACIENCIA: Final = timedelta(minutes=5)
POR_EMAIL: Final = 100
PAGINA: Final = "/admin/rotinas/rotinaagendada/?mostrar=problemas"


def alarmar(
    rotina: Rotina, tipo: AlarmeRotina.Tipo, texto: str, *, agora: datetime, execucao: Execucao | None = None
) -> None:
    """Open an alarm, or say that the open one happened again. In the transaction of what it is about."""
    log.warning("rotinas.alarme", rotina=rotina.caminho, tipo=tipo.name, execucao=execucao.pk if execucao else None)
    abertos = AlarmeRotina.objects.filter(rotina=rotina.caminho, tipo=tipo, encerrado_em=None)
    de_novo = {"vezes": F("vezes") + 1, "ultimo_em": agora, "texto": texto, "execucao": execucao}
    if abertos.update(**de_novo):
        return
    novo = AlarmeRotina(rotina=rotina.caminho, tipo=tipo, texto=texto, execucao=execucao, desde=agora, ultimo_em=agora)
    AlarmeRotina.objects.bulk_create([novo], ignore_conflicts=True)


def encerrar_com_sucesso(rotina: Rotina, agora: datetime) -> None:
    """A run ended well: what failed is over; what was missed or slow stays for a day, to be seen."""
    abertos = AlarmeRotina.objects.filter(rotina=rotina.caminho, encerrado_em=None)
    acabou = Q(tipo__in=[Tipo.FALHOU, Tipo.APROVACAO]) | Q(ultimo_em__lt=agora - FICAM)
    abertos.exclude(tipo=Tipo.ATENCAO).filter(acabou).update(encerrado_em=agora)


def pedir_atencao(rotina: Rotina, texto: str, *, agora: datetime) -> None:
    """Something that a run found, which stays until it passes (`atencao_passou`), however well the next ones end.

    Another text is another alarm, told anew. In the transaction of what it is about.
    """
    abertos = AlarmeRotina.objects.filter(rotina=rotina.caminho, tipo=Tipo.ATENCAO, encerrado_em=None)
    abertos.exclude(texto=texto).update(encerrado_em=agora)
    alarmar(rotina, Tipo.ATENCAO, texto, agora=agora)


def atencao_passou(rotina: Rotina, *, agora: datetime) -> None:
    """What was found is not so any more."""
    AlarmeRotina.objects.filter(rotina=rotina.caminho, tipo=Tipo.ATENCAO, encerrado_em=None).update(encerrado_em=agora)


def encerrar_espera(rotina: Rotina, agora: datetime) -> None:
    """No run of it waits for a second person any more."""
    AlarmeRotina.objects.filter(rotina=rotina.caminho, tipo=Tipo.APROVACAO, encerrado_em=None).update(
        encerrado_em=agora
    )


@sensivel("rotinas.alarme_visto")
@transaction.atomic
def marcar_visto(*, alarme: AlarmeRotina, por: User, motivo: str) -> bool:
    """Somebody saw it: it leaves the board. False when it had already left."""
    abertos = AlarmeRotina.objects.filter(pk=alarme.pk, encerrado_em=None)
    if not abertos.update(encerrado_em=timezone.now(), encerrado_por=por):
        return False
    registrar(
        acao="rotinas.alarme_visto",
        ator=ator_usuario(por),
        objeto="rotinas.AlarmeRotina",
        objeto_id=str(alarme.pk),
        depois={"rotina": alarme.rotina, "alarme": alarme.get_tipo_display()},
        motivo=motivo,
    )
    return True


def avisar(agora: datetime | None = None) -> int:
    """Send one e-mail with the alarms that nobody was told of; returns how many it tells."""
    agora = agora or timezone.now()
    alarmes = _reservar(agora) if settings.ROTINA_EMAILS else []
    if not alarmes:
        return 0
    mensagem = EmailMessage(subject=_assunto(alarmes), body=_corpo(alarmes), to=list(settings.ROTINA_EMAILS))
    try:
        mensagem.send()
    except (SMTPException, OSError) as erro:
        log.error("rotinas.email_nao_enviado", motivo=type(erro).__name__)
        AlarmeRotina.objects.filter(pk__in=[a.pk for a in alarmes]).update(avisado_em=None)
        return 0
    return len(alarmes)


@transaction.atomic
def _reservar(agora: datetime) -> list[AlarmeRotina]:
    do_sistema = [rotina.caminho for rotina in registro.todas() if not rotina.guardar_vazias]
    passageiro = Q(rotina__in=do_sistema) & (Q(encerrado_em__isnull=False) | Q(desde__gt=agora - PACIENCIA))
    a_avisar = AlarmeRotina.objects.select_for_update(skip_locked=True).filter(avisado_em=None, desde__gt=agora - FICAM)
    alarmes = list(a_avisar.exclude(passageiro).order_by("pk")[:POR_EMAIL])
    AlarmeRotina.objects.filter(pk__in=[a.pk for a in alarmes]).update(avisado_em=agora)
    return alarmes


def _assunto(alarmes: list[AlarmeRotina]) -> str:
    if len(alarmes) > 1:
        return f"Retaguarda: {len(alarmes)} alarmes de rotinas"
    return f"Retaguarda: {_titulo(alarmes[0])} {alarmes[0].get_tipo_display()}"


def _corpo(alarmes: list[AlarmeRotina]) -> str:
    """No traceback: it may quote data. The page has it."""
    linhas = [
        f"- {_titulo(a)}: {a.get_tipo_display()}, {hora_e_dia(a.desde)}. {a.texto.strip()}"
        f"{' (já voltou ao normal)' if a.encerrado_em else ''}"
        for a in alarmes
    ]
    return "\n".join(["O que precisa de alguém:", "", *linhas, "", f"{settings.RETAGUARDA_URL}{PAGINA}", ""])


def _titulo(alarme: AlarmeRotina) -> str:
    rotina = registro.procurar(alarme.rotina)
    return rotina.titulo if rotina else alarme.rotina
