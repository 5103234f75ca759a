"""`make demo`: from three tills to exact stock, money and fiscal records, with processes killed and errors on purpose."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console

from bench.demonstracao.correio import correio_no_ar
from bench.pasta import pasta_propria
from bench.processos import INTERROMPIDO, ouvir_sinais

OPERACOES = 1_000
MINIMO = 45
DO_CORREIO = {"CONTATOS_EMAILS_POR_SEGUNDO": "1000", "CONTATOS_SILENCIO": "20:00-08:00"}
LARGURA = 140  # where nobody looks on (CI), lines are not broken at 80


def main() -> int:
    pedido = _opcoes().parse_args()
    tela = Console()
    if not tela.is_terminal:
        tela = Console(width=LARGURA)
    ouvir_sinais()
    try:
        with pasta_propria("demo") as pasta, correio_no_ar() as correio:
            pasta.usar(**DO_CORREIO, EMAIL_URL=correio.url)
            # models: only once the settings know this run's folder
            from auditoria.declaracoes import declarar
            from bench.demonstracao.roteiro import demonstrar
            from bench.reconciliacao import codigo_de_saida

            with declarar("make demo"):  # the company that it makes up is nobody's act
                diferencas = demonstrar(pasta, correio, xml=pedido.xml, operacoes=pedido.operacoes, tela=tela)
    except KeyboardInterrupt:
        tela.print("Interrompido; nada ficou no ar.")
        return INTERROMPIDO
    for diferenca in diferencas:
        tela.print(diferenca, style="red", markup=False)
    if diferencas:
        tela.print(f"NÃO CONFERE: {len(diferencas)} diferença(s).", style="bold red")
    else:
        tela.print(
            "CONFERE: cada centavo e cada unidade, do PDV ao razão, da venda do plano ao fim do mês e da cobrança à conta; e a "
            "trilha de quem fez o quê está íntegra.",
            style="bold green",
        )
    return codigo_de_saida(diferencas)


def _opcoes() -> argparse.ArgumentParser:
    opcoes = argparse.ArgumentParser(prog="python -m bench.demo", description=__doc__)
    opcoes.add_argument("--xml", type=_pasta, help="pasta com NFC-e e CF-e SAT que passam pelo mesmo caminho")
    opcoes.add_argument(
        "--operacoes",
        type=_quantas,
        default=OPERACOES,
        help=f"operações simuladas (padrão: {OPERACOES}, ao menos {MINIMO})",
    )
    return opcoes


def _pasta(texto: str) -> Path:
    pasta = Path(texto)
    if not pasta.is_dir():
        raise argparse.ArgumentTypeError(f"{texto} não é uma pasta")
    return pasta.resolve()


def _quantas(texto: str) -> int:
    quantas = int(texto)
    if quantas < MINIMO:
        raise argparse.ArgumentTypeError(f"esperadas ao menos {MINIMO} operações, recebido {quantas}")
    return quantas


if __name__ == "__main__":
    sys.exit(main())
