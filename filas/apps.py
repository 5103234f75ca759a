from django.apps import AppConfig


class FilasConfig(AppConfig):
    name = "filas"
    label = "filas"
    verbose_name = "Filas"
