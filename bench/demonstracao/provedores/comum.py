"""What every scene with a provider is made of: somebody acts there, we are told, and what came of it is compared."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

import httpx

from bench.demonstracao.movimento import NaoTerminou
from erp.provedores.tasks import processar
from erp.rotinas.models import Execucao
from erp.rotinas.services import executar

SEGUNDOS_MAXIMO = 60.0


class Vivido(NamedTuple):
    """What was seen, in words, and every difference."""

    dito: str
    faltas: list[str]


def rodar(caminho: str) -> dict[str, int]:
    """One run of a routine to its end; its counts. RuntimeError when it does not end well."""
    execucao = executar(caminho, iniciada_por="demonstração")
    if execucao.situacao != Execucao.Situacao.SUCESSO:
        raise RuntimeError(f"{caminho}: {execucao.get_situacao_display()} {execucao.contagens} {execucao.erro[-1000:]}")
    contagens: dict[str, int] = execucao.contagens
    return contagens


def agir(url: str) -> None:
    """Press the one button of a page of a stand-in, as the customer does."""
    httpx.post(url, timeout=20).raise_for_status()


def esperar_avisos(o_que: str, chegou: Callable[[], bool]) -> None:
    """Work the webhooks as they come, as the worker does, until what they tell is here. Raises NaoTerminou."""
    limite = time.monotonic() + SEGUNDOS_MAXIMO
    while True:
        processar()
        if chegou():
            return
        if time.monotonic() > limite:
            raise NaoTerminou(f"{SEGUNDOS_MAXIMO:.0f} s esperando o aviso: {o_que}")
        time.sleep(0.05)


def comparar(o_que: str, certo: object, tem: object) -> list[str]:
    """Nothing, or the difference, in Portuguese."""
    return [] if certo == tem else [f"{o_que}: esperado {certo}, achado {tem}"]
