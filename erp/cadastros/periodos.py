"""Accounting periods closed and opened again: the act, its reason and its audit event, together."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from erp.cadastros.models import PeriodoContabil
from erp.cadastros.selectors import travar_periodos

PERMISSAO_FECHAR = "cadastros.fechar_periodo"
PERMISSAO_REABRIR = "cadastros.reabrir_periodo"


class PeriodoRecusado(Exception):
    """O período não pode ser fechado ou reaberto; nada foi mudado."""


@sensivel("cadastros.periodo_fechado")
def fechar_periodos(*, ids: Iterable[int], motivo: str, usuario: User) -> list[PeriodoContabil]:
    """Close periods, all or none: from here on what is of their days is posted on the first open day after them.

    Waits for the postings under way, and those that begin meanwhile wait for it. Raises PeriodoRecusado for one that is
    closed already or whose last day has not ended.
    """
    return _mudar(ids, fechado=True, motivo=motivo, usuario=usuario)


@sensivel("cadastros.periodo_reaberto")
def reabrir_periodos(*, ids: Iterable[int], motivo: str, usuario: User) -> list[PeriodoContabil]:
    """Open closed periods again, all or none. Raises PeriodoRecusado for one that is open already."""
    return _mudar(ids, fechado=False, motivo=motivo, usuario=usuario)


@transaction.atomic
def _mudar(ids: Iterable[int], *, fechado: bool, motivo: str, usuario: User) -> list[PeriodoContabil]:
    if not motivo.strip():
        raise PeriodoRecusado("diga o motivo")
    travar_periodos()
    periodos = list(PeriodoContabil.objects.select_for_update().filter(pk__in=ids).order_by("inicio"))
    if not periodos:
        raise PeriodoRecusado("o período não existe mais")
    if problemas := [p for periodo in periodos if (p := _impedimento(periodo, fechado))]:
        raise PeriodoRecusado("; ".join(problemas))
    for periodo in periodos:
        periodo.fechado = fechado
        periodo.save(update_fields=["fechado", "fechado_em"])
        registrar(
            acao="cadastros.periodo_fechado" if fechado else "cadastros.periodo_reaberto",
            ator=ator_usuario(usuario),
            objeto=PeriodoContabil._meta.label_lower,
            objeto_id=str(periodo.pk),
            antes={"fechado": not fechado},
            depois={"fechado": fechado, "inicio": str(periodo.inicio), "fim": str(periodo.fim)},
            motivo=motivo,
        )
    return periodos


def _impedimento(periodo: PeriodoContabil, fechar: bool) -> str:
    if periodo.fechado == fechar:
        return f"o período de {periodo} já está {'fechado' if fechar else 'aberto'}"
    if fechar and periodo.fim >= timezone.localdate():
        return f"o período de {periodo} ainda não terminou: só se fecham dias que já passaram"
    return ""
