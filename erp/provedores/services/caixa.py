"""The inbox: a webhook becomes a row, in one statement.

At 300 a second nothing else fits here: no ORM, no count, no look at what is there already. The same body of the same
provider is the same row, and says by itself whether there is something to do.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from django.db import connection

from filas.wake import acordar

DESPERTADOR: Final = "provedores.webhooks"

_GUARDAR = """
INSERT INTO provedores_webhookrecebido AS w (provedor, chave, caminho, corpo, cabecalhos, origem)
VALUES (%s, %s, %s, %s, %s::jsonb, %s)
ON CONFLICT (provedor, chave) DO UPDATE SET
    repeticoes = w.repeticoes + 1,
    ultimo_em = clock_timestamp(),
    situacao = CASE WHEN %s THEN 0 ELSE w.situacao END,
    tentativas = CASE WHEN %s AND w.situacao <> 0 THEN 0 ELSE w.tentativas END,
    proxima_em = CASE WHEN %s AND w.situacao <> 0 THEN clock_timestamp() ELSE w.proxima_em END
RETURNING situacao = 0
"""


def guardar_webhook(
    *,
    provedor: str,
    corpo: bytes,
    cabecalhos: Mapping[str, str],
    caminho: str = "",
    origem: str = "",
    repeticao_vale: bool = True,
) -> None:
    """Keep one webhook (`cabecalhos` already masked) and wake whoever works them. Committed when this returns.

    The same body again is counted; with `repeticao_vale`, what was already worked is due again.
    """
    chave = sha256(caminho.encode() + b"\0" + corpo).digest()
    with connection.cursor() as cursor:
        cursor.execute(
            _GUARDAR,
            [
                *(provedor, chave, caminho, corpo, json.dumps(cabecalhos), origem),
                *(repeticao_vale, repeticao_vale, repeticao_vale),
            ],
        )
        (devido,) = cursor.fetchone()
    if devido:
        acordar(DESPERTADOR)
