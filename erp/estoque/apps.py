from django.apps import AppConfig


class EstoqueConfig(AppConfig):
    name = "erp.estoque"
    label = "estoque"
    verbose_name = "Estoque"
