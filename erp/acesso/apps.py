"""Acesso: who may enter, and what for.

What enters: keys asked for by staff, groups and scopes registered by the apps above, requests for approval.
What leaves: an authenticated key, the filiais a person sees, an approval used once; an audit event for each act.
What it never does: store the text of a key, or know what a filial or a till is (they are numbers here).
"""

from django.apps import AppConfig, apps
from django.core import checks
from django.db.models.signals import post_migrate


class AcessoConfig(AppConfig):
    name = "erp.acesso"
    label = "acesso"
    verbose_name = "Acesso"

    def ready(self) -> None:
        from erp.acesso import entradas, grupos  # models exist only from here on

        grupos.conceder("TI", "acesso.view_chaveapi", "acesso.add_chaveapi", "acesso.revogar_chave")
        grupos.conceder("TI", "auth.view_user", "auth.add_user", "auth.change_user", "auth.view_group")
        grupos.conceder("TI", "acesso.ver_todas_filiais", "auditoria.view_evento")
        grupos.conceder("gerente", "acesso.view_aprovacao", "acesso.decidir_aprovacao")
        grupos.conceder("financeiro", "acesso.view_aprovacao", "acesso.decidir_aprovacao")
        grupos.conceder("auditor", "auditoria.view_evento", "acesso.view_aprovacao", "acesso.view_chaveapi")
        grupos.conceder("auditor", "acesso.ver_todas_filiais", "auth.view_user", "auth.view_group")
        grupos.conceder("TI", "axes.view_accessattempt", "axes.delete_accessattempt", "axes.view_accesslog")
        for grupo in ("TI", "auditor"):
            grupos.conceder(grupo, "auditoria.view_selo", "auditoria.view_resumo", "auditoria.view_verificacao")
            grupos.conceder(
                grupo, "auditoria.view_chaveassinatura", "auditoria.view_arquivo", "auditoria.view_retirada"
            )
            grupos.conceder(grupo, "auditoria.exportar_trilha")
        apps.get_app_config("axes").verbose_name = "Acesso"  # the library's own name says nothing to anybody
        entradas.ligar()
        post_migrate.connect(grupos.ao_migrar, dispatch_uid="acesso.grupos")
        checks.register(grupos.conferir_tabela)
