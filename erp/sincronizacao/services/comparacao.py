"""The diff report: both sides read whole and compared, and nothing changed but the report."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import msgspec
from django.db import transaction
from django.utils import timezone

from erp.sincronizacao.cliente import ler_feed
from erp.sincronizacao.entidades import ENTIDADES
from erp.sincronizacao.entidades.base import Entidade, Regra
from erp.sincronizacao.fio import INICIO, Pagina, ler_versao
from erp.sincronizacao.models import Diferenca, RegistroSincronizado

GUARDADAS_MAXIMO: Final = 10_000  # of an entity: who differs in more than that needs no list, but a new reading


def comparar(nomes: Iterable[str], *, confirmar: Callable[[], None] = lambda: None) -> dict[str, int]:
    """Compare these entities; returns how many records differ in each. Raises FalhaDoProvedor, the report as it was.

    What changes while it is read may be told as a difference: the next comparison takes it away.
    """
    contagens = {}
    for nome in nomes:
        contagens[nome] = _uma(ENTIDADES[nome], confirmar)
    return contagens


def _uma(entidade: Entidade, confirmar: Callable[[], None]) -> int:
    desde, ha_mais = INICIO, True
    diferencas: dict[str, Diferenca | None] = {}
    vistas: set[str] = set()
    while ha_mais:
        pagina = ler_feed(entidade.nome, desde, entidade.lote)
        diferencas.update(_da_pagina(entidade, pagina))
        vistas.update(r.chave for r in pagina.registros)
        desde, ha_mais = ler_versao(pagina.ate), pagina.ha_mais
    so_daqui = _so_daqui(entidade, vistas)
    for inicio in range(0, len(so_daqui), entidade.lote):
        for chave, dados in entidade.ler(so_daqui[inicio : inicio + entidade.lote]).items():
            diferencas[chave] = _sobra(entidade, chave, dados.em_json())
    achadas = [d for d in diferencas.values() if d is not None]
    agora = timezone.now()
    for diferenca in achadas:
        diferenca.vista_em = agora
    with transaction.atomic():
        Diferenca.objects.filter(entidade=entidade.nome).delete()
        Diferenca.objects.bulk_create(achadas[:GUARDADAS_MAXIMO], batch_size=1000)
        confirmar()
    return len(achadas)


def _da_pagina(entidade: Entidade, pagina: Pagina) -> dict[str, Diferenca | None]:
    """By key; None where both say the same. A record may come again, changed meanwhile: the last word counts."""
    aqui = entidade.ler([r.chave for r in pagina.registros if entidade.chave_valida(r.chave)])
    achadas: dict[str, Diferenca | None] = {}
    for registro in pagina.registros:
        la = None if registro.apagado else msgspec.json.decode(registro.dados, type=dict)
        local = aqui[registro.chave].em_json() if registro.chave in aqui else None
        achadas[registro.chave] = _diferenca(entidade, registro.chave, local, la)
    return achadas


def _diferenca(
    entidade: Entidade, chave: str, aqui: dict[str, object] | None, la: dict[str, object] | None
) -> Diferenca | None:
    if la is None:
        return None if aqui is None else _sobra(entidade, chave, aqui)
    if aqui is None:
        return Diferenca(entidade=entidade.nome, chave=chave, tipo=Diferenca.Tipo.FALTA_AQUI, la=la)
    campos = [campo for campo, valor in aqui.items() if la.get(campo) != valor]
    if not campos:
        return None
    return Diferenca(entidade=entidade.nome, chave=chave, tipo=Diferenca.Tipo.DIFERE, campos=campos, aqui=aqui, la=la)


def _sobra(entidade: Entidade, chave: str, aqui: dict[str, object]) -> Diferenca | None:
    if not entidade.em_uso(aqui):
        return None
    return Diferenca(entidade=entidade.nome, chave=chave, tipo=Diferenca.Tipo.SOBRA_AQUI, aqui=aqui)


def _so_daqui(entidade: Entidade, vistas: set[str]) -> list[str]:
    """Here, and there not at all. Who registers on both sides has some of its own: of those, what once came from there."""
    chaves = entidade.chaves()
    if entidade.regra is Regra.POR_CAMPO:
        conhecidas = RegistroSincronizado.objects.filter(entidade=entidade.nome, dados__isnull=False)
        chaves = conhecidas.values_list("chave", flat=True).iterator(5000)
    return [chave for chave in chaves if chave not in vistas]
