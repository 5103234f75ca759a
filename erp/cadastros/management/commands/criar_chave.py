"""`manage.py criar_chave`: an API key from the terminal."""

import getpass
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from auditoria.services import Ator
from erp.acesso.erros import ErroDefinitivo
from erp.acesso.escopos import escopos
from erp.acesso.services import criar_chave
from erp.cadastros.models import PontoVenda


class Command(BaseCommand):
    help = "Cria uma chave de API e a mostra uma única vez. Só a chave sai na saída padrão; o resto sai na de erros."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--nome", required=True, help="quem vai usar a chave")
        parser.add_argument(
            "--escopo", action="append", required=True, choices=list(escopos()), help="pode ser repetido"
        )
        parser.add_argument("--ponto-venda", type=int, metavar="CODIGO", help="código do ponto de venda (escopo pdv)")
        parser.add_argument("--homologacao", action="store_true", help="valida e responde igual, mas não grava")
        parser.add_argument("--dias", type=int, help="validade em dias; sem isto, não expira")

    def handle(self, *args: Any, **opcoes: Any) -> None:
        dias: int | None = opcoes["dias"]
        if dias is not None and not 1 <= dias <= 36_500:
            raise CommandError(f"--dias recebido: {dias}; esperado: de 1 a 36500.")
        try:
            chave, texto = criar_chave(
                nome=opcoes["nome"],
                escopos=opcoes["escopo"],
                ponto_venda_id=_ponto_venda(opcoes["ponto_venda"]),
                homologacao=opcoes["homologacao"],
                expira_em=None if dias is None else timezone.now() + timedelta(days=dias),
                ator=Ator("sistema", f"terminal de {_quem()}"),
            )
        except ErroDefinitivo as erro:
            raise CommandError(str(erro)) from erro
        self.stderr.write(f"Chave {chave.prefixo} criada. Guarde-a agora: ela não será mostrada de novo.")
        self.stdout.write(texto)


def _ponto_venda(codigo: int | None) -> int | None:
    if codigo is None:
        return None
    ponto = PontoVenda.objects.filter(codigo=codigo).first()
    if ponto is None:
        existentes = ", ".join(map(str, PontoVenda.objects.order_by("codigo").values_list("codigo", flat=True)[:20]))
        raise CommandError(f"Não há ponto de venda de código {codigo}. Existem: {existentes or 'nenhum'}.")
    return ponto.pk


def _quem() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number that has no name
        return "desconhecido"
