"""Financeiro: titles, their settlements, and the cash accounts.

What enters: entries and titles of the till's operations, by `lancamentos`; settlements by hand, by `services`.
What leaves: what is open of each title, the balance and the statement of each account.
What it never does: change an entry or a title; settle more than is open; talk to a bank.
"""

from django.apps import AppConfig

_VER = ("titulo", "baixa", "lancamento", "saldoconta")


class FinanceiroConfig(AppConfig):
    name = "erp.financeiro"
    label = "financeiro"
    verbose_name = "Financeiro"

    def ready(self) -> None:
        from erp.acesso import grupos
        from erp.financeiro.lembretes import registrar
        from erp.financeiro.usos import registrar_usos

        registrar_usos()
        registrar()
        grupos.conceder("operador", "financeiro.view_titulo")
        for grupo in ("gerente", "financeiro", "auditor"):
            grupos.conceder(grupo, *(f"financeiro.view_{nome}" for nome in _VER))
        grupos.conceder("financeiro", "financeiro.baixar_titulo")
