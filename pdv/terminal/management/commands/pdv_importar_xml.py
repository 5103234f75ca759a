"""`manage.py pdv_importar_xml PASTA`: sales out of files of NFC-e and CF-e SAT, into the till's own database."""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pdv.terminal.importador import Arquivo, Desfecho, arquivos_xml, escrever_catalogo, importar
from pdv.terminal.preparo import preparar


class Command(BaseCommand):
    help = (
        "Transforma em operações do PDV as NFC-e (modelo 65) e os CF-e SAT de uma pasta. O que não é venda de PDV é "
        "nomeado e pulado; o mesmo arquivo duas vezes entra uma só."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("pasta", type=Path, help="pasta com os XML, e suas subpastas; ou um arquivo")
        parser.add_argument("--ponto-venda", type=int, default=1, help="código do PDV a que as vendas pertencem")
        parser.add_argument("--catalogo", type=Path, help="escreve neste CSV os produtos a cadastrar na retaguarda")

    def handle(self, *args: Any, **opcoes: Any) -> None:
        pasta: Path = opcoes["pasta"]
        if not pasta.exists():
            raise CommandError(f"{pasta} não existe")
        preparar()
        arquivos = []
        for arquivo in importar(arquivos_xml(pasta), ponto_venda=opcoes["ponto_venda"]):
            self._mostrar(arquivo)
            arquivos.append(arquivo)
        contagem = Counter(arquivo.desfecho for arquivo in arquivos)
        partes = [f"{contagem[desfecho]} {desfecho}(s)" for desfecho in Desfecho]
        self.stdout.write(f"{len(arquivos)} arquivos: {', '.join(partes)}.")
        if opcoes["catalogo"]:
            self._escrever_catalogo(opcoes["catalogo"], arquivos)

    def _mostrar(self, arquivo: Arquivo) -> None:
        motivo = f" ({arquivo.motivo})" if arquivo.motivo else ""
        self.stdout.write(f"{arquivo.caminho.name}: {arquivo.desfecho}{motivo}")
        for aviso in arquivo.avisos if arquivo.desfecho is not Desfecho.REPETIDA else ():
            self.stdout.write(f"    aviso: {aviso}")

    def _escrever_catalogo(self, destino: Path, arquivos: list[Arquivo]) -> None:
        try:
            quantos = escrever_catalogo(destino, (produto for arquivo in arquivos for produto in arquivo.produtos))
        except OSError as erro:
            raise CommandError(f"não foi possível escrever {destino}: {erro.strerror or erro}") from None
        self.stdout.write(f"{quantos} produtos em {destino}.")
