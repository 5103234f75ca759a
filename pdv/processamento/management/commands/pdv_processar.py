"""Process what is pending, by hand."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from pdv.processamento.services import drenar_tudo


class Command(BaseCommand):
    help = "Processa as operações e notas pendentes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--ate-esvaziar", action="store_true", help="não para enquanto houver o que processar")
        parser.add_argument("--segundos", type=float, default=60.0, help="sem --ate-esvaziar: tempo máximo")

    def handle(self, *args: Any, ate_esvaziar: bool, segundos: float, **options: Any) -> None:
        resumo = drenar_tudo(None if ate_esvaziar else segundos)
        self.stdout.write(f"efetuadas: {resumo.efetuadas}, com erro: {resumo.com_erro}, adiadas: {resumo.adiadas}")
