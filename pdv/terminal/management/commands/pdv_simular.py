"""`manage.py pdv_simular`: days of a till, into the till's own database."""

import re
import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pdv.terminal.catalogo import MAXIMO
from pdv.terminal.desvios import Aplicado
from pdv.terminal.preparo import preparar
from pdv.terminal.simulador import CNPJ_PADRAO, INICIO_PADRAO, OPERACOES_MINIMO, Parametros, simular
from pdv.terminal.simulador import Progresso as Feito

_CNPJ = re.compile(r"[0-9A-Z]{12}[0-9]{2}").fullmatch


class Command(BaseCommand):
    help = (
        "Simula dias de um PDV no banco do terminal: vendas com NFC-e, devoluções, cancelamentos, "
        "recebimentos de crediário, suprimentos, sangrias, faltas e sobras, em turnos abertos e fechados. "
        "A mesma semente dá sempre os mesmos dados; uma segunda execução continua de onde a primeira parou."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--operacoes", type=int, required=True, help=f"quantas operações (ao menos {OPERACOES_MINIMO})"
        )
        parser.add_argument("--ponto-venda", type=int, default=1, help="código do PDV, que é também a série da NFC-e")
        parser.add_argument("--semente", type=int, default=1, help="semente do sorteio")
        parser.add_argument("--inicio", type=_data, help=f"primeiro dia, AAAA-MM-DD (padrão {INICIO_PADRAO})")
        parser.add_argument("--cnpj", default=CNPJ_PADRAO, help="CNPJ do emitente, que pode ter letras")
        parser.add_argument("--uf", default="35", help="código IBGE da UF do emitente (35 é SP)")
        parser.add_argument("--produtos", type=int, default=1000, help=f"tamanho do catálogo, até {MAXIMO}")
        parser.add_argument("--erros", type=int, default=0, help="quantas operações erradas de propósito")
        parser.add_argument(
            "--so-vendas",
            action="store_true",
            help="sem devoluções, cancelamentos, recebimentos, vales, faltas e sobras",
        )

    def handle(self, *args: Any, **opcoes: Any) -> None:
        cnpj = str(opcoes["cnpj"]).upper()
        if not _CNPJ(cnpj):
            raise CommandError(f"CNPJ esperado com 14 letras e algarismos, sem pontuação; recebido {cnpj!r}")
        parametros = Parametros(
            operacoes=opcoes["operacoes"],
            ponto_venda=opcoes["ponto_venda"],
            semente=opcoes["semente"],
            inicio=opcoes["inicio"],
            cnpj=cnpj,
            uf=opcoes["uf"],
            produtos=opcoes["produtos"],
            erros=opcoes["erros"],
            so_vendas=opcoes["so_vendas"],
        )
        preparar()
        try:
            feito = self._simular(parametros)
        except ValueError as erro:
            raise CommandError(str(erro)) from None
        self.stdout.write(f"{feito.operacoes} operações, {feito.notas} notas, {feito.turnos} turnos simulados.")
        self._listar_desvios(parametros.erros, feito.desvios)

    def _simular(self, parametros: Parametros) -> Feito:
        feito = Feito()
        colunas = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*colunas, disable=not sys.stdout.isatty()) as progresso:
            tarefa = progresso.add_task(f"PDV {parametros.ponto_venda}", total=parametros.operacoes)
            for feito in simular(parametros):
                progresso.update(tarefa, completed=feito.operacoes)
        return feito

    def _listar_desvios(self, pedidos: int, aplicados: list[Aplicado]) -> None:
        if aplicados:
            self.stdout.write("Erradas de propósito:")
        for a in aplicados:
            self.stdout.write(f"  operação {a.operacao.pk}: {a.desvio}: está {a.errado}; o certo: {a.certo}")
        if len(aplicados) < pedidos:
            self.stdout.write(f"Couberam {len(aplicados)} dos {pedidos} erros pedidos.")


def _data(texto: str) -> date:
    return date.fromisoformat(texto)
