"""`manage.py auditoria_resumo`: make the digests that are due and print one, signed, to be held outside."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from auditoria import guardados
from auditoria.management.argumentos import dia
from auditoria.models import Resumo
from auditoria.resumo import NaoResumido, fazer_pendentes, parcial


class Command(BaseCommand):
    help = "Faz os resumos dos dias que acabaram e mostra um, em JSON assinado: o do último dia, ou o de --dia."

    def add_arguments(self, parser: ArgumentParser) -> None:
        qual = parser.add_mutually_exclusive_group()
        qual.add_argument("--dia", type=dia, help="de que dia (2026-11-22); padrão: o último que acabou")
        qual.add_argument(
            "--agora", action="store_true", help="o que já se selou depois do último resumo, até este instante"
        )

    def handle(self, *args: Any, **opcoes: Any) -> None:
        try:
            fazer_pendentes()
            if opcoes["agora"]:
                self.stdout.write(json.dumps(parcial(), ensure_ascii=False, indent=2, sort_keys=True))
                return
        except NaoResumido as erro:
            raise CommandError(str(erro)) from erro
        qual: date | None = opcoes["dia"]
        resumo = (Resumo.objects.filter(dia=qual) if qual else Resumo.objects.all()).first()
        if resumo is None:
            quando = f"de {qual:%d/%m/%Y}" if qual else "de dia nenhum"
            raise CommandError(f"Ainda não há resumo {quando}: um dia é resumido depois que acaba. Até agora: --agora.")
        self.stdout.write(guardados.texto(resumo), ending="")
