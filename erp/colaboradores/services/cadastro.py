"""Changes of the register that change sheets already made: the row, its audit event and the notes, together."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from auditoria.sensivel import sensivel
from erp.cadastros.feriados import dias_de
from erp.cadastros.models import FeriadoMunicipal
from erp.cadastros.services import excluir_com_auditoria, gravar_com_auditoria
from erp.colaboradores.models import Colaborador, EscalaColaborador, FolhaDia
from erp.colaboradores.services.toques import tocar_escala, tocar_folhas


@sensivel("colaboradores.colaborador_criado", "colaboradores.colaborador_alterado")
@transaction.atomic
def gravar_colaborador(pessoa: Colaborador, *, usuario: User, motivo: str = "") -> bool:
    """Save; sheets from the first day that a change of contract or município reaches are computed again."""
    antes = Colaborador.objects.select_for_update(no_key=True).filter(pk=pessoa.pk).first() if pessoa.pk else None
    mudou = gravar_com_auditoria(pessoa, usuario=usuario, motivo=motivo)
    if mudou and antes is not None and (desde := desde_quando(antes, pessoa)):
        with connection.cursor() as cursor:
            tocar_folhas(cursor, [pessoa.pk], desde)
    return mudou


@sensivel("colaboradores.escalacolaborador_criado")
@transaction.atomic
def gravar_vigencia(vigencia: EscalaColaborador, *, usuario: User) -> bool:
    """Save; the sheets from its first day, as it was and as it is, are computed again, or made."""
    antes = EscalaColaborador.objects.filter(pk=vigencia.pk).first() if vigencia.pk else None
    mudou = gravar_com_auditoria(vigencia, usuario=usuario)
    if mudou:
        _tocar_vigencia(vigencia.colaborador_id, min(vigencia.desde, antes.desde if antes else vigencia.desde))
    return mudou


@sensivel("colaboradores.escalacolaborador_excluido")
@transaction.atomic
def excluir_vigencia(vigencia: EscalaColaborador, *, usuario: User) -> None:
    """Take a schedule off somebody: the one before it goes on."""
    excluir_com_auditoria(vigencia, usuario=usuario)
    _tocar_vigencia(vigencia.colaborador_id, vigencia.desde)


def escala_usada(escala_id: int) -> bool:
    """Whether a sheet was made by this schedule: from then on it is copied, not changed."""
    return FolhaDia.objects.filter(
        colaborador__escalas__escala_id=escala_id, dia__gte=F("colaborador__escalas__desde")
    ).exists()


def feriado_mudou(feriado: FeriadoMunicipal) -> None:
    """The sheets already made of its days, of whoever works in its município, are computed again."""
    pessoas = list(Colaborador.objects.filter(municipio=feriado.municipio).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        for dia in dias_de(feriado, feriado.dia, timezone.localdate()):
            tocar_folhas(cursor, pessoas, dia, dia)


def _tocar_vigencia(colaborador: int, desde: date) -> None:
    with connection.cursor() as cursor:
        tocar_escala(cursor, colaborador, desde, timezone.localdate())


def desde_quando(antes: Colaborador, depois: Colaborador) -> date | None:
    """The first day whose sheet the change reaches; None when it reaches none."""
    dias: list[date] = []
    if (antes.municipio, antes.controla_ponto) != (depois.municipio, depois.controla_ponto):
        dias.append(min(antes.admissao, depois.admissao))
    if antes.admissao != depois.admissao:
        dias.append(min(antes.admissao, depois.admissao))
    if antes.desligamento != depois.desligamento:
        dias.append(min(filter(None, (antes.desligamento, depois.desligamento))))
    return min(dias, default=None)
