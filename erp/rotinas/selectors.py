"""What the dashboard and the metrics read of the routines."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from erp.rotinas.models import AlarmeRotina, Batida, Execucao, RotinaAgendada

LINHAS_MAXIMO = 50
Situacao = Execucao.Situacao


@dataclass(frozen=True)
class Quadro:
    """How the routines are. `parada_ha`: for how long nobody ticks, None while somebody does; nothing runs then."""

    parada_ha: timedelta | None
    alarmes: list[AlarmeRotina]
    em_curso: list[Execucao]
    esperando: int  # executions due or asked for that no worker took yet


def quadro(agora: datetime | None = None) -> Quadro:
    """In four short queries; alarms the newest first, up to `LINHAS_MAXIMO`."""
    agora = agora or timezone.now()
    return Quadro(
        parada_ha=parada_ha(agora),
        alarmes=list(alarmes_abertos()[:LINHAS_MAXIMO]),
        em_curso=list(Execucao.objects.filter(situacao=Situacao.EXECUTANDO).order_by("pk")[:LINHAS_MAXIMO]),
        esperando=Execucao.objects.filter(situacao=Situacao.PENDENTE).count(),
    )


def alarmes_abertos() -> QuerySet[AlarmeRotina]:
    """What still must be told; few by construction: one for each routine and kind."""
    return AlarmeRotina.objects.filter(encerrado_em=None).order_by("-ultimo_em")


def parada_ha(agora: datetime) -> timedelta | None:
    """For how long no tick came, when that is longer than `ROTINA_TOLERANCIA`; None also before the first one."""
    ultima = Batida.objects.values_list("em", flat=True).first()
    if ultima is None or agora - ultima <= settings.ROTINA_TOLERANCIA:
        return None
    return agora - ultima


def ultimos_sucessos() -> dict[str, datetime]:
    """When each declared routine last ended well, by path."""
    boas = Execucao.objects.filter(
        rotina=OuterRef("caminho"), situacao__in=[Situacao.SUCESSO, Situacao.SUCESSO_COM_FALHAS], simulacao=False
    )
    linhas = RotinaAgendada.objects.filter(declarada=True).annotate(
        bem_em=Subquery(boas.order_by("-pk").values("terminada_em")[:1])
    )
    return {caminho: em for caminho, em in linhas.values_list("caminho", "bem_em") if em is not None}
