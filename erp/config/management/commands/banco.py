"""`manage.py banco`: the embedded server by hand, and backups of whichever database is in use."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from erp.config import copias
from erp.config.embutido import Servidor, servidor_padrao


class Command(BaseCommand):
    requires_system_checks: list[str] = []  # nothing may touch the database before this command does
    help = "Banco de dados: inicia e para o embutido, mostra a URL, faz e restaura cópias."

    def add_arguments(self, parser: CommandParser) -> None:
        acoes = parser.add_subparsers(dest="acao", required=True, parser_class=argparse.ArgumentParser)
        acoes.add_parser("iniciar", help="inicia o banco embutido")
        acoes.add_parser("parar", help="para o banco embutido")
        acoes.add_parser("url", help="mostra a URL do banco embutido")
        copiar = acoes.add_parser("copiar", help="grava uma cópia (formato custom do pg_dump)")
        copiar.add_argument("arquivo", type=Path)
        restaurar = acoes.add_parser("restaurar", help="restaura uma cópia em um banco vazio")
        restaurar.add_argument("arquivo", type=Path)
        restaurar.add_argument("--substituir", action="store_true", help="apaga o que o banco tem e restaura")

    def handle(self, *args: Any, **options: Any) -> None:
        acao: str = options["acao"]
        if acao in ("copiar", "restaurar"):
            try:
                getattr(self, acao)(**{k: options[k] for k in ("arquivo", "substituir") if k in options})
            except copias.ErroDeCopia as erro:
                raise CommandError(str(erro)) from erro
        else:
            getattr(self, acao)(_embutido())

    def iniciar(self, servidor: Servidor) -> None:
        servidor.garantir_no_ar()
        self.stdout.write(f"No ar. Dados em {servidor.dados}, registro em {servidor.registro}.")

    def parar(self, servidor: Servidor) -> None:
        servidor.parar()
        self.stdout.write("Parado.")

    def url(self, servidor: Servidor) -> None:
        self.stdout.write(servidor.url())

    def copiar(self, arquivo: Path) -> None:
        copias.contar("acesso.banco_copiado", arquivo)  # first: nothing is taken in silence, and the copy has it too
        tamanho = copias.copiar(arquivo.resolve())
        self.stdout.write(f"Cópia gravada em {arquivo} ({tamanho:,} bytes).".replace(",", "."))

    def restaurar(self, arquivo: Path, substituir: bool) -> None:
        if not arquivo.is_file():
            raise CommandError(f"{arquivo}: arquivo não encontrado")
        if not substituir and not copias.esta_vazio():
            raise CommandError("o banco não está vazio. Para apagar o que ele tem e restaurar, use --substituir.")
        copias.restaurar(arquivo.resolve())
        copias.contar("acesso.banco_restaurado", arquivo)
        self.stdout.write("Cópia restaurada. Rode manage.py preparar para aplicar migrações mais novas.")


def _embutido() -> Servidor:
    if connection.settings_dict["ENGINE"] != "erp.config.banco":
        raise CommandError("DATABASE_URL está definida: o banco é externo e não é iniciado nem parado por aqui.")
    return servidor_padrao(settings.RETAGUARDA_DADOS)
