"""Sincronização: two instances that tell each other what changed.

What enters: feeds of the other side, read from a cursor; packages of sales, handed on to the tills' staging.
What leaves: rows of this side, its own feeds, its sales, a report of what differs.
What it never does: move a cursor before what it stands for is stored, or overwrite what a rule keeps.
"""

from django.apps import AppConfig


class SincronizacaoConfig(AppConfig):
    name = "erp.sincronizacao"
    label = "sincronizacao"
    verbose_name = "Sincronização"

    def ready(self) -> None:
        from erp.acesso import grupos
        from erp.acesso.escopos import registrar_escopo
        from erp.provedores.registro import registrar
        from erp.sincronizacao.cliente import Vizinha

        registrar(Vizinha())

        registrar_escopo("sincronizacao", "Sincronização: lê os cadastros inteiros e entrega vendas de qualquer PDV")
        for grupo in ("gerente", "TI", "auditor"):
            grupos.conceder(
                grupo,
                "sincronizacao.view_cursorentidade",
                "sincronizacao.view_conflito",
                "sincronizacao.view_diferenca",
            )
        grupos.conceder("gerente", "sincronizacao.resolver_conflito")
        grupos.conceder("TI", "sincronizacao.refazer_sincronizacao")
