"""What the pictures of the outside providers show, played against their stand-ins through the project's own services."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import F
from django.utils import timezone

from captura import dinheiro, papeis, sincronia, whatsapp
from captura.ambiente import USUARIO
from captura.avisos import esperar
from erp.planos.models import Contratacao
from erp.provedores import services
from erp.provedores.erros import FalhaDoProvedor
from erp.provedores.models import WebhookRecebido
from erp.provedores.registro import obter
from pdv.conciliacao.models import Achado, Marca
from pdv.conciliacao.services import conferir
from pdv.conciliacao.tipos import Tipo

Situacao = WebhookRecebido.Situacao


def falar_com_os_provedores(falsos: Mapping[str, Any], ids: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the ids that the pictures show. `falsos`: the stand-ins, by name, which tell a server that is up."""
    ana = User.objects.get(username=USUARIO)
    contratos = Contratacao.objects.filter(situacao=Contratacao.Situacao.ATIVO).exclude(pk=ids["contrato_ativo"])
    feitos = dinheiro.cobrar(falsos, ids["plano"], ana) | dinheiro.liquidar_cartoes(ana)
    feitos |= papeis.assinar(falsos, list(contratos.order_by("-pk").values_list("pk", flat=True)[:5]), ana)
    feitos |= papeis.ouvir_o_emissor(falsos["focusnfe"]) | papeis.consultar_cpfs(ana)
    feitos |= whatsapp.conversar(falsos["whatsapp"]) | sincronia.sincronizar()
    feitos |= _webhooks() | _conciliar()
    _como_vao(falsos, ana)
    return feitos


def _webhooks() -> dict[str, Any]:
    """One that says nothing of ours, and one that cannot be worked."""
    formulario = {"Content-Type": "application/x-www-form-urlencoded"}
    services.guardar_webhook(provedor="efi", corpo=b"notification=token-que-nao-existe", cabecalhos=formulario)
    services.guardar_webhook(provedor="plugsign", corpo=b'{"document_key": "de-outro-sistema"}', cabecalhos={})
    esperar(lambda: not WebhookRecebido.objects.filter(situacao=Situacao.RECEBIDO, tentativas=0).exists())
    por_situacao = {w.situacao: w.pk for w in WebhookRecebido.objects.order_by("pk")}
    feito = por_situacao[Situacao.PROCESSADO]
    return {"webhook": feito, "webhook_com_erro": por_situacao.get(Situacao.ERRO, feito)}


def _conciliar() -> dict[str, Any]:
    """As it is an hour from now, for what was written now is too young to be looked at; then the rarer kinds get older."""
    uma_hora = timedelta(hours=1)
    conferir(agora=timezone.now() + uma_hora)
    Marca.objects.update(mudou_em=F("mudou_em") - uma_hora)
    Achado.objects.update(visto_em=F("visto_em") - uma_hora)
    abertos = Achado.objects.filter(resolvido_em=None)
    for n, achado in enumerate(abertos.exclude(tipo=Tipo.VENDA_NAO_LANCADA).order_by("pk")):
        abertos.filter(pk=achado.pk).update(desde=F("desde") - timedelta(days=n * 5 % 17 + 2))
    return {"achado": abertos.values_list("pk", flat=True)[0]}


def _como_vao(falsos: Mapping[str, Any], ana: User) -> None:
    """One that fails, one that somebody paused; the others work."""
    falsos["infosimples"].roteiro.extend(["500"] * 20)
    for _ in range(2):
        try:
            obter("infosimples").testar()
        except FalhaDoProvedor:
            continue
    falsos["infosimples"].roteiro.clear()
    obter("tef").testar()
    services.pausar("tef", usuario=ana, motivo="A TI está trocando o servidor do TEF hoje à tarde")
