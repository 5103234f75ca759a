"""`make bench`: how fast, how late, how big, against what the same machine can do at all."""

from __future__ import annotations

import argparse
import sys

from rich.console import Console

from bench.pasta import pasta_propria
from bench.processos import INTERROMPIDO, ouvir_sinais

ARMAZENADAS = EVENTOS = 1_000_000
ALVOS = (
    "processar",
    "http",
    "latencia",
    "volume",
    "memoria",
    "limite",
    "reprocessar",
    "fila",
    "fila_http",
    "fila_memoria",
    "clientes",
    "clientes_lote",
    "tipar",
    "suspensao",
    "cancelamento",
    "jazigos",
    "sincronia",
    "cobrancas",
    "webhooks",
    "auditoria",
)


def main() -> int:
    pedido = _opcoes().parse_args()
    tela = Console()
    ouvir_sinais()
    try:
        with pasta_propria("bench") as pasta:
            pasta.usar()
            # models: only once the settings know this run's folder
            from bench.resultados import gravar, medidos, mostrar
            from bench.rodadas import medir

            figuras = medir(
                pasta, pedido.alvo, rodadas=pedido.rodadas, operacoes=pedido.operacoes,
                armazenadas=pedido.armazenadas, mensagens=pedido.mensagens, de_provedores=pedido.de_provedores,
                eventos=pedido.eventos, tela=tela,
            )  # fmt: skip
    except KeyboardInterrupt:
        tela.print("Interrompido.")
        return INTERROMPIDO
    novos = medidos(figuras, pedido.alvo)
    mostrar(novos, figuras, tela)
    if pedido.armazenadas != ARMAZENADAS:
        tela.print(f"Medido com {pedido.armazenadas} operações armazenadas, e não {ARMAZENADAS}: nada foi gravado.")
    elif pedido.eventos != EVENTOS:
        tela.print(f"Verificados {pedido.eventos} eventos, e não {EVENTOS}: nada foi gravado.")
    elif not pedido.sem_gravar:
        gravar(novos, figuras, comando=f"make bench{f' ALVO={pedido.alvo}' if pedido.alvo else ''}")
    return 0


def _opcoes() -> argparse.ArgumentParser:
    opcoes = argparse.ArgumentParser(prog="python -m bench.medir", description=__doc__)
    opcoes.add_argument("--alvo", choices=ALVOS, help="mede só uma área (padrão: todas)")
    opcoes.add_argument("--rodadas", type=int, default=5, help="rodadas de cada medida de vazão (padrão: 5)")
    opcoes.add_argument("--operacoes", type=int, default=5_000, help="operações por rodada (padrão: 5000)")
    opcoes.add_argument("--armazenadas", type=int, default=ARMAZENADAS, help="na medida de volume (padrão: 1.000.000)")
    opcoes.add_argument("--mensagens", type=int, default=200_000, help="na memória da fila (padrão: 200.000)")
    opcoes.add_argument("--de-provedores", type=int, help="cobranças e webhooks por rodada (padrão: 10.000 e 6.000)")
    opcoes.add_argument("--eventos", type=int, default=EVENTOS, help="na verificação da auditoria (padrão: 1.000.000)")
    opcoes.add_argument("--sem-gravar", action="store_true", help="não escreve results.md nem results.json")
    return opcoes


if __name__ == "__main__":
    sys.exit(main())
