"""Turning a feed on, at its first reading: from then on triggers note what changes; what was here before is noted once.

What was here is noted in pages by key, each in its own short transaction: whoever writes waits for one page at most, and
who is killed, or gives up, goes on from the last page. Until all is noted the feed tells nothing.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from django.db import connection, transaction
from django.db.models import Model

from erp.sincronizacao.entidades import Entidade
from erp.sincronizacao.models import FeedLigado

PAGINA: Final = 5000
SEGUNDOS_POR_LEITURA: Final = 5.0  # then whoever asked is told to come again
_NOTAR: Final = """
WITH pagina AS (SELECT "{coluna}" AS chave FROM "{tabela}" {depois} ORDER BY 1 LIMIT {pagina}),
notadas AS (
    INSERT INTO sincronizacao_mudanca (entidade, chave, transacao, ordem, em)
    SELECT %(entidade)s, c.chave::text, pg_current_xact_id()::text::bigint, nextval('sincronizacao_ordem'), now()
    FROM (SELECT chave FROM pagina ORDER BY 1) c
    ON CONFLICT DO NOTHING
)
SELECT count(*), max(chave)::text FROM pagina
"""


def ligar_feed(entidade: Entidade) -> bool:
    """Whether the feed is on; False: it is being turned on, ask again. Any number may ask at once.

    Raises OperationalError when writers keep the tables, or records of a page, for too long: ask again.
    """
    feed = FeedLigado.objects.filter(pk=entidade.nome).first()
    if feed is None:
        with transaction.atomic():
            esperar_quem_escreve(entidade.tabelas)
            feed, _ = FeedLigado.objects.get_or_create(pk=entidade.nome)
    fim = time.monotonic() + SEGUNDOS_POR_LEITURA
    pronto = feed.pronto
    while not pronto:
        pronto = _notar_pagina(entidade)
        if time.monotonic() >= fim:
            break
    return pronto


def _notar_pagina(entidade: Entidade) -> bool:
    """Note the next page of what was here; whether it was the last one.

    It gives up waiting for a writer before the server looks for deadlocks, so that no writer is the one to be undone.
    """
    tabela = entidade.tabelas[0]._meta
    coluna = next(campo.column for campo in tabela.concrete_fields if campo.name == entidade.chave)
    with transaction.atomic(), connection.cursor() as cursor:
        feed = FeedLigado.objects.select_for_update().get(pk=entidade.nome)
        if feed.pronto:
            return True
        cursor.execute("SET LOCAL lock_timeout = '500ms'")
        depois = f'WHERE "{coluna}" > %(notado_ate)s' if feed.notado_ate else ""
        comando = _NOTAR.format(coluna=coluna, tabela=tabela.db_table, depois=depois, pagina=PAGINA)
        cursor.execute(comando, {"entidade": entidade.nome, "notado_ate": feed.notado_ate})
        quantas, ultima = cursor.fetchone()
        feed.notado_ate, feed.pronto = ultima or feed.notado_ate, quantas < PAGINA
        feed.save(update_fields=["notado_ate", "pronto"])
        return feed.pronto


def esperar_quem_escreve(modelos: Sequence[type[Model]]) -> None:
    """Until this transaction ends nobody writes in these tables: who wrote before is seen, who writes after sees it."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '2s'")
        tabelas = ", ".join(f'"{modelo._meta.db_table}"' for modelo in modelos)
        cursor.execute(f"LOCK TABLE {tabelas} IN SHARE MODE")
