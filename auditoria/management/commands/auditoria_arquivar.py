"""`manage.py auditoria_arquivar`: ship now what the routine would ship at its next minute."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from auditoria.arquivo.estado import estado
from auditoria.arquivo.servico import SemArquivo, remeter, voltar

OCUPADO = "Outra remessa está em curso: nada foi feito."


class Command(BaseCommand):
    help = "Manda ao arquivo (MongoDB) os eventos de auditoria já selados. Repetir não duplica nem altera nada."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--desde", type=int, metavar="SEQUENCIA", help="manda de novo a partir deste selo")
        parser.add_argument("--segundos", type=float, default=3600.0, help="por quanto tempo, no máximo (padrão: 3600)")

    def handle(self, *args: Any, **opcoes: Any) -> None:
        try:
            if opcoes["desde"] is not None and not voltar(opcoes["desde"]):
                raise CommandError(OCUPADO)
            feita = remeter(limite=opcoes["segundos"], insistir=True)
        except SemArquivo as falta:
            raise CommandError(str(falta)) from None
        if feita.ocupado:
            raise CommandError(OCUPADO)
        self.stdout.write(f"{feita.arquivados} eventos arquivados." if feita.arquivados != 1 else "1 evento arquivado.")
        agora = estado()
        if feita.erro or agora.problemas:
            raise CommandError(agora.texto)
        self.stdout.write(agora.texto)
