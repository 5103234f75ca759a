"""One list of both stores, newest first, by place: no event twice, none missing, and no question that nobody needs.

The archive is asked only when what is asked may have left PostgreSQL (`saidos`); what both have is shown once, as
PostgreSQL has it. Without an answer of the archive the page is of PostgreSQL alone, and says which period is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone

from auditoria.arquivo import ArquivoForaDoAr, servico
from auditoria.trilha import banco
from auditoria.trilha.filtro import Filtro, Ponto, Trecho, Visto
from auditoria.trilha.saidos import saidos_ate


class Pagina(NamedTuple):
    """Events newest first. `aviso` says in words what is missing, and why; `estranhos` are documents not as written."""

    vistos: list[Visto]
    ha_mais_antigos: bool
    ha_mais_novos: bool
    aviso: str = ""
    estranhos: int = 0


def ler(filtro: Filtro, trecho: Trecho, *, tudo: bool = False) -> Pagina:
    """A page of the trail. With `tudo` a silent archive is an error: who exports must not take a part for the whole.

    Raises `ProcuraDemorada`; with `tudo`, `ArquivoForaDoAr`.
    """
    um_a_mais = trecho._replace(limite=trecho.limite + 1)
    achados = {v.linha.id: v for parte in filtro.partes() for v in banco.procurar(parte, um_a_mais)}
    aviso, estranhos = "", 0
    if (ate := saidos_ate()) is not None and _alcanca(ate, filtro, um_a_mais, list(achados.values())):
        try:
            for parte in filtro.partes():
                vistos, ruins = servico.procurar(parte, um_a_mais)
                achados = {v.linha.id: v for v in vistos} | achados
                estranhos += ruins
        except (ArquivoForaDoAr, servico.SemArquivo) as erro:
            if tudo:
                raise ArquivoForaDoAr(_falta(ate, erro)) from erro
            aviso = _falta(ate, erro)
    return _cortar(list(achados.values()), trecho, aviso, estranhos)


def percorrer(filtro: Filtro, limite: int, por_vez: int = 1_000) -> Iterator[Visto]:
    """The newest events that a filter lets through, up to so many, both stores or an error."""
    de: Ponto | None = None
    while limite > 0:
        pagina = ler(filtro, Trecho(de, min(por_vez, limite)), tudo=True)
        yield from pagina.vistos
        if not pagina.ha_mais_antigos:
            return
        de, limite = pagina.vistos[-1].ponto, limite - len(pagina.vistos)


def um(id_: UUID) -> tuple[Visto | None, str]:
    """One event, from where it is; and, when it is not there and the archive did not answer, that."""
    if (achado := banco.um(id_)) is not None:
        return achado, ""
    try:
        return servico.um(id_), ""
    except (ArquivoForaDoAr, servico.SemArquivo) as erro:
        return None, str(erro)


def _alcanca(ate: datetime, filtro: Filtro, trecho: Trecho, do_banco: list[Visto]) -> bool:
    """Whether an event that left PostgreSQL could be on the page: none is newer than `ate`."""
    if filtro.desde is not None and filtro.desde > ate:
        return False
    if trecho.para_cima:
        return trecho.de is None or trecho.de.em <= ate
    cheia = len(do_banco) >= trecho.limite
    return not cheia or sorted(v.linha.em for v in do_banco)[-trecho.limite] <= ate


def _cortar(vistos: list[Visto], trecho: Trecho, aviso: str, estranhos: int) -> Pagina:
    vistos.sort(key=lambda v: (v.linha.em, v.linha.id), reverse=not trecho.para_cima)
    ha_mais = len(vistos) > trecho.limite
    vistos = vistos[: trecho.limite]
    if trecho.para_cima:
        return Pagina(vistos[::-1], trecho.de is not None, ha_mais, aviso, estranhos)
    return Pagina(vistos, ha_mais, trecho.de is not None, aviso, estranhos)


def _falta(ate: datetime, erro: Exception) -> str:
    motivo = str(erro).rstrip(".")
    return (
        f"Não dá para ver o que aconteceu até {timezone.localtime(ate):%d/%m/%Y %H:%M}: esses eventos já saíram do "
        f"PostgreSQL, estão só no arquivo, e o arquivo não respondeu ({motivo}). O que é mais novo está completo."
    )
