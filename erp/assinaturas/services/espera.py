"""When a request with nothing to register is asked about again, by whoever holds its lease.

The lease is the `consultar_em` that the claim wrote. Where it is another by now, somebody made the request due or took it
since: theirs stays. Several are locked in order of id, before any of them is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from erp.assinaturas.maquina import ATENTA, INTERVALO, RECENTE, UM_DIA, UMA_SEMANA, Passo
from erp.assinaturas.models import Assinatura
from erp.provedores.erros import FalhaDoProvedor, FalhaPassageira

ESPERA_MAXIMA: Final = timedelta(hours=6)


def travar(ids: Iterable[int]) -> None:
    """Lock requests in order of id, for the caller's transaction."""
    list(Assinatura.objects.select_for_update(no_key=True).filter(pk__in=list(ids)).order_by("pk").values_list("pk"))


def seguir(assinaturas: Sequence[Assinatura], agora: datetime) -> None:
    """Nothing new: the next time, as `maquina.consultar_depois` says, of them all at once."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE assinaturas_assinatura AS a SET consultada_em = %(agora)s, erro = '', falhas = 0,
                   consultar_em = CASE WHEN a.consultar_em IS DISTINCT FROM x.reserva THEN a.consultar_em
                       WHEN situacao = %(assinada)s THEN CASE WHEN sha256_assinado = '' THEN %(logo)s::timestamptz END
                       WHEN situacao IN (%(cancelada)s, %(recusada)s) THEN
                           CASE WHEN mudou_em > %(recente)s THEN %(amanha)s::timestamptz END
                       WHEN situacao = %(com_erro)s THEN NULL
                       WHEN mudou_em > %(recente)s THEN %(logo)s
                       WHEN mudou_em > %(atenta)s THEN %(amanha)s
                       ELSE %(semana)s END
               FROM unnest(%(ids)s::bigint[], %(reservas)s::timestamptz[]) AS x(id, reserva) WHERE a.id = x.id""",
            {
                **_pegas(assinaturas), "agora": agora, "logo": agora + INTERVALO, "amanha": agora + UM_DIA,
                "semana": agora + UMA_SEMANA, "recente": agora - RECENTE, "atenta": agora - ATENTA,
                "assinada": Passo.ASSINADA.value, "cancelada": Passo.CANCELADA.value, "recusada": Passo.RECUSADA.value,
                "com_erro": Passo.ERRO.value,
            },
        )  # fmt: skip


def devolver(assinaturas: Sequence[Assinatura], agora: datetime) -> None:
    """Due again at once, and nothing counted: whoever takes them next looks at the pause first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE assinaturas_assinatura AS a SET consultar_em = %(agora)s, falhas = greatest(a.falhas - 1, 0)
               FROM unnest(%(ids)s::bigint[], %(reservas)s::timestamptz[]) AS x(id, reserva)
               WHERE a.id = x.id AND a.consultar_em IS NOT DISTINCT FROM x.reserva""",
            {**_pegas(assinaturas), "agora": agora},
        )


def falhar(assinatura: Assinatura, erro: FalhaDoProvedor, agora: datetime) -> None:
    """Ask again later, each time later."""
    espere = (erro.espere if isinstance(erro, FalhaPassageira) else None) or timedelta(
        minutes=2 ** min(assinatura.falhas, 9)
    )
    Assinatura.objects.filter(pk=assinatura.pk, consultar_em=assinatura.consultar_em).update(
        erro=str(erro)[:300], consultar_em=agora + min(espere, ESPERA_MAXIMA)
    )


def _pegas(assinaturas: Sequence[Assinatura]) -> dict[str, Any]:
    return {"ids": [a.pk for a in assinaturas], "reservas": [a.consultar_em for a in assinaturas]}
