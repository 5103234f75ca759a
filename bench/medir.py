"""`make bench`: how fast, how late, how big, against what the same machine can do at all."""

from __future__ import annotations

import argparse
import sys

from bench.pasta import pasta_propria

ALVOS = ("processar", "http", "latencia", "volume", "memoria", "limite")


def main() -> int:
    opcoes = argparse.ArgumentParser(prog="python -m bench.medir", description=__doc__)
    opcoes.add_argument("--alvo", choices=ALVOS, help="mede só uma área (padrão: todas)")
    opcoes.add_argument("--rodadas", type=int, default=5, help="rodadas de cada medida (padrão: 5)")
    opcoes.add_argument("--operacoes", type=int, default=5_000, help="operações por rodada (padrão: 5000)")
    pedido = opcoes.parse_args()
    with pasta_propria("bench") as pasta:
        pasta.usar()
        from bench.rodadas import medir  # models: only once the settings know this run's folder

        medir(pasta, pedido.alvo, rodadas=pedido.rodadas, operacoes=pedido.operacoes)
    return 0


if __name__ == "__main__":
    sys.exit(main())
