"""Estoque: the stock ledger.

What enters: entries of the till's operations, by `lancamentos`; what a person counts or buys, by `services`.
What leaves: entries that never change, balances by filial and product, average cost.
What it never does: know money or notes, change an entry, post around the lock of the balance.
"""

from django.apps import AppConfig


class EstoqueConfig(AppConfig):
    name = "erp.estoque"
    label = "estoque"
    verbose_name = "Estoque"

    def ready(self) -> None:
        from erp.acesso import grupos
        from erp.estoque.usos import registrar_usos

        registrar_usos()
        for grupo in ("operador", "gerente", "fiscal", "financeiro", "auditor"):
            grupos.conceder(
                grupo, "estoque.view_saldo", "estoque.view_movimento", "estoque.view_documentoestoque"
            )  # fmt: skip
        grupos.conceder("gerente", "estoque.lancar_estoque")
