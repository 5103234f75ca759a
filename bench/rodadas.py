"""The order of a run: prepare, interleave the rounds, take medians."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from statistics import median

from django.core.management import call_command
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.cadastro import registrar_empresa
from bench.medidas.base import Medida, Oficina
from bench.medidas.limite import Limite, script
from bench.medidas.processar import Processar
from bench.pasta import Pasta
from bench.processos import Processos

RODADAS = 5


def medir(pasta: Pasta, alvo: str | None, *, rodadas: int, operacoes: int) -> None:
    tela = Console()
    with Processos(pasta.raiz) as processos:
        pasta.servidor.garantir_no_ar()
        call_command("preparar", sem_estaticos=True, verbosity=0, stdout=(pasta.raiz / "preparar.log").open("w"))
        oficina = Oficina(pasta, processos, registrar_empresa(), operacoes)
        medidas: list[Medida] = []
        if (caminho := script()) is not None:
            medidas.append(Limite(oficina, caminho))
        else:
            tela.print("limite.py não está aqui: as razões ficam de fora")
        medidas.append(Processar(oficina))
        resultado = intercalar(medidas, rodadas, tela)
        tela.print(resultado, {"rss_mb": oficina.rss_mb})


def intercalar(medidas: Sequence[Medida], rodadas: int, tela: Console) -> dict[str, float]:
    """`rodadas` rounds of each, in turn; the median of each figure. A first round of each warms up and is thrown away."""
    figuras: defaultdict[str, list[float]] = defaultdict(list)
    colunas = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*colunas, console=tela) as progresso:
        tarefa = progresso.add_task("aquecendo", total=(rodadas + 1) * len(medidas))
        for rodada in range(rodadas + 1):
            for medida in medidas:
                progresso.update(tarefa, description=f"{medida.nome}, rodada {rodada}" if rodada else "aquecendo")
                for nome, valor in medida.rodada().items():
                    if rodada:
                        figuras[nome].append(valor)
                progresso.advance(tarefa)
    return {nome: median(valores) for nome, valores in figuras.items()}
