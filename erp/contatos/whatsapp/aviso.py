"""Meta's webhook: signed, so it is believed; the Cloud API has nothing to be asked of a message."""

from __future__ import annotations

from collections.abc import Mapping
from hmac import compare_digest

from django.conf import settings

from erp.contatos import services
from erp.contatos.models import Canal, Comunicado
from erp.contatos.whatsapp import estados, leitura, numeros
from erp.provedores.models import WebhookRecebido
from erp.provedores.webhooks import Ignorado, Webhook, assinatura_confere
from filas.wake import acordar


class WebhookWhatsapp(Webhook):
    """The secret of the address is the token of Meta's proof (`hub.verify_token`) too."""

    ajuste_segredo = "WHATSAPP_WEBHOOK_SEGREDO"
    repeticao_vale = False
    na_pausa = True  # who asks to leave, and what was delivered, must be known before anything goes again

    def conferir(self, cabecalhos: Mapping[str, str], corpo: bytes) -> bool:
        return assinatura_confere(settings.WHATSAPP_APP_SEGREDO, corpo, cabecalhos.get("x-hub-signature-256", ""))

    def desafiar(self, parametros: Mapping[str, str]) -> str | None:
        desafio, token = parametros.get("hub.challenge", ""), parametros.get("hub.verify_token", "")
        certo = compare_digest(token.encode(), self.segredo().encode()) and parametros.get("hub.mode") == "subscribe"
        return desafio if certo and desafio.isascii() and desafio.isalnum() and len(desafio) <= 100 else None

    def processar(self, webhook: WebhookRecebido) -> str:
        """Who asked us to stop first, for nothing in the news may hold that back; each part its own transaction."""
        lido = leitura.ler(webhook.bruto, str(settings.WHATSAPP_NUMERO_ID))
        sairam = sum(_sair(numero) for numero in lido.saidas)
        aplicadas = estados.aplicar(lido.noticias)
        if aplicadas.nossas:
            acordar(services.DESPERTADOR)  # whoever waits for the delivery is told by `acompanhar`
        partes = [
            (aplicadas.nossas, "mensagem nossa", "mensagens nossas"),
            (aplicadas.desconhecidas, "mensagem desconhecida", "mensagens desconhecidas"),
            (len(lido.saidas), "pediu para sair", "pediram para sair"),
            (len(lido.saidas) - sairam, "já tinha saído", "já tinham saído"),
            (lido.outras, "escreveu outra coisa", "escreveram outra coisa"),
            (lido.ilegiveis, "parte ilegível", "partes ilegíveis"),
            (lido.de_outro_numero, "de outro número", "de outro número"),
        ]  # fmt: skip
        dito = ", ".join(f"{quantas} {um if quantas == 1 else varios}" for quantas, um, varios in partes if quantas)
        if not aplicadas.nossas and not aplicadas.desconhecidas and not lido.saidas:
            raise Ignorado(dito or "nada que seja nosso")
        return dito


def _sair(numero: str) -> bool:
    """By the last thing we told this number, so that its customer is left alone at every number; else by the number."""
    ultimo = Comunicado.objects.filter(canal=Canal.WHATSAPP, endereco=numero).order_by("-pk").first()
    comunicado = ultimo or Comunicado(canal=Canal.WHATSAPP.value, endereco=numero)
    return services.descadastrar_por_resposta(comunicado, mostra=numeros.mascarar(numero))
