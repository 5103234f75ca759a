"""When a charge with nothing to register is asked about again, by whoever holds its lease.

The lease is the `consultar_em` that the claim wrote. Where it is another by now, somebody made the charge due (money
came) or took it since: theirs stays. Several charges are locked in order of id, before any of them is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from erp.cobrancas.maquina import ATENTA, DIARIA, UM_DIA, UMA_SEMANA, Passo
from erp.cobrancas.models import AlarmeCobranca, Cobranca
from erp.cobrancas.services.alarmes import alarmar
from erp.cobrancas.services.registro import DO_CARNE, INTERVALO
from erp.provedores.erros import FalhaDoProvedor, FalhaPassageira

ESPERA_MAXIMA: Final = timedelta(hours=6)
FALHAS_ATE_O_ALARME: Final = 5


def travar(ids: Iterable[int]) -> None:
    """Lock charges in order of id, for the caller's transaction; who only names them by a key waits for nothing."""
    travadas = Cobranca.objects.select_for_update(no_key=True).filter(pk__in=list(ids)).order_by("pk")
    list(travadas.values_list("pk", flat=True))


def seguir(cobrancas: Sequence[Cobranca], agora: datetime) -> None:
    """Nothing new: the next time, by `maquina.consultar_depois`, of them all."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE cobrancas_cobranca AS c SET consultada_em = %(agora)s, erro = '', falhas = 0,
                   consultar_em = CASE WHEN c.consultar_em IS DISTINCT FROM x.reserva THEN c.consultar_em
                                       WHEN situacao <= %(aguardando)s AND tipo = 'carne' THEN %(carne)s::timestamptz
                                       WHEN situacao <= %(aguardando)s THEN %(logo)s
                                       WHEN mudou_em > %(diaria)s THEN %(amanha)s
                                       WHEN mudou_em > %(atenta)s THEN %(semana)s END
               FROM unnest(%(ids)s::bigint[], %(reservas)s::timestamptz[]) AS x(id, reserva) WHERE c.id = x.id""",
            {
                **_pegas(cobrancas), "agora": agora, "aguardando": Passo.AGUARDANDO.value, "logo": agora + INTERVALO,
                "carne": agora + DO_CARNE, "diaria": agora - DIARIA, "amanha": agora + UM_DIA, "atenta": agora - ATENTA,
                "semana": agora + UMA_SEMANA,
            },
        )  # fmt: skip


def devolver(cobrancas: Sequence[Cobranca], agora: datetime) -> None:
    """Due again at once, and nothing counted: whoever takes them next looks at the pause first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE cobrancas_cobranca AS c SET consultar_em = %(agora)s, falhas = greatest(c.falhas - 1, 0)
               FROM unnest(%(ids)s::bigint[], %(reservas)s::timestamptz[]) AS x(id, reserva)
               WHERE c.id = x.id AND c.consultar_em IS NOT DISTINCT FROM x.reserva""",
            {**_pegas(cobrancas), "agora": agora},
        )


def falhar(cobranca: Cobranca, erro: FalhaDoProvedor, agora: datetime) -> None:
    """Ask again later, each time later; what fails for good or for long is told."""
    espere = (erro.espere if isinstance(erro, FalhaPassageira) else None) or timedelta(
        minutes=2 ** min(cobranca.falhas, 9)
    )
    Cobranca.objects.filter(pk=cobranca.pk, consultar_em=cobranca.consultar_em).update(
        erro=str(erro)[:300], consultar_em=agora + min(espere, ESPERA_MAXIMA)
    )
    definitiva = not isinstance(erro, FalhaPassageira)
    if definitiva or cobranca.falhas == FALHAS_ATE_O_ALARME:
        alarmar(cobranca, AlarmeCobranca.Tipo.PARADA, f"o provedor não responde por ela: {erro}", agora=agora)


def _pegas(cobrancas: Sequence[Cobranca]) -> dict[str, Any]:
    return {"ids": [c.pk for c in cobrancas], "reservas": [c.consultar_em for c in cobrancas]}
