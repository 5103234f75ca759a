"""Clientes: the customer register, CLIENTES_VAREJO and CLIENTE_VAR_TIPOS.

What enters: customers typed by staff, sent in spreadsheets, or posted to the webservice with an API key.
What leaves: the register, with the documents that do not check flagged.
What it never does: delete a customer (it is made inactive), know a ledger.
"""

from typing import Any

from django.apps import AppConfig, apps
from django.db import router
from django.db.models.signals import post_migrate

from clientes.rules import TIPO_PADRAO


class ClientesConfig(AppConfig):
    name = "clientes"
    label = "clientes"
    verbose_name = "Clientes"

    def ready(self) -> None:
        from clientes.loja_cliente.ligacoes import ligar as ligar_loja_cliente
        from clientes.monitor.ligacoes import ligar
        from erp.acesso import escopos, grupos

        escopos.registrar_escopo(
            "clientes", "Cadastro de clientes pelo WebService wosk_loja_cliente: grava clientes", chave_uuid=True
        )
        post_migrate.connect(_garantir_tipo_padrao, sender=self)
        ligar()
        ligar_loja_cliente()
        for grupo in grupos.GRUPOS:
            grupos.conceder(grupo, "clientes.view_cliente", "clientes.view_tipovarejo")
        for grupo in ("operador", "gerente", "TI", "auditor"):
            grupos.conceder(grupo, "clientes.view_registrorecebido")
        grupos.conceder("operador", "clientes.add_cliente")
        grupos.conceder("gerente", "clientes.add_cliente", "clientes.change_cliente")
        grupos.conceder("gerente", "clientes.add_tipovarejo", "clientes.delete_tipovarejo")


def _garantir_tipo_padrao(using: str, apps: Any = apps, **_: Any) -> None:
    """What a customer of an unknown kind becomes (§3.2) is always there, also after the tables are emptied."""
    try:
        tipo = apps.get_model("clientes", "TipoVarejo")
    except LookupError:  # migrated back to zero
        return
    if router.allow_migrate_model(using, tipo):
        tipo.objects.using(using).get_or_create(pk=TIPO_PADRAO)
