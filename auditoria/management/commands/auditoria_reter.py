"""`manage.py auditoria_reter`: take out of PostgreSQL now what the routine would take out tonight."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from auditoria.arquivo.estado import permanencia
from auditoria.arquivo.servico import SemArquivo, reter
from auditoria.atores import ATOR_SISTEMA
from auditoria.contexto import ator_atual

OCUPADO = "Outra retirada está em curso: nada foi feito."


class Command(BaseCommand):
    help = (
        "Retira do PostgreSQL os meses de auditoria mais velhos que AUDITORIA_DIAS, depois de ler cada evento de volta do "
        "arquivo (MongoDB) e conferi-lo com o seu selo. Os selos ficam. Sem arquivo, nada sai."
    )

    def handle(self, *args: Any, **opcoes: Any) -> None:
        try:
            feita = reter(ator=ator_atual() or ATOR_SISTEMA)
        except SemArquivo as falta:
            raise CommandError(f"{falta} {permanencia()}") from None
        if feita.ocupado:
            raise CommandError(OCUPADO)
        self.stdout.write(f"Partições retiradas: {feita.retiradas}, com {feita.eventos} eventos. {permanencia()}")
        if feita.problema:
            raise CommandError(feita.problema)
        if feita.adiada:
            self.stdout.write(feita.adiada)
