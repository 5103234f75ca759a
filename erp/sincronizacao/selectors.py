"""The page of a feed, and the last run of a routine."""

from __future__ import annotations

from typing import Final

import msgspec
from django.db import connection

from erp.rotinas.models import Execucao
from erp.sincronizacao.entidades import Entidade
from erp.sincronizacao.fio import Pagina, Registro, Versao, codificar, ler_versao

# Only transactions older than every one that still runs: none of them can bring a row before the last one read.
_PAGINA: Final = """
SELECT chave, transacao, ordem, em FROM sincronizacao_mudanca
WHERE entidade = %s AND (transacao, ordem) > (%s, %s)
  AND transacao < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
ORDER BY transacao, ordem LIMIT %s
"""
_DEPOIS: Final = (
    "SELECT EXISTS (SELECT FROM sincronizacao_mudanca WHERE entidade = %s AND (transacao, ordem) > (%s, %s))"
)
# A number of a transaction means something in one database, on one timeline of one server.
_EPOCA: Final = """
SELECT s.system_identifier || '.' || c.timeline_id || '.' || d.oid
FROM pg_control_system() s, pg_control_checkpoint() c, pg_database d WHERE d.datname = current_database()
"""


def epoca() -> str:
    """What the numbers of this database belong to. Another one: restored from a copy, promoted, or another database."""
    with connection.cursor() as cursor:
        cursor.execute(_EPOCA)
        return str(cursor.fetchone()[0])


def pagina(entidade: Entidade, desde: Versao, limite: int) -> Pagina:
    """The next `limite` records that changed after `desde`, each as it is now.

    A record may be newer than its version says: then its next version is already on its way.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PAGINA, [entidade.nome, *desde, limite + 1])
        linhas = cursor.fetchall()
    achados = entidade.ler([chave for chave, *_ in linhas[:limite]])
    registros = []
    for chave, transacao, ordem, em in linhas[:limite]:
        dados = achados.get(chave)
        registros.append(
            Registro(
                chave=chave,
                versao=str(Versao(transacao, ordem)),
                em=em,
                apagado=dados is None,
                dados=msgspec.Raw(codificar(dados)),
            )
        )
    ate = ler_versao(registros[-1].versao) if registros else desde
    ha_mais = len(linhas) > limite
    return Pagina(
        entidade=entidade.nome, epoca=epoca(), desde=str(desde), ate=str(ate), ha_mais=ha_mais,
        retido=not ha_mais and _ha_depois(entidade, ate), registros=registros,
    )  # fmt: skip


def _ha_depois(entidade: Entidade, versao: Versao) -> bool:
    """Changes that only wait for older transactions, of whatever kind, to end."""
    with connection.cursor() as cursor:
        cursor.execute(_DEPOIS, [entidade.nome, *versao])
        return bool(cursor.fetchone()[0])


def ultima_execucao(caminho: str) -> Execucao | None:
    """The last run of a routine, over or not."""
    return Execucao.objects.filter(rotina=caminho, simulacao=False).order_by("-pk").first()
