from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "erp.config"
    label = "config"
    verbose_name = "Configuração"
