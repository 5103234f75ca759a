"""Running what waits as rows, whoever made them: the tick, a person, the API, an approval, a death."""

import time
from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from erp.rotinas import registro
from erp.rotinas.models import Execucao
from erp.rotinas.registro import Recuperacao, Rotina, RotinaDesconhecida
from erp.rotinas.services.batida import tique_se_preciso
from erp.rotinas.services.estados import mover, nao_congelar
from erp.rotinas.services.execucao import comecar, em_curso
from erp.rotinas.services.limpeza import interromper_mortas
from erp.rotinas.services.trabalho import trabalhar

Situacao = Execucao.Situacao
SEGUNDOS = 60.0  # then the next wake-up goes on: no task holds a worker for ever


def acordada(parar: Callable[[], bool] = lambda: False) -> int:
    """What every wake-up means, whatever it says: tick, and run what waits. Returns how many were taken."""
    tique_se_preciso()
    return executar_pendentes(parar=parar)


def executar_pendentes(*, segundos: float = SEGUNDOS, parar: Callable[[], bool] = lambda: False) -> int:
    """Run what waits, oldest first; returns how many were taken.

    Two workers never take the same. What must wait (its routine is at work for another reference, or enough of the
    company's routines are at work) is left, and does not hold back what is behind it.
    """
    interromper_mortas()
    ate, tomadas, deixadas, trabalhou = time.monotonic() + segundos, 0, list[int](), False
    while time.monotonic() < ate and not parar():
        execucao = _tomar(deixadas)
        if execucao is None and deixadas and trabalhou:
            deixadas, trabalhou = [], False  # what was at work may have ended meanwhile: whoever ends last looks again
        elif execucao is None:
            break
        elif execucao.situacao == Situacao.PENDENTE:
            deixadas.append(execucao.pk)
        else:
            tomadas += 1
            trabalhou = True
            if execucao.situacao == Situacao.EXECUTANDO:
                trabalhar(registro.obter(execucao.rotina), execucao)
    return tomadas


@transaction.atomic
def _tomar(deixadas: list[int]) -> Execucao | None:
    """The oldest that waits, as running, skipped, or still pending when it must wait."""
    nao_congelar()
    pendentes = Execucao.objects.select_for_update(skip_locked=True).filter(situacao=Situacao.PENDENTE)
    execucao = pendentes.exclude(pk__in=deixadas).order_by("pk").first()
    if execucao is None:
        return None
    agora = timezone.now()
    rotina = registro.procurar(execucao.rotina)
    if rotina is None or not rotina.configurada:
        erro = "Esta rotina não está configurada." if rotina else str(RotinaDesconhecida(execucao.rotina))
        mover(execucao, Situacao.ERRO, terminada_em=agora, erro=erro)
    elif not _espera(rotina, execucao):
        comecar(execucao, agora, pode_esperar=_cada_uma_conta(rotina))
    execucao.refresh_from_db()
    return execucao


def _espera(rotina: Rotina, execucao: Execucao) -> bool:
    """Whether it must wait rather than run or be skipped."""
    if _cada_uma_conta(rotina) and em_curso(rotina.caminho, simulacao=execucao.simulacao):
        return True
    return rotina.guardar_vazias and not _ha_vaga()


def _cada_uma_conta(rotina: Rotina) -> bool:
    """One that is skipped would leave its day undone."""
    return rotina.referencia is not None or rotina.recuperacao is Recuperacao.TODAS


def _ha_vaga() -> bool:
    """Read without a lock: one too many for a moment harms nobody."""
    do_sistema = [rotina.caminho for rotina in registro.todas() if not rotina.guardar_vazias]
    da_empresa = Execucao.objects.filter(situacao=Situacao.EXECUTANDO).exclude(rotina__in=do_sistema)
    return da_empresa.count() < settings.ROTINA_SIMULTANEAS
