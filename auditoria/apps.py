"""Auditoria, the lowest layer.

What enters: one call of `auditoria.services.registrar` per sensitive act, inside the transaction of the act.
What leaves: `Evento` rows, read in the admin, each with its seal in one chain, a signed digest a day, and a copy of every
sealed event in MongoDB, where there is one.
What it never does: change or remove an event or a seal, make a writer wait, nor import any other app.
"""

from django.apps import AppConfig


class AuditoriaConfig(AppConfig):
    name = "auditoria"
    verbose_name = "Auditoria"

    def ready(self) -> None:
        from auditoria import declaracoes
        from auditoria.arquivo.servico import buscar
        from auditoria.verificacao.fontes import registrar_fonte

        declaracoes.ligar()
        registrar_fonte(buscar)
