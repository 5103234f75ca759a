from django.apps import AppConfig


class ProcessamentoConfig(AppConfig):
    name = "pdv.processamento"
    label = "processamento"
    verbose_name = "Processamento do PDV"
