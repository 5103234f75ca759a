from django.apps import AppConfig


class TerminalConfig(AppConfig):
    name = "pdv.terminal"
    label = "terminal"
    verbose_name = "Terminal (PDV)"
