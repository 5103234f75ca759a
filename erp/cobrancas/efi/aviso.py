"""The webhook of Efí: a token, whose history is asked for at once."""

from __future__ import annotations

from erp.cobrancas.efi.notificacao import token_de
from erp.cobrancas.services.notificacoes import anotar, aplicar
from erp.provedores.models import WebhookRecebido
from erp.provedores.webhooks import Webhook


class WebhookEfi(Webhook):
    """`notification=<token>`; the same token comes again at every step of the charge's life."""

    ajuste_segredo = "EFI_WEBHOOK_SEGREDO"

    def processar(self, webhook: WebhookRecebido) -> str:
        feito = aplicar(anotar(token_de(webhook.bruto)).pk)
        if not feito.novos:
            return "nada de novo nesta notificação"
        pagamentos = sum(len(r.pagamentos) for r in feito.registrados)
        de_quem = f", {feito.alheios} de nenhuma cobrança nossa" if feito.alheios else ""
        return f"{feito.novos} eventos novos{de_quem}; {pagamentos} pagamentos lançados"
