"""LGPD: what is kept of a person, handed over or forgotten.

What enters: sources that the apps above register, one for each place where they keep something of a person.
What leaves: everything about one person as JSON or PDF; anonymisations, each with its receipt.
What it never does: know another app's tables, erase what a law wants kept, write a document anywhere in clear.
"""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class LgpdConfig(AppConfig):
    name = "erp.lgpd"
    label = "lgpd"
    verbose_name = "Dados pessoais (LGPD)"

    def ready(self) -> None:
        from erp.acesso.grupos import ENCARREGADO, conceder
        from erp.lgpd.proprias import registrar_proprias

        registrar_proprias()
        autodiscover_modules("lgpd")  # each app's own `lgpd.py` registers what it keeps
        for permissao in ("view_anonimizacao", "ver_pessoa", "exportar_pessoa", "anonimizar_pessoa"):
            conceder(ENCARREGADO, f"lgpd.{permissao}")
        conceder(ENCARREGADO, "auditoria.ler_dado_cifrado", "auditoria.view_evento")
        conceder("auditor", "lgpd.view_anonimizacao")
