"""PostgreSQL taken down while two processes send, on a server of this run's own: exits with 1 unless all went.

python -m tests.falhas.fila_reiniciada --mensagens 400 --reinicios 2
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from pathlib import Path

from bench.pasta import Pasta, pasta_propria
from bench.processos import Processos
from tests.falhas.reinicio import ate, derrubar
from tests.filas.fila.destino import destino


def provar(pasta: Pasta, mensagens: int, reinicios: int, copia: Path | None) -> list[str]:
    # models: only once the settings know this run's folder
    from django.core.management import call_command
    from django.db import connections

    from erp.config.copias import restaurar
    from filas.fila.entrada import enfileirar
    from filas.models import Mensagem, Tentativa

    pasta.servidor.garantir_no_ar()
    if copia is None:
        call_command("preparar", sem_estaticos=True, stdout=io.StringIO())
    else:
        restaurar(copia)
    enfileirar("Provas", [(str(n), {"n": n}) for n in range(mensagens)])
    with Processos(pasta.raiz) as processos, destino(demora=0.02) as outro:
        ambiente = pasta.variaveis(PROVAS=json.dumps({"url": outro.url, "concorrencia": 8, "reserva": 5}))
        for n in range(2):
            processos.iniciar(f"envia-{n}", [sys.executable, "-m", "tests.filas.fila.trabalhador"], ambiente)
        for n in range(reinicios):
            ate(lambda n=n: len(outro.chegadas) >= mensagens * (n + 1) // (reinicios + 2), "o trabalho andar")  # type: ignore[misc]  # bound at once
            print(f"reinício {n + 1}: {len(outro.chegadas)} chamadas", flush=True)
            connections.close_all()
            derrubar(pasta, n)
        ate(lambda: not Mensagem.objects.exclude(situacao=2).exists(), "tudo ir")
        vezes = outro.vezes()
    faltas = [
        f"{token} não chegou" for token in Mensagem.objects.values_list("token", flat=True) if not vezes[str(token)]
    ]
    sucessos = Tentativa.objects.filter(resultado=Tentativa.Resultado.SUCESSO)
    if not sucessos.count() == sucessos.values("mensagem_id").distinct().count() == mensagens:
        faltas.append(f"{sucessos.count()} tentativas com sucesso de {mensagens} mensagens")
    if sum(vezes.values()) > Tentativa.objects.count():
        faltas.append(f"{sum(vezes.values())} chamadas e só {Tentativa.objects.count()} tentativas anotadas")
    connections.close_all()
    return faltas


def main() -> int:
    opcoes = argparse.ArgumentParser(description=__doc__)
    opcoes.add_argument("--mensagens", type=int, default=400)
    opcoes.add_argument("--reinicios", type=int, default=2)
    opcoes.add_argument("--copia", type=Path, help="a backup to begin with, instead of an empty installation")
    pedido = opcoes.parse_args()
    with pasta_propria("fila") as pasta:
        pasta.usar()
        faltas = provar(pasta, pedido.mensagens, pedido.reinicios, pedido.copia)
    print("\n".join(faltas) or "CONFERE")
    return 1 if faltas else 0


if __name__ == "__main__":
    sys.exit(main())
