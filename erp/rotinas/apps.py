from django.apps import AppConfig


class RotinasConfig(AppConfig):
    name = "erp.rotinas"
    label = "rotinas"
    verbose_name = "Rotinas"
