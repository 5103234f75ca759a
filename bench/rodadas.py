"""The order of a run: prepare, interleave the rounds of what is to be compared, take medians."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median

from django.db import connections
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.cadastro import registrar_empresa
from bench.medidas.auditoria import VERIFICADOS, Auditoria, AuditoriaVerificar, servidor_do_arquivo
from bench.medidas.base import Medida, Oficina
from bench.medidas.clientes import de_clientes
from bench.medidas.corretor import EMBUTIDO, iniciar_redis
from bench.medidas.fila import Fila, FilaHttp, FilaMemoria
from bench.medidas.http import Http
from bench.medidas.latencia import Latencia
from bench.medidas.limite import Limite, script
from bench.medidas.processar import Processar
from bench.medidas.provedores import COBRANCAS, WEBHOOKS, Cobrancas, Webhooks
from bench.medidas.reprocessar import Reprocessar
from bench.medidas.rotinas import ALVOS as DAS_ROTINAS
from bench.medidas.rotinas import das_rotinas
from bench.medidas.sincronia import Sincronia
from bench.medidas.volume import POUCAS, Volume
from bench.pasta import Pasta
from bench.processos import Processos

RODADAS_LATENCIA = 2
RODADAS_ROTINAS = 3  # a round is half a minute, and a database of its own
DE_CLIENTES = ("clientes", "clientes_lote")
DE_PROVEDORES = ("cobrancas", "webhooks")
DE_VAZAO = ("limite", "processar", "http", "memoria", "reprocessar")


@dataclass
class Figuras:
    """The figures of every round, by name."""

    rodadas: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    notas: list[str] = field(default_factory=list)
    rss_mb: float = 0.0

    def mediana(self, nome: str) -> float | None:
        return median(self.rodadas[nome]) if self.rodadas.get(nome) else None


def medir(
    pasta: Pasta,
    alvo: str | None,
    *,
    rodadas: int,
    operacoes: int,
    armazenadas: int,
    mensagens: int,
    de_provedores: int | None = None,
    eventos: int = VERIFICADOS,
    tela: Console,
) -> Figuras:
    """Run the measures of `alvo` (None: all of them) on a server of their own."""
    figuras = Figuras()
    with Processos(pasta.raiz) as processos, _progresso(tela) as progresso:
        preparo = progresso.add_task("preparando o banco", total=None)
        pasta.servidor.garantir_no_ar()
        connections.settings["manutencao"] = connections.settings["default"] | {"NAME": "postgres"}
        # a process of its own: the broker's connections that it opens stay open, and a database in use cannot be copied
        comando = [sys.executable, "manage.py", "preparar", "--sem-estaticos"]
        preparo_feito = processos.iniciar("preparar", comando, pasta.variaveis())
        if preparo_feito.wait():
            raise RuntimeError("o banco não pôde ser preparado")
        oficina = Oficina(pasta, processos, registrar_empresa(), operacoes, progresso.console.print)
        progresso.update(preparo, total=1, completed=1)
        connections.close_all()  # the volume's databases are copies of this one
        if alvo in (None, "volume"):
            _intercalar([Volume(oficina, "volume_muitas", armazenadas), Volume(oficina, "volume_poucas", POUCAS)],
                        rodadas, progresso, figuras)  # fmt: skip
        if alvo in (None, *DE_CLIENTES):
            _intercalar(de_clientes(oficina, alvo, armazenadas), rodadas, progresso, figuras)
        if alvo in (None, *(a.nome for a in DAS_ROTINAS)):
            # one by one: each leaves the disk before the next fills it
            for medida in das_rotinas(oficina, alvo):
                _intercalar([medida], min(rodadas, RODADAS_ROTINAS), progresso, figuras, aquecer=False)
        if alvo in (None, "sincronia"):
            _intercalar([Sincronia(oficina)], min(rodadas, RODADAS_ROTINAS), progresso, figuras, aquecer=False)
        if alvo in (None, "auditoria"):  # first that on a copy, while nobody is in the database copied
            _intercalar([AuditoriaVerificar(oficina, eventos)], min(rodadas, RODADAS_ROTINAS), progresso, figuras,
                        aquecer=False)  # fmt: skip
            if not servidor_do_arquivo():
                figuras.notas.append("`MONGO_DO_BENCH` não diz um MongoDB: a verificação do arquivo fica de fora.")
            _intercalar([Auditoria(oficina)], rodadas, progresso, figuras)
        if alvo in (None, *DE_VAZAO):
            _intercalar(_de_vazao(oficina, alvo, figuras), rodadas, progresso, figuras)
        if alvo in (None, "fila", "fila_http"):
            _intercalar(_da_fila(oficina, alvo), rodadas, progresso, figuras)
        if alvo in (None, *DE_PROVEDORES):
            medidas = _de_provedores(oficina, alvo, de_provedores)
            _intercalar(medidas, min(rodadas, RODADAS_ROTINAS), progresso, figuras, aquecer=False)
        if alvo in (None, "fila_memoria"):
            _intercalar([FilaMemoria(oficina, mensagens)], 1, progresso, figuras, aquecer=False)
        if alvo in (None, "latencia"):
            _intercalar(_de_latencia(oficina, figuras), RODADAS_LATENCIA, progresso, figuras, aquecer=False)
        figuras.rss_mb = oficina.rss_mb
        connections.close_all()
    return figuras


def _de_vazao(oficina: Oficina, alvo: str | None, figuras: Figuras) -> list[Medida]:
    medidas: list[Medida] = []
    caminho = script()
    if caminho is not None and alvo not in ("memoria", "reprocessar"):
        medidas.append(Limite(oficina, caminho))
    elif caminho is None:
        figuras.notas.append("`limite.py` não está nesta máquina (variável LIMITE): as razões ficam de fora.")
    if alvo in (None, "processar", "memoria", "reprocessar"):
        medidas.append(Processar(oficina))
    if alvo in (None, "reprocessar"):
        medidas.append(Reprocessar(oficina))
    if alvo in (None, "http", "memoria"):
        redis = iniciar_redis(oficina)
        medidas.append(Http(oficina, redis or EMBUTIDO))
    return medidas


def _da_fila(oficina: Oficina, alvo: str | None) -> list[Medida]:
    medidas: list[Medida] = []
    if alvo in (None, "fila"):
        medidas.append(Fila(oficina))
    if alvo in (None, "fila_http"):
        medidas.append(FilaHttp(oficina))
    return medidas


def _de_provedores(oficina: Oficina, alvo: str | None, quantos: int | None) -> list[Medida]:
    medidas: list[Medida] = []
    if alvo in (None, "cobrancas"):
        medidas.append(Cobrancas(oficina, quantos or COBRANCAS))
    if alvo in (None, "webhooks"):
        medidas.append(Webhooks(oficina, quantos or WEBHOOKS))
    return medidas


def _de_latencia(oficina: Oficina, figuras: Figuras) -> list[Medida]:
    medidas: list[Medida] = [Latencia(oficina, "latencia_embutido", EMBUTIDO)]
    redis = iniciar_redis(oficina)
    if redis is None:
        figuras.notas.append("redis-server não está instalado: a latência com Redis fica de fora.")
    else:
        medidas.append(Latencia(oficina, "latencia_redis", redis))
    return medidas


def _intercalar(
    medidas: Sequence[Medida], rodadas: int, progresso: Progress, figuras: Figuras, *, aquecer: bool = True
) -> None:
    """`rodadas` rounds of each, in turn. With `aquecer` there is one more at the beginning, which does not count."""
    tarefa = progresso.add_task("", total=(rodadas + aquecer) * len(medidas))
    for rodada in range(1 - aquecer, rodadas + 1):
        for medida in medidas:
            progresso.update(tarefa, description=f"{medida.nome}: {f'rodada {rodada}' if rodada else 'aquecendo'}")
            for nome, valor in medida.rodada().items():
                if rodada:
                    figuras.rodadas[nome].append(valor)
            progresso.advance(tarefa)
    for medida in medidas:
        medida.encerrar()


@contextmanager
def _progresso(tela: Console) -> Iterator[Progress]:
    colunas = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*colunas, console=tela) as progresso:
        yield progresso
