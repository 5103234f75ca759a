"""The webhook of PlugSign, which nobody signs: it names a document, and PlugSign is asked about it."""

from __future__ import annotations

import json

from erp.acesso.erros import ErroDefinitivo
from erp.assinaturas.models import Assinatura
from erp.assinaturas.plugsign.porta import NOME
from erp.assinaturas.services.andamento import consultar
from erp.provedores.erros import FalhaPassageira
from erp.provedores.models import WebhookRecebido
from erp.provedores.webhooks import Ignorado, Webhook


class WebhookPlugSign(Webhook):
    """`document_key` and what changed; only the first is used. The same body again is one more question."""

    ajuste_segredo = "PLUGSIGN_WEBHOOK_SEGREDO"

    def processar(self, webhook: WebhookRecebido) -> str:
        chave = chave_de(webhook.bruto)
        assinatura = Assinatura.objects.filter(provedor=NOME, id_provedor=chave).first()
        if assinatura is None:
            raise Ignorado("documento de outro sistema, ou de um pedido cuja resposta se perdeu: a rotina o encontra")
        antes = assinatura.passo
        try:
            assinatura = consultar(assinatura.pk)
        except ErroDefinitivo as erro:
            raise FalhaPassageira(erro.codigo, erro.mensagem) from erro
        if assinatura.erro:
            raise FalhaPassageira("NAO_RESPONDEU", f"a {assinatura}: {assinatura.erro}")
        return f"{assinatura}: {assinatura.por_extenso}" + ("" if assinatura.passo != antes else ", como já estava")


def chave_de(corpo: bytes) -> str:
    """The document that a webhook names. Raises `Ignorado` when it names none."""
    try:
        lido = json.loads(corpo)
    except (ValueError, RecursionError):
        lido = None
    chave = lido.get("document_key") if isinstance(lido, dict) else None
    if not isinstance(chave, str) or not 0 < len(chave) <= 120 or not chave.isprintable():
        raise Ignorado("o aviso não traz `document_key`")
    return chave
