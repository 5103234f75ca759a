from django.apps import AppConfig


class AuditoriaConfig(AppConfig):
    name = "auditoria"
    label = "auditoria"
    verbose_name = "Auditoria"
