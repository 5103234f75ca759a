"""`manage.py auditoria_verificar`: recompute the chain of seals; ends with 1 and names the first problem."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from auditoria.management.argumentos import dia_ou_sequencia
from auditoria.models import Verificacao
from auditoria.verificacao.services import ForaDaTrilha, primeira_do_dia, ultima_do_dia, verificar

MOSTRADOS = 20


class Command(BaseCommand):
    help = (
        "Confere a trilha de auditoria inteira: eventos, selos, resumos, assinaturas e o arquivo. Termina com 1 se algo não "
        "conferir; com 2 se o que só está no arquivo não pôde ser lido."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--desde", type=dia_ou_sequencia, help="dia (2026-11-22) ou sequência; padrão: o começo")
        parser.add_argument("--ate", type=dia_ou_sequencia, help="dia ou sequência, inclusive; padrão: o fim")
        parser.add_argument(
            "--resumos", type=Path, action="append", default=[], metavar="PASTA",
            help="pasta de resumos guardados fora (pode repetir); a de AUDITORIA_RESUMOS é sempre lida",
        )  # fmt: skip

    def handle(self, *args: Any, **opcoes: Any) -> None:
        desde, ate, pastas = opcoes["desde"], opcoes["ate"], opcoes["resumos"]
        for pasta in pastas:
            if not pasta.is_dir():
                raise CommandError(f"{pasta}: pasta não encontrada")
        primeira = primeira_do_dia(desde) if isinstance(desde, date) else desde
        ultima = ultima_do_dia(ate) if isinstance(ate, date) else ate
        if type(desde) is type(ate) and desde is not None and ate < desde:
            raise CommandError(f"O trecho termina antes de começar: --desde {desde} --ate {ate}. Nada foi conferido.")
        try:
            self._contar(self._verificar(primeira, ultima, pastas))
        except ForaDaTrilha as erro:
            raise CommandError(str(erro)) from None

    def _verificar(self, desde: int | None, ate: int | None, pastas: list[Path]) -> Verificacao:
        colunas = (TextColumn("Verificando"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*colunas, console=Console(stderr=True), transient=True) as progresso:
            tarefa = progresso.add_task("", total=None)

            def avancar(feitos: int, total: int) -> None:
                progresso.update(tarefa, completed=feitos, total=total)

            return verificar(desde=desde, ate=ate, pastas=pastas, ao_avancar=avancar)

    def _contar(self, feita: Verificacao) -> None:
        segundos = (feita.terminada_em - feita.iniciada_em).total_seconds()
        self.stdout.write(
            f"{feita.eventos} eventos conferidos, da sequência {feita.desde} à {feita.ate}; {feita.resumos} resumos no banco "
            f"e {feita.de_fora} guardados fora; {segundos:.1f} s."
        )
        self.stdout.write(feita.arquivo)
        if feita.integra and feita.nao_lidos:
            raise CommandError("O que foi lido confere, mas a verificação está INCOMPLETA.", returncode=2)
        if feita.integra and feita.ate < feita.desde and not feita.completa:
            self.stdout.write("Nada foi selado nesse trecho: não há o que conferir nele.")
            return
        if feita.integra:
            self.stdout.write(self.style.SUCCESS("A trilha está íntegra."))
            return
        for problema in feita.problemas[:MOSTRADOS]:
            self.stdout.write(f"- {problema['texto']}")
        if len(feita.problemas) > MOSTRADOS:
            self.stdout.write(f"… e mais {len(feita.problemas) - MOSTRADOS}, na verificação {feita.pk}.")
        raise CommandError(f"A trilha NÃO confere. Primeiro problema: {feita.primeiro_problema}")
