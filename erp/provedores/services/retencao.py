"""Forgetting: webhooks hold personal data, and are kept no longer than somebody may ask about them."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import connection
from django.utils import timezone

from erp.provedores.models import ContagemProvedor

LOTE: Final = 5_000
DIAS_DAS_CONTAGENS: Final = 400


def esquecer(lotes: int = 1_000) -> dict[str, int]:
    """Delete the webhooks worked or given up more than `PROVEDORES_GUARDAR_WEBHOOKS_DIAS` ago, in short transactions.

    What waits to be worked stays, however old. A body that comes again later is worked again, which is harmless.
    """
    limite = timezone.now() - timedelta(days=settings.PROVEDORES_GUARDAR_WEBHOOKS_DIAS)
    apagados = 0
    for _ in range(lotes):
        with connection.cursor() as cursor:
            cursor.execute(
                """DELETE FROM provedores_webhookrecebido WHERE id IN (
                       SELECT id FROM provedores_webhookrecebido WHERE situacao <> 0 AND ultimo_em < %s
                       ORDER BY ultimo_em LIMIT %s FOR UPDATE SKIP LOCKED)""",
                [limite, LOTE],
            )
            foram = int(cursor.rowcount)
        apagados += foram
        if foram < LOTE:
            break
    velhas = timezone.now() - timedelta(days=DIAS_DAS_CONTAGENS)
    contagens = ContagemProvedor.objects.filter(hora__lt=velhas).delete()[0]
    return {"webhooks": apagados, "contagens": contagens}
