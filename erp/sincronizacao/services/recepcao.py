"""One page into this side: the cursor and what it stands for, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec
from django.db import transaction
from django.utils import timezone

from erp.sincronizacao.cliente import ilegivel
from erp.sincronizacao.entidades import ENTIDADES
from erp.sincronizacao.entidades.base import Entidade
from erp.sincronizacao.fio import INICIO, Pagina, Registro, Versao, ler_versao
from erp.sincronizacao.models import Conflito, CursorEntidade, RegistroSincronizado
from erp.sincronizacao.services.aplicacao import Palavra, Resumo, aplicar

SUMIDOS_POR_VEZ: Final = 1000
RETIDOS_POR_VEZ: Final = 500
EXCLUSOES_LIVRES: Final = 100  # more than that, and than a tenth of all, wait for a person
Confirmar = Callable[[], None]


def cursor_de(entidade: str) -> CursorEntidade:
    return CursorEntidade.objects.get_or_create(entidade=entidade)[0]


@transaction.atomic
def receber(pagina: Pagina, *, pedida: CursorEntidade, confirmar: Confirmar) -> Resumo | None:
    """Store a page that was asked for with the cursor `pedida`; None when it is not the next one any more.

    1. Lock the cursor: whoever else has the same page waits here, and then finds the cursor moved.
    2. Another epoca: nothing of this page counts; the reading begins again.
    3. Apply the records, move the cursor, commit.
    """
    cursor = CursorEntidade.objects.select_for_update().get(pk=pagina.entidade)
    if (cursor.posicao, cursor.passada, cursor.epoca) != (pedida.posicao, pedida.passada, pedida.epoca):
        return None
    if cursor.epoca not in ("", pagina.epoca):
        # versions of the other database say nothing of this one's
        RegistroSincronizado.objects.filter(entidade=cursor.entidade).update(transacao=0, ordem=0)
        comecar_de_novo(cursor)
        cursor.epoca = pagina.epoca
        cursor.save()
        confirmar()
        return Resumo()
    entidade = ENTIDADES[pagina.entidade]
    resumo = aplicar(entidade, _palavras(pagina), passada=cursor.passada)
    cursor.epoca, cursor.posicao = pagina.epoca, pagina.ate
    cursor.lidos += len(pagina.registros)
    if pagina.registros:
        cursor.atualizado_ate = pagina.registros[-1].em
    cursor.alcancou = not (pagina.ha_mais or pagina.retido)  # what is held there is neither read nor gone
    if cursor.alcancou and not cursor.completa:
        _terminar_passada(entidade, cursor, resumo)
    cursor.ultimo_contato_em, cursor.ultimo_erro = timezone.now(), ""
    cursor.save()
    confirmar()
    return resumo


def comecar_de_novo(cursor: CursorEntidade) -> None:
    """The next reading is from the beginning; what it does not bring is gone there."""
    cursor.posicao, cursor.passada = "", cursor.passada + 1
    cursor.completa = cursor.alcancou = False
    cursor.exclusoes_a_confirmar = 0


def retomar_retidos(entidade: Entidade, *, confirmar: Confirmar) -> Resumo:
    """Try again what was held, for what was missing may be here now."""
    resumo = Resumo()
    retidos = Conflito.objects.filter(
        entidade=entidade.nome,
        situacao=Conflito.Situacao.ABERTO,
        tipo__in=(Conflito.Tipo.REFERENCIA, Conflito.Tipo.RECUSADO),
    )
    chaves = list(retidos.order_by("chave").values_list("chave", flat=True))
    for inicio in range(0, len(chaves), RETIDOS_POR_VEZ):
        with transaction.atomic():
            cursor = CursorEntidade.objects.select_for_update().get(pk=entidade.nome)
            ditas = {r.chave: r.la for r in retidos.filter(chave__in=chaves[inicio : inicio + RETIDOS_POR_VEZ])}
            bases = RegistroSincronizado.objects.filter(entidade=entidade.nome, chave__in=ditas)
            versoes = {b.chave: (b.transacao, b.ordem) for b in bases}
            palavras = [Palavra(chave, Versao(*versoes.get(chave, INICIO)), la) for chave, la in ditas.items()]
            resumo.somar(aplicar(entidade, palavras, passada=cursor.passada, de_novo=True))
            confirmar()
    return resumo


def _palavras(pagina: Pagina) -> list[Palavra]:
    """The newest word of each record of the page."""
    ultimas = {r.chave: r for r in pagina.registros}
    return [_palavra(registro) for registro in ultimas.values()]


def _palavra(registro: Registro) -> Palavra:
    try:
        versao = ler_versao(registro.versao)
        la = None if registro.apagado else msgspec.json.decode(registro.dados, type=dict)
    except (ValueError, msgspec.MsgspecError) as erro:
        raise ilegivel(f"tem um registro que não se entende: {erro}") from None
    return Palavra(registro.chave, versao, la)


def _terminar_passada(entidade: Entidade, cursor: CursorEntidade, resumo: Resumo) -> None:
    """At the end of a whole reading: what it did not bring is gone there, some at a time.

    Many at once look like an address that is another's, or a database that was lost: they wait for a person.
    """
    conhecidos = RegistroSincronizado.objects.filter(entidade=entidade.nome)
    sumidos = conhecidos.filter(passada__lt=cursor.passada)
    cursor.exclusoes_a_confirmar = 0
    if cursor.exclusoes_confirmadas != cursor.passada:
        quantos = sumidos.filter(dados__isnull=False).count()
        if quantos > EXCLUSOES_LIVRES and quantos * 10 > conhecidos.count():
            cursor.exclusoes_a_confirmar = quantos
            return
    palavras = [
        Palavra(s.chave, Versao(s.transacao, s.ordem), None) for s in sumidos.order_by("chave")[:SUMIDOS_POR_VEZ]
    ]
    if palavras:
        resumo.somar(aplicar(entidade, palavras, passada=cursor.passada, de_novo=True))
    cursor.completa = len(palavras) < SUMIDOS_POR_VEZ
