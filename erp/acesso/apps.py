from django.apps import AppConfig


class AcessoConfig(AppConfig):
    name = "erp.acesso"
    label = "acesso"
    verbose_name = "Acesso"
