from django.apps import AppConfig


class FiscalConfig(AppConfig):
    name = "erp.fiscal"
    label = "fiscal"
    verbose_name = "Fiscal"
