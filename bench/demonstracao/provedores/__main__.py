"""`python -m bench.demonstracao.provedores`: says `pronto`, then plays the chapter for the note that it is told of.

A line in is JSON, `{"chave": "...", "creditos": 500}`; the line out too: `{"ditos": [...], "faltas": [...]}`.
"""

from __future__ import annotations

import json
import sys

import django

django.setup()

from django.db import connection  # noqa: E402  # after setup, which reads the models

from bench.demonstracao.provedores import dinheiro, papeis  # noqa: E402  # idem
from bench.demonstracao.provedores.comum import Vivido  # noqa: E402  # idem
from bench.demonstracao.provedores.familia import Familia  # noqa: E402  # idem


def main() -> None:
    connection.ensure_connection()
    print("pronto", flush=True)
    for linha in sys.stdin:
        vividos = _viver(**json.loads(linha))
        feito = {"ditos": [v.dito for v in vividos], "faltas": [falta for v in vividos for falta in v.faltas]}
        print(json.dumps(feito), flush=True)


def _viver(chave: str, creditos: int) -> list[Vivido]:
    familia = Familia()
    return [
        papeis.assinar_o_contrato(familia),
        dinheiro.cobrar_por_link(familia),
        dinheiro.receber_pix(familia),
        dinheiro.pagar_carne(familia),
        dinheiro.liquidar_cartoes(familia),
        dinheiro.conferir_a_conta(familia),
        papeis.ouvir_o_emissor(chave),
        papeis.ler_creditos(creditos),
        papeis.conferir_as_quatro(),
    ]


if __name__ == "__main__":
    main()
