"""From the till's tables to the retaguarda, over bad links: loses nothing, duplicates nothing.

Nothing is noted before the server has answered, so a process killed at any instant leaves rows at 1 and they go again;
the server finds them by their key and answers `existente`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from random import Random

import structlog
from django.db import InterfaceError, OperationalError, connections
from django.utils import timezone

from pdv.terminal import espera
from pdv.terminal.comandos import INTERVALO, Comandos
from pdv.terminal.envio import Cliente, Desfecho, Resposta
from pdv.terminal.espera import Parada
from pdv.terminal.marcacao import Contagem, adiar, anotar
from pdv.terminal.pacote import Linha, corpo_do_pacote, identidade_da_instalacao, montar
from pdv.terminal.registro import ALIAS

LOTE = 500
BYTES_MAXIMO = 8 * 1024 * 1024
BYTES_MINIMO = 64 * 1024
RECUSAS_SEGUIDAS = 10  # rows refused alone, none taken between: it is not the rows

log = structlog.get_logger(__name__)


class Fim(Enum):
    """Why the replicator stopped, or what a round came to."""

    VAZIO = auto()
    AVANCOU = auto()
    FALHOU = auto()
    SEM_ACESSO = auto()
    PARADO = auto()


FALHAS = (Fim.FALHOU, Fim.SEM_ACESSO)


@dataclass(frozen=True, slots=True)
class Rodada:
    """One package, with the pieces that it had to be cut into."""

    fim: Fim
    mensagem: str = ""
    esperar: float | None = None


@dataclass(slots=True)
class Replicador:
    """Sends what is due. `ao_avancar` is told after each answer what was taken and put off so far;
    `ao_esvaziar` is called when no operation is due, and sends the manifests."""

    cliente: Cliente
    parada: Parada
    lote: int = LOTE
    bytes_maximo: int = BYTES_MAXIMO
    ao_avancar: Callable[[Contagem], None] = lambda contagem: None
    ao_esvaziar: Callable[[], None] = lambda: None
    intervalo_comandos: float = INTERVALO
    contagem: Contagem = field(default_factory=Contagem)
    sorteio: Random = field(default_factory=Random)
    _bytes: int = BYTES_MAXIMO  # of the next package: halves on a link that fails, grows again on one that works

    def executar(self, *, continuo: bool = False, intervalo: float = 5.0, tentativas: int = 10) -> Rodada:
        """Until nothing is due, or for ever. A single run gives up after `tentativas` failures in a row.

        After a package, or when there was none, the retaguarda is asked for commands: at once the first time, then
        every `intervalo_comandos`. What it asks for is sent in the next round.
        """
        falhas, comandos = 0, Comandos(self.cliente, self.intervalo_comandos, self.sorteio)
        while not self.parada.pedida:
            antes = self.contagem.linhas
            rodada = self._rodada_segura()
            falhas = (falhas if self.contagem.linhas == antes else 0) + 1 if rodada.fim in FALHAS else 0
            if rodada.fim not in FALHAS and not self.parada.pedida and comandos.atender():
                continue
            if rodada.fim is Fim.VAZIO:
                self.ao_esvaziar()
            if not continuo and (rodada.fim in (Fim.VAZIO, Fim.SEM_ACESSO) or falhas >= tentativas):
                return rodada
            self._descansar(rodada, falhas, intervalo)
        return Rodada(Fim.PARADO)

    def rodada(self) -> Rodada:
        """Send one package.

        1. Read the oldest rows that are due, within `lote` and `bytes_maximo`.
        2. Send; a package too large, or refused as a whole, is halved until the culprit is alone.
        3. Note what was answered; the culprit steps aside with its reason.
        """
        linhas = montar(timezone.now(), lote=self.lote, bytes_maximo=min(self._bytes, self.bytes_maximo))
        if not linhas:
            return Rodada(Fim.VAZIO)
        antes = self.contagem.linhas
        por_enviar, recusas = [linhas], 0
        while por_enviar and not self.parada.pedida:
            parte = por_enviar.pop()
            resposta = self._enviar(parte)
            if resposta.desfecho is Desfecho.RESPONDIDO:
                self._contar(anotar(parte, resposta, timezone.now(), self.sorteio))
                recusas = 0
            elif resposta.desfecho in (Desfecho.TRANSITORIO, Desfecho.SEM_ACESSO):
                fim = Fim.FALHOU if resposta.desfecho is Desfecho.TRANSITORIO else Fim.SEM_ACESSO
                return Rodada(fim, resposta.mensagem, resposta.esperar)
            elif len(parte) > 1:
                meio = len(parte) // 2
                por_enviar += [parte[meio:], parte[:meio]]
            else:
                self._contar(adiar(parte[0], resposta.mensagem, timezone.now(), self.sorteio))
                recusas += 1
                if recusas >= RECUSAS_SEGUIDAS:
                    return Rodada(Fim.FALHOU, f"{recusas} linhas recusadas em seguida: {resposta.mensagem}")
        if self.contagem.linhas == antes:
            return Rodada(Fim.FALHOU, "as linhas mudaram enquanto eram enviadas")  # not at once again: no hot loop
        return Rodada(Fim.AVANCOU)

    def _enviar(self, linhas: list[Linha]) -> Resposta:
        corpo = corpo_do_pacote(identidade_da_instalacao(), linhas)
        resposta = self.cliente.enviar(corpo)
        if resposta.desfecho is Desfecho.GRANDE and len(linhas) > 1:
            self.bytes_maximo = max(BYTES_MINIMO, len(corpo) // 2)  # a proxy's limit does not change by itself
        elif resposta.desfecho is Desfecho.NUMEROSO:
            self.lote = max(1, self.lote // 2)
        elif resposta.desfecho is Desfecho.TRANSITORIO:
            self._bytes = max(BYTES_MINIMO, self._bytes // 2)
        elif resposta.desfecho is Desfecho.RESPONDIDO:
            self._bytes = min(BYTES_MAXIMO, self._bytes * 2)
        return resposta

    def _contar(self, contagem: Contagem) -> None:
        self.contagem.somar(contagem)
        self.ao_avancar(self.contagem)

    def _rodada_segura(self) -> Rodada:
        try:
            return self.rodada()
        except (OperationalError, InterfaceError) as erro:
            # held by who sells for longer than the busy timeout, or a server that went away
            connections[ALIAS].close()
            return Rodada(Fim.FALHOU, f"banco do terminal ocupado: {erro}")

    def _descansar(self, rodada: Rodada, falhas: int, intervalo: float) -> None:
        if rodada.fim is Fim.AVANCOU:
            return
        if rodada.fim is Fim.VAZIO:
            self.parada.dormir(intervalo * self.sorteio.uniform(0.8, 1.2))
            return
        if rodada.fim is Fim.SEM_ACESSO:
            segundos = espera.sem_acesso(self.sorteio)
        else:
            segundos = espera.da_falha(falhas, rodada.esperar, self.sorteio)
        log.warning("replicacao.espera", motivo=rodada.mensagem, falhas=falhas, segundos=round(segundos, 1))
        self.parada.dormir(segundos)
