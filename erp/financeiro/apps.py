from django.apps import AppConfig


class FinanceiroConfig(AppConfig):
    name = "erp.financeiro"
    label = "financeiro"
    verbose_name = "Financeiro"
