"""What becomes known of numbers: that something got there, that nothing does, that Meta limits what they get.

Each takes addresses, writes by their digests and in their order, and shows it on the customers who have them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection
from django.utils import timezone

from erp.contatos.models import NumeroWhatsapp
from erp.contatos.whatsapp.numeros import resumo

LIMITE: Final = timedelta(hours=24)

# The situação of a number: of the newest thing known, while it is not too old.
SQL_SITUACAO: Final = """CASE
    WHEN n.falhou_em IS NOT NULL AND (n.entregue_em IS NULL OR n.entregue_em < n.falhou_em)
        THEN CASE WHEN n.falhou_em > %(nao_entrega_desde)s THEN 2 ELSE 0 END
    WHEN n.entregue_em IS NOT NULL THEN 1 ELSE 0 END"""


def nao_entrega_desde(agora: datetime) -> datetime:
    """A refusal older than this is tried again."""
    return agora - timedelta(days=settings.WHATSAPP_REVALIDAR_DIAS)


def travar(numeros: Collection[str]) -> None:
    """Hold what is known of these, in order, before marking some one way and some another."""
    list(NumeroWhatsapp.objects.filter(pk__in=sorted({resumo(n) for n in numeros})).order_by("pk").select_for_update())


def entregaram(quando: Mapping[str, datetime]) -> None:
    _marcar("entregue_em", quando)


def nao_entregaram(quando: Mapping[str, datetime]) -> None:
    _marcar("falhou_em", quando)


def limitar(motivos: Mapping[str, str]) -> None:
    """Nothing goes to these for a day."""
    por_resumo = sorted((resumo(numero), motivo) for numero, motivo in motivos.items())
    if not por_resumo:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO contatos_whatsapp_numero AS n (resumo, pausado_ate, motivo)
               SELECT r, %s, m FROM unnest(%s::text[], %s::text[]) x(r, m) ORDER BY r
               ON CONFLICT (resumo) DO UPDATE SET pausado_ate = EXCLUDED.pausado_ate, motivo = EXCLUDED.motivo""",
            [timezone.now() + LIMITE, [r for r, _ in por_resumo], [m[:200] for _, m in por_resumo]],
        )


def _marcar(coluna: str, quando: Mapping[str, datetime]) -> None:
    """The newest moment of each stays, in whatever order they come."""
    linhas = sorted({resumo(numero): em for numero, em in quando.items() if numero}.items())
    if not linhas:
        return
    resumos = [r for r, _ in linhas]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO contatos_whatsapp_numero AS n (resumo, {coluna})
                SELECT r, em FROM unnest(%s::text[], %s::timestamptz[]) x(r, em) ORDER BY r
                ON CONFLICT (resumo) DO UPDATE SET {coluna} = GREATEST(n.{coluna}, EXCLUDED.{coluna})""",
            [resumos, [em for _, em in linhas]],
        )
        mostrar(resumos)


def mostrar(resumos: list[str]) -> int:
    """The customers who have these numbers say what is known of them. Returns how many changed."""
    agora = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH novos AS (
                    SELECT c.codigo_cliente, x.situacao FROM contatos_whatsapp_contato c
                    JOIN (SELECT n.resumo, {SQL_SITUACAO} AS situacao FROM contatos_whatsapp_numero n
                          WHERE n.resumo = ANY(%(resumos)s)) x ON x.resumo = c.resumo
                    WHERE c.situacao IN (0, 1, 2) AND c.situacao <> x.situacao AND c.resumo <> ''
                    ORDER BY c.codigo_cliente FOR UPDATE OF c)
                UPDATE contatos_whatsapp_contato c SET situacao = novos.situacao, desde = %(agora)s
                FROM novos WHERE novos.codigo_cliente = c.codigo_cliente""",
            {"resumos": resumos, "agora": agora, "nao_entrega_desde": nao_entrega_desde(agora)},
        )
        return int(cursor.rowcount)
