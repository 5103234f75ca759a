"""The webhook of Pix: a hint that names what came. The bank is asked of each."""

from __future__ import annotations

import json
import re
from typing import Final

from erp.cobrancas.services.pix import receber
from erp.provedores.models import WebhookRecebido
from erp.provedores.webhooks import Ignorado, Webhook

MAXIMO: Final = 1000
_E2EID: Final = re.compile(r"[a-zA-Z0-9]{32}")


class WebhookPix(Webhook):
    """`{"pix": [{"endToEndId", "txid", "valor", "horario"}]}`; Efí calls it with `/pix` at the end of its address."""

    ajuste_segredo = "PIX_WEBHOOK_SEGREDO"

    def processar(self, webhook: WebhookRecebido) -> str:
        ditos = e2eids_de(webhook.bruto)
        if not ditos:
            raise Ignorado("aviso de teste: não fala de nenhum Pix")
        guardados, resumo = receber(ditos)
        pagamentos = sum(len(r.pagamentos) for r in resumo.registrados)
        devolucoes = sum(len(r.devolucoes) for r in resumo.registrados)
        if resumo.falhas:
            raise resumo.falhas[0].resposta  # type: ignore[misc]  # a failure is always an exception
        if not guardados.cobrancas and not guardados.novos:
            return f"{len(ditos)} Pix, já conhecidos"
        if not guardados.cobrancas:
            return f"{len(ditos)} Pix, de nenhuma cobrança nossa"
        return f"{len(ditos)} Pix: {pagamentos} pagamentos e {devolucoes} devoluções lançados"


def e2eids_de(corpo: bytes) -> list[str]:
    """The endToEndIds that a body names, each once; what is no Pix is left out."""
    try:
        lido = json.loads(corpo)
    except (ValueError, RecursionError):
        raise Ignorado("o corpo não é JSON") from None
    pix = lido.get("pix") if isinstance(lido, dict) else None
    if not isinstance(pix, list):
        return []
    ditos = [um.get("endToEndId") for um in pix[:MAXIMO] if isinstance(um, dict)]
    return list(dict.fromkeys(dito for dito in ditos if isinstance(dito, str) and _E2EID.fullmatch(dito)))
