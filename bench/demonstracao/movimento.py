"""Three replicators and the worker at once; one of each is killed half way and started again."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.progress import Progress

from bench.demonstracao.andamento import andamento, em_maos
from bench.demonstracao.caixas import Caixa
from bench.servico import Retaguarda

OLHAR_A_CADA = 0.01
MOSTRAR_A_CADA = 0.1
SEGUNDOS_MAXIMO = 300.0  # a guard against hanging; a busy machine is only slow
A_PARTIR_DE = 0.12  # of all rows: then things are well under way, and far from done


class NaoTerminou(Exception):
    """O movimento não terminou no tempo esperado."""


class QuedaForaDeHora(Exception):
    """O processo terminou antes de ser derrubado: a demonstração não provou nada."""


@dataclass
class Movimento:
    """The run from the first POST until nothing is pending."""

    caixas: Sequence[Caixa]
    retaguarda: Retaguarda
    progresso: Progress
    contar: Callable[[str], None]
    lote: int
    segundos_replicando: float = 0.0
    segundos: float = 0.0

    def rodar(self) -> None:
        """Raises ComandoFalhou, NaoTerminou or QuedaForaDeHora."""
        self.total = sum(caixa.replicadas()[1] for caixa in self.caixas)
        self.barras = {
            c.codigo: self.progresso.add_task(f"PDV {c.codigo} replica", total=c.replicadas()[1]) for c in self.caixas
        }
        self.barra = self.progresso.add_task("retaguarda processa", total=self.total)
        self.inicio = time.monotonic()
        for caixa in self.caixas:
            caixa.replicar(self.retaguarda.url, self.lote)
        self._derrubar_replicador(self.caixas[1])
        self._derrubar_trabalhador()
        for caixa in self.caixas:
            self._ate(lambda caixa=caixa: caixa.envios[-1].poll() is not None, f"o PDV {caixa.codigo} replicar tudo")  # type: ignore[misc]  # bound at once
            caixa.esperar(caixa.envios[-1])
        self.segundos_replicando = time.monotonic() - self.inicio
        self._ate(lambda: andamento().tratadas == self.total, "a retaguarda processar tudo")
        self.segundos = time.monotonic() - self.inicio

    def _derrubar_replicador(self, caixa: Caixa) -> None:
        envio = caixa.envios[-1]
        self._ate(lambda: envio.poll() is not None or _parte(caixa.replicadas()) >= A_PARTIR_DE, "um replicador andar")
        caixa.processos.matar(envio)
        feitas, todas = caixa.replicadas()
        if feitas == todas:
            raise QuedaForaDeHora(f"o replicador do PDV {caixa.codigo} já tinha terminado")
        self.contar(f"[red]SIGKILL[/] no replicador do PDV {caixa.codigo}, com {feitas} de {todas} linhas replicadas")
        caixa.replicar(self.retaguarda.url, self.lote)

    def _derrubar_trabalhador(self) -> None:
        """In the middle of a batch: while rows are noted as being in somebody's hands."""
        trabalhador = self.retaguarda.trabalhadores[0]
        self._ate(lambda: self._no_meio() or andamento().tratadas == self.total, "o trabalhador andar")
        self.retaguarda.matar_trabalhador(trabalhador)
        agora = andamento()
        if agora.tratadas == self.total:
            raise QuedaForaDeHora("o trabalhador já tinha terminado")
        self.contar(
            f"[red]SIGKILL[/] no trabalhador, com {agora.tratadas} de {self.total} linhas processadas e {em_maos()} nas mãos"
        )
        self.retaguarda.iniciar_trabalhador(2)

    def _no_meio(self) -> bool:
        return andamento().tratadas >= self.total * A_PARTIR_DE and em_maos() > 0

    def _ate(self, chegou: Callable[[], bool], o_que: str) -> None:
        """Wait, showing how far it is."""
        mostrar = 0.0
        while not chegou():
            agora = time.monotonic()
            if agora - self.inicio > SEGUNDOS_MAXIMO:
                raise NaoTerminou(f"{SEGUNDOS_MAXIMO:.0f} s esperando {o_que}: {andamento()}")
            if agora >= mostrar:
                self.mostrar()
                mostrar = agora + MOSTRAR_A_CADA
            time.sleep(OLHAR_A_CADA)
        self.mostrar()

    def mostrar(self) -> None:
        for caixa in self.caixas:
            self.progresso.update(self.barras[caixa.codigo], completed=caixa.replicadas()[0])
        self.progresso.update(self.barra, completed=andamento().tratadas)


def _parte(feitas_de_todas: tuple[int, int]) -> float:
    feitas, todas = feitas_de_todas
    return feitas / todas
