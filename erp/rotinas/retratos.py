"""How routines are doing: what the pages and the dashboard read, in a handful of questions for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from statistics import median

from django.db import connection
from django.db.models.functions import Right

from erp.rotinas import registro
from erp.rotinas.calendario import Quando
from erp.rotinas.models import AlarmeRotina, Batida, Execucao, RotinaAgendada
from erp.rotinas.registro import Rotina
from erp.rotinas.services.vigilia import AMOSTRA, AMOSTRA_MINIMA, BOAS
from erp.rotinas.tarefas import agenda_da, em_palavras

FIM_DO_ERRO = 400
SEM_BATIDA = timedelta(minutes=5)
Situacao = Execucao.Situacao
ABERTAS = (Situacao.PENDENTE, Situacao.EXECUTANDO)
MAL = (Situacao.ERRO, Situacao.INTERROMPIDA, Situacao.PERDIDA)

# The index on (rotina, id) serves each of the inner reads.
_ULTIMAS = """
SELECT e.id FROM rotinas_rotinaagendada r CROSS JOIN LATERAL (
    SELECT id FROM rotinas_execucao WHERE rotina = r.caminho AND NOT simulacao ORDER BY id DESC LIMIT %s
) e WHERE r.id = ANY(%s)
"""


@dataclass(frozen=True)
class Retrato:
    """A routine, its schedule, its newest executions (simulations apart) and what is open about it."""

    rotina: RotinaAgendada
    declarada: Rotina | None
    execucoes: Sequence[Execucao]
    alarmes: Sequence[AlarmeRotina]

    @cached_property
    def agenda(self) -> Quando | None:
        return agenda_da(self.rotina.agenda)

    @property
    def quando(self) -> str:
        return em_palavras(self.rotina.agenda)

    @property
    def configurada(self) -> bool:
        return self.rotina.configurada

    @property
    def em_pausa(self) -> bool:
        return self.rotina.agenda is not None and not self.rotina.agenda.enabled

    @property
    def do_sistema(self) -> bool:
        """The house's own upkeep: no path in the specification, and neither contracts nor money to be simulated."""
        return self.declarada is None or (self.declarada.metodo is None and not self.declarada.simulavel)

    @property
    def em_curso(self) -> Execucao | None:
        return next((e for e in self.execucoes if e.situacao in ABERTAS), None)

    @property
    def ultima(self) -> Execucao | None:
        """The newest that came to an end which says something: a skipped one says only that another ran."""
        terminadas = [e for e in self.execucoes if e.situacao not in ABERTAS]
        return next((e for e in terminadas if e.situacao != Situacao.PULADA), next(iter(terminadas), None))

    @property
    def mediana(self) -> timedelta | None:
        """How long it takes as a rule: of the newest that ended well; None while they are too few to tell."""
        tempos = [t.total_seconds() for e in self.execucoes if e.situacao in BOAS and (t := tempo_de(e)) is not None]
        return timedelta(seconds=median(tempos)) if len(tempos) >= AMOSTRA_MINIMA else None

    @property
    def com_problema(self) -> bool:
        ultima = self.ultima
        return bool(self.alarmes) or (ultima is not None and ultima.situacao in (*MAL, Situacao.AGUARDA_APROVACAO))


def retratos(linhas: Iterable[RotinaAgendada] | None = None) -> list[Retrato]:
    """Of these routines, or of all that the code declares; by title. Four questions, however many they are."""
    if linhas is None:
        linhas = RotinaAgendada.objects.filter(declarada=True)
        linhas = linhas.select_related("agenda__interval", "agenda__crontab").order_by("titulo")
    rotinas = list(linhas)
    execucoes = _ultimas([rotina.pk for rotina in rotinas])
    alarmes: dict[str, list[AlarmeRotina]] = defaultdict(list)
    abertos = AlarmeRotina.objects.filter(encerrado_em=None, rotina__in=[rotina.caminho for rotina in rotinas])
    for alarme in abertos.order_by("tipo"):
        alarmes[alarme.rotina].append(alarme)
    return [
        Retrato(rotina, registro.procurar(rotina.caminho), execucoes[rotina.caminho], alarmes[rotina.caminho])
        for rotina in rotinas
    ]


def retrato_de(rotina: RotinaAgendada) -> Retrato:
    return retratos([rotina])[0]


def tempo_de(execucao: Execucao, agora: datetime | None = None) -> timedelta | None:
    """How long it took, or has been taking; None when it did not begin."""
    fim = execucao.terminada_em or agora
    return fim - execucao.iniciada_em if execucao.iniciada_em and fim else None


def parada_desde(agora: datetime) -> datetime | None:
    """Since when nobody looks at the schedules; None while somebody does, or never did."""
    batida = Batida.objects.first()
    return batida.em if batida and agora - batida.em > SEM_BATIDA else None


def _ultimas(ids: list[int]) -> dict[str, list[Execucao]]:
    """Newest first, with the end of the error instead of all of it."""
    with connection.cursor() as cursor:
        cursor.execute(_ULTIMAS, [AMOSTRA, ids])
        execucoes = [linha[0] for linha in cursor.fetchall()]
    da_rotina: dict[str, list[Execucao]] = defaultdict(list)
    achadas = Execucao.objects.filter(pk__in=execucoes).defer("erro").annotate(fim_do_erro=Right("erro", FIM_DO_ERRO))
    for execucao in achadas.order_by("-id"):
        da_rotina[execucao.rotina].append(execucao)
    return da_rotina
