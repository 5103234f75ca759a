"""`manage.py pdv_replicar`: the till's replicator. It runs on the shop's PC and never opens the retaguarda's database."""

import os
import sys
from argparse import ArgumentParser
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pdv.terminal.comandos import INTERVALO
from pdv.terminal.envio import Cliente, EnderecoInvalido
from pdv.terminal.espera import Parada
from pdv.terminal.marcacao import Contagem, renovar_instalacao, total_pendente
from pdv.terminal.preparo import preparar
from pdv.terminal.remessa import Remessas
from pdv.terminal.replicador import LOTE, Fim, Replicador, Rodada

_PARA_TODOS = 1000  # the server takes no more operations in one request


class Command(BaseCommand):
    help = (
        "Envia à retaguarda as operações, os turnos e as notas pendentes deste PDV. A chave pode vir na variável "
        "PDV_CHAVE: em --chave ela aparece na lista de processos da máquina."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default=os.environ.get("PDV_URL", ""), help="endereço da retaguarda (ou PDV_URL)")
        parser.add_argument(
            "--chave", default="", help="chave do PDV; prefira a variável PDV_CHAVE, que não aparece no ps"
        )
        parser.add_argument("--continuo", action="store_true", help="não termina: volta a olhar a cada --intervalo")
        parser.add_argument("--intervalo", type=float, default=5.0, help="segundos entre olhadas, com --continuo")
        parser.add_argument(
            "--comandos",
            type=float,
            default=INTERVALO,
            help=f"segundos entre perguntas pelo que a retaguarda pede a este PDV; por omissão {INTERVALO:.0f}",
        )
        parser.add_argument("--lote", type=int, default=LOTE, help=f"linhas por pacote, até {_PARA_TODOS}")
        parser.add_argument("--tentativas", type=int, default=10, help="falhas seguidas até desistir, sem --continuo")
        parser.add_argument(
            "--nova-instalacao",
            action="store_true",
            help="este PDV foi reinstalado e voltou a contar do 1 (TERMINAL_REINSTALADO): dá-lhe uma nova identidade",
        )

    def handle(self, *args: Any, **opcoes: Any) -> None:
        if not 1 <= opcoes["lote"] <= _PARA_TODOS or opcoes["intervalo"] <= 0 or opcoes["tentativas"] < 1:
            raise CommandError(f"esperados --lote de 1 a {_PARA_TODOS}, --intervalo e --tentativas maiores que zero")
        if not opcoes["comandos"] > 0:
            raise CommandError("esperado --comandos maior que zero")
        preparar()
        if opcoes["nova_instalacao"]:
            self._renovar()
            if not opcoes["url"]:
                return
        cliente = self._cliente(opcoes["url"], opcoes["chave"] or os.environ.get("PDV_CHAVE", ""))
        parada = Parada()
        desinstalar = parada.instalar()
        try:
            replicador = Replicador(cliente, parada, lote=opcoes["lote"], intervalo_comandos=opcoes["comandos"])
            replicador.ao_esvaziar = Remessas(cliente, parada, continuo=opcoes["continuo"]).enviar
            fim = self._replicar(replicador, opcoes)
        finally:
            cliente.fechar()
            desinstalar()
        self._contar(replicador.contagem, fim)

    def _cliente(self, url: str, chave: str) -> Cliente:
        if not url or not chave:
            raise CommandError("informe --url (ou PDV_URL) e a chave do PDV (PDV_CHAVE ou --chave)")
        try:
            cliente = Cliente(url, chave)
        except EnderecoInvalido as erro:
            raise CommandError(str(erro)) from None
        partes = urlsplit(cliente.url)
        if partes.scheme == "http" and partes.hostname not in ("127.0.0.1", "localhost", "::1"):
            self.stderr.write("Atenção: em http:// a chave e as vendas passam abertas pela rede. Use https://.")
        return cliente

    def _renovar(self) -> None:
        nova, liberadas = renovar_instalacao()
        self.stdout.write(
            f"Nova instalação {nova.instalacao}; {liberadas} linhas recusadas voltam a ser enviadas agora."
        )

    def _replicar(self, replicador: Replicador, opcoes: dict[str, Any]) -> Rodada:
        execucao = {nome: opcoes[nome] for nome in ("continuo", "intervalo", "tentativas")}
        if opcoes["continuo"] or not sys.stdout.isatty():
            return replicador.executar(**execucao)
        colunas = (TextColumn("Replicando"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*colunas) as progresso:
            tarefa = progresso.add_task("", total=total_pendente())
            replicador.ao_avancar = lambda c: progresso.update(tarefa, completed=c.linhas)
            return replicador.executar(**execucao)

    def _contar(self, contagem: Contagem, fim: Rodada) -> None:
        self.stdout.write(f"{contagem.aceitas} linhas replicadas, {contagem.adiadas} recusadas ou adiadas.")
        if fim.fim is Fim.PARADO:
            self.stdout.write("Parado a pedido; o que falta fica pendente.")
        elif fim.fim in (Fim.FALHOU, Fim.SEM_ACESSO):
            raise CommandError(fim.mensagem)
