"""A process that writes, seals and verifies audit events, for the bench: `python -m bench.auditor`.

It says `pronto`, then obeys each line: `escrever 10000 50` records that many events, one by one, so many to a transaction;
`lotes 20` records that many times the events of a batch of 500 in one transaction; `selar 20000` seals until so many are; `semear
1000000` writes and seals them at once; `verificar` walks the whole chain; `arquivar 0` ships it to the archive that the
environment names; `ler 1000000` reads that many documents back, one by one, and does nothing with them.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import django

django.setup()

from django.db import connection, transaction  # noqa: E402  # after setup, which reads the models
from django.utils.module_loading import import_string  # noqa: E402  # idem

from auditoria.arquivo import servico  # noqa: E402  # idem
from auditoria.selador import selar  # noqa: E402  # idem
from auditoria.services import ATOR_SISTEMA, Ato, registrar, registrar_varios  # noqa: E402  # idem
from auditoria.verificacao.elos import PAGINA  # noqa: E402  # idem
from auditoria.verificacao.services import verificar  # noqa: E402  # idem

LOTE = 500
ANTES: dict[str, Any] = {"situacao": 9, "valor_total": "132.50", "aguarda": None, "quantidade": 4}
DEPOIS: dict[str, Any] = {"situacao": 1, "valor_total": "99.90", "aguarda": "produto 4711", "quantidade": 3}
OBJETO, ACAO, MOTIVO = "pdv.OperacaoPdv", "pdv.reprocessar", "preço corrigido no cadastro"


def main() -> None:
    connection.ensure_connection()
    print("pronto", flush=True)
    for linha in sys.stdin:
        ordem, *partes = linha.split()
        inicio = time.perf_counter()
        feito = ORDENS[ordem](*map(int, partes))
        print(json.dumps({"segundos": time.perf_counter() - inicio, **feito}), flush=True)


def _escrever(quantos: int, por_transacao: int) -> dict[str, Any]:
    for inicio in range(0, quantos, por_transacao):
        with transaction.atomic():
            for n in range(inicio, min(inicio + por_transacao, quantos)):
                registrar(
                    acao=ACAO, ator=ATOR_SISTEMA, objeto=OBJETO, objeto_id=str(n), antes=ANTES, depois=DEPOIS,
                    motivo=MOTIVO,
                )  # fmt: skip
    return {"eventos": quantos}


def _lotes(quantos: int) -> dict[str, Any]:
    """The seconds of one batch: what it adds to a transaction that is there anyway."""
    tempos = []
    for _ in range(quantos):
        with transaction.atomic():
            inicio = time.perf_counter()
            _gravar_lote(LOTE)
            tempos.append(time.perf_counter() - inicio)
    return {"lote": median(tempos)}


def _selar(quantos: int) -> dict[str, Any]:
    selados = 0
    while selados < quantos:
        agora = selar()
        selados += agora
        if not agora:
            time.sleep(0.01)
    return {"selados": selados}


def _semear(quantos: int) -> dict[str, Any]:
    for inicio in range(0, quantos, 10_000):
        with transaction.atomic():
            _gravar_lote(min(10_000, quantos - inicio))
        selar()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE auditoria_evento, auditoria_selo, auditoria_a_selar")
    return {}


def _gravar_lote(quantos: int) -> None:
    atos = (Ato(ACAO, str(n), ANTES, DEPOIS, MOTIVO) for n in range(quantos))
    registrar_varios(atos, ator=ATOR_SISTEMA, objeto=OBJETO)


def _verificar() -> dict[str, Any]:
    feita = verificar()
    return {
        "eventos": feita.eventos,
        "integra": feita.integra,
        "problema": feita.primeiro_problema,
        "arquivo": feita.arquivo,
    }


def _arquivar(_: int) -> dict[str, Any]:
    arquivados = 0
    while agora := servico.remeter(insistir=True).arquivados:
        arquivados += agora
    return {"arquivados": arquivados}


def _ler(quantos: int) -> dict[str, Any]:
    por_lugar = import_string("auditoria.arquivo.colecao.PorLugar")(0, quantos)
    return {"lidos": sum(len(por_lugar.ate(fim)) for fim in range(0, quantos + PAGINA, PAGINA))}


ORDENS: dict[str, Callable[..., dict[str, Any]]] = {
    "escrever": _escrever, "lotes": _lotes, "selar": _selar, "semear": _semear, "verificar": _verificar,
    "arquivar": _arquivar, "ler": _ler,
}  # fmt: skip

if __name__ == "__main__":
    main()
