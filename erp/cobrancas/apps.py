"""Cobranças: charges attached to titles, by link, Pix, carnê and TEF.

What enters: titles to charge, events of the providers, settlement files.
What leaves: settlements of titles, and what contradicts itself, shown.
What it never does: move a charge backwards, settle twice, or lose what was paid twice.
"""

import time

from django.apps import AppConfig

_VER = (
    "cobranca",
    "pagamento",
    "alarmecobranca",
    "devolucao",
    "pixrecebido",
    "tefevento",
    "linhatef",
    "arquivotef",
    "layouttef",
)


class CobrancasConfig(AppConfig):
    name = "erp.cobrancas"
    label = "cobrancas"
    verbose_name = "Cobranças"

    def ready(self) -> None:
        from erp.acesso import grupos
        from erp.cobrancas.efi.aviso import WebhookEfi
        from erp.cobrancas.efi.carne import CarneEfi
        from erp.cobrancas.efi.links import Efi, LinksEfi
        from erp.cobrancas.falso import EfiFalsa
        from erp.cobrancas.pix.aviso import WebhookPix
        from erp.cobrancas.pix.falso import PixFalso
        from erp.cobrancas.pix.porta import CobPix, Pix
        from erp.cobrancas.portas import registrar_porta
        from erp.cobrancas.services.envio import MODELO
        from erp.cobrancas.tarefas import tarefas
        from erp.cobrancas.tef.falso import TefFalso
        from erp.cobrancas.tef.porta import Tef
        from erp.contatos.registro import registrar_modelo, registrar_tarefas
        from erp.provedores.falsos import registrar_falso
        from erp.provedores.registro import registrar

        efi = Efi()
        efi.webhook = WebhookEfi()
        registrar(efi)
        # numbers of another start are never given again: rows of ours may still have them
        registrar_falso("efi", 8111, lambda porta, _: EfiFalsa(porta=porta, primeira=int(time.time())))
        pix = Pix()
        pix.webhook = WebhookPix()  # which needs the services, and they the provider
        registrar(pix)
        registrar_falso("pix", 8112, lambda porta, retaguarda: PixFalso(porta=porta, retaguarda=retaguarda))
        registrar(Tef())
        registrar_falso("tef", 8113, lambda porta, _: TefFalso(porta=porta))
        registrar_porta(LinksEfi())
        registrar_porta(CobPix())
        registrar_porta(CarneEfi())
        registrar_modelo(MODELO)
        registrar_tarefas("cobrancas", tarefas)
        for grupo in ("gerente", "financeiro", "auditor"):
            grupos.conceder(grupo, *(f"cobrancas.view_{nome}" for nome in _VER))
        grupos.conceder("operador", "cobrancas.view_cobranca")
        for grupo in ("gerente", "financeiro"):
            grupos.conceder(grupo, "cobrancas.add_arquivotef", "cobrancas.add_layouttef", "cobrancas.change_layouttef")
            grupos.conceder(grupo, "cobrancas.escolher_linhatef")
        grupos.conceder("gerente", "cobrancas.cobrar_titulo", "cobrancas.devolver_cobranca")
        grupos.conceder("financeiro", "cobrancas.cobrar_titulo", "cobrancas.ver_alarmecobranca")
