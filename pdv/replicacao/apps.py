from django.apps import AppConfig


class ReplicacaoConfig(AppConfig):
    name = "pdv.replicacao"
    label = "replicacao"
    verbose_name = "Replicação do PDV"
