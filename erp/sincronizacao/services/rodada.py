"""One run: every page that the other side has, entity by entity."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Final

import structlog
from django.utils import timezone

from erp.provedores.erros import FalhaDoProvedor
from erp.sincronizacao.cliente import ler_feed
from erp.sincronizacao.entidades import ENTIDADES
from erp.sincronizacao.fio import ler_versao
from erp.sincronizacao.models import CursorEntidade
from erp.sincronizacao.services.aplicacao import Resumo
from erp.sincronizacao.services.recepcao import cursor_de, receber, retomar_retidos

log = structlog.get_logger(__name__)
ESPERAS: Final = 10
PAUSA: Final = 0.5  # seconds
Falhar = Callable[[str, str], None]


def sincronizar(
    nomes: Iterable[str], *, confirmar: Callable[[], None] = lambda: None, falhar: Falhar | None = None
) -> dict[str, Resumo]:
    """Read the feeds of these entities to their ends. An entity whose feed fails is told by `falhar` and left for the
    next run, and the others go on, unless nobody is there; without `falhar`, FalhaDoProvedor is raised.
    """
    resumos: dict[str, Resumo] = {}
    for nome in nomes:
        try:
            resumos[nome] = _entidade(nome, confirmar)
        except FalhaDoProvedor as falha:
            _anotar(nome, str(falha))
            log.warning("feed não lido", entidade=nome, motivo=str(falha))
            if falhar is None:
                raise
            falhar(nome, str(falha))
            if falha.status == 0:
                break  # nobody there, or paused: the others would only wait for the same
    return resumos


def _entidade(nome: str, confirmar: Callable[[], None]) -> Resumo:
    """No transaction is open while the other side is asked. What it holds is waited for a little, then left for the next
    run."""
    entidade, resumo, esperas = ENTIDADES[nome], Resumo(), 0
    while True:
        cursor = cursor_de(nome)
        pagina = ler_feed(nome, ler_versao(cursor.posicao), entidade.lote)
        feito = receber(pagina, pedida=cursor, confirmar=confirmar)
        if feito is None:
            continue  # somebody else stored it meanwhile: go on from where the cursor is
        resumo.somar(feito)
        agora = cursor_de(nome)
        if agora.alcancou and (agora.completa or agora.exclusoes_a_confirmar):
            break
        if pagina.retido:
            if esperas == ESPERAS:
                resumo.incompletas = 1
                break
            esperas += 1
            time.sleep(PAUSA)
    resumo.somar(retomar_retidos(entidade, confirmar=confirmar))
    return resumo


def _anotar(nome: str, motivo: str) -> None:
    cursor_de(nome)
    CursorEntidade.objects.filter(pk=nome).update(
        ultimo_erro=motivo[:500], ultimo_erro_em=timezone.now(), alcancou=False
    )
