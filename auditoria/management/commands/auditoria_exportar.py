"""`manage.py auditoria_exportar`: a day of the trail in three files that a stranger can check."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from auditoria.arquivo import ArquivoForaDoAr
from auditoria.arquivo.servico import SemArquivo
from auditoria.atores import ATOR_SISTEMA
from auditoria.contexto import ator_atual
from auditoria.exportacao import SemResumo, exportar
from auditoria.management.argumentos import dia


class Command(BaseCommand):
    help = (
        "Exporta um dia: eventos, resumo assinado e chave pública. Quem recebe confere com docs/conferir_auditoria.py."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dia", type=dia, required=True, help="de que dia (2026-11-22)")
        parser.add_argument("--pasta", type=Path, default=Path(), help="onde gravar (padrão: aqui)")

    def handle(self, *args: Any, **opcoes: Any) -> None:
        try:
            feito = exportar(opcoes["dia"], opcoes["pasta"], ator=ator_atual() or ATOR_SISTEMA)
        except SemResumo as erro:
            raise CommandError(f"{erro} Rode manage.py auditoria_resumo.") from erro
        except (ArquivoForaDoAr, SemArquivo) as erro:
            raise CommandError(f"Nada foi exportado: os eventos deste dia estão só no arquivo, e {erro}") from erro
        except OSError as erro:
            raise CommandError(f"Os arquivos não puderam ser gravados: {erro}. Confira --pasta.") from erro
        self.stdout.write(
            f"{feito.quantos} eventos em {feito.eventos}; resumo em {feito.resumo}; chave em {feito.chave}."
        )
        self.stdout.write(
            f"Para conferir: python docs/conferir_auditoria.py {feito.eventos} {feito.resumo} {feito.chave}"
        )
