"""`manage.py illi_falso`: a stand-in for the external platform, to see the whole way on one machine."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clientes.loja_cliente.falso import Defeitos, IlliFalso


class Command(BaseCommand):
    requires_system_checks: list[str] = []  # it needs no database
    help = (
        "Faz as vezes do setIlli nesta máquina: recebe os clientes da fila, diz o que chegou (sem dado pessoal) e pode "
        "falhar de propósito. Ctrl-C para parar."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--porta", type=int, default=8099)
        parser.add_argument("--token", default="", help="o único token aceito; sem isto, qualquer um")
        parser.add_argument("--falhar", type=float, default=0, metavar="N", help="N%% das respostas são 500")
        parser.add_argument("--conter", type=float, default=0, metavar="N", help="N%% são 429, com Retry-After")
        parser.add_argument("--recusar", type=float, default=0, metavar="N", help="N%% são 422")
        parser.add_argument("--lento", type=float, default=0, metavar="S", help="cada resposta leva S segundos")

    def handle(self, *args: Any, **opcoes: Any) -> None:
        defeitos = Defeitos(opcoes["falhar"], opcoes["conter"], opcoes["recusar"], opcoes["lento"])
        if min(defeitos.falhar, defeitos.conter, defeitos.recusar, defeitos.lento) < 0:
            raise CommandError("as porcentagens e os segundos não podem ser negativos")
        if defeitos.falhar + defeitos.conter + defeitos.recusar > 100:
            raise CommandError("--falhar, --conter e --recusar somam mais de 100%")
        try:
            illi = IlliFalso(porta=opcoes["porta"], token=opcoes["token"], defeitos=defeitos, dizer=self._dizer)
        except (OSError, OverflowError) as erro:
            raise CommandError(f"a porta {opcoes['porta']} não pôde ser aberta: {erro}") from None
        parar = threading.Event()
        for sinal in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sinal, lambda *_: parar.set())
        with illi:
            self._dizer(f"ILLI_URL={illi.url} ILLI_TOKEN={opcoes['token'] or 'qualquer'}   (Ctrl-C para parar)")
            parar.wait()
        caderno = illi.caderno
        respostas = ", ".join(f"{n} com {status}" for status, n in sorted(caderno.respostas.items())) or "nenhuma"
        self._dizer(
            f"Clientes recebidos: {len(caderno.clientes)}; repetidos: {caderno.repetidas}; respostas: {respostas}."
        )

    def _dizer(self, linha: str) -> None:
        self.stdout.write(linha)
        self.stdout.flush()
