from django.apps import AppConfig


class CadastrosConfig(AppConfig):
    name = "erp.cadastros"
    label = "cadastros"
    verbose_name = "Cadastros"
