"""`manage.py pdv_terminal_preparar`: the till's own tables."""

from typing import Any

from django.core.management.base import BaseCommand

from pdv.terminal.preparo import preparar


class Command(BaseCommand):
    help = "Cria ou atualiza as tabelas do banco do terminal (PDV), e só dele."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **opcoes: Any) -> None:
        self.stdout.write("Banco do terminal preparado." if preparar() else "Banco do terminal já estava em dia.")
