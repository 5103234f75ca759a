"""Django's own, declared: what it changes in sensitive tables is told in the trail as its own."""

from typing import Any

from django.contrib.auth.management.commands.createsuperuser import Command as DoDjango

from auditoria.declaracoes import declarar


class Command(DoDjango):
    def handle(self, *args: Any, **options: Any) -> Any:
        with declarar("manage.py createsuperuser", options["database"]):
            return super().handle(*args, **options)
