"""The till obeys: it asks what the retaguarda wants of it, does it, and says so.

A process killed anywhere loses nothing: what was not obeyed is asked for again; what was obeyed and not confirmed is
sent, and the retaguarda closes the command when it arrives.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from random import Random
from typing import Any, NamedTuple

import structlog
from django.db import InterfaceError, OperationalError, connections, transaction

from pdv.terminal.envio import Cliente, Desfecho, Resposta
from pdv.terminal.models import NotaFiscal, OperacaoPdv, SituacaoReplicacao
from pdv.terminal.pacote import identidade_da_instalacao
from pdv.terminal.registro import ALIAS

INTERVALO = 60.0
REPLICAR = "replicar"
_DE_NOVO: dict[str, Any] = {"tentativas": 0, "proxima_tentativa_em": None, "mensagem": ""}

log = structlog.get_logger(__name__)


class Comando(NamedTuple):
    """One of the retaguarda's wishes."""

    id: int
    tipo: str
    id_operacao: int


class Efeito(Enum):
    """What became of the operation that was asked for."""

    VOLTOU = "voltou"  # to 1: it goes in the next package
    PENDENTE = "pendente"  # already at 1: it goes, or is on its way
    AUSENTE = "ausente"


@dataclass(slots=True)
class Comandos:
    """Asks at once, then at most every `intervalo` seconds."""

    cliente: Cliente
    intervalo: float = INTERVALO
    sorteio: Random = field(default_factory=Random)
    _proxima: float | None = None
    _vistos: set[int] = field(default_factory=set)

    def atender(self) -> bool:
        """Ask and obey, when it is time. True when there is something to send. What fails is left for the next time.

        1. Ask what is open for this installation.
        2. The operation and its notes go back to 1, in one transaction a command.
        3. Tell the retaguarda, or leave it to the arrival of the operation.
        """
        agora = time.monotonic()
        if self._proxima is not None and agora < self._proxima:
            return False
        self._proxima = agora + self.intervalo * self.sorteio.uniform(0.8, 1.2)
        try:
            return self._atender()
        except (OperationalError, InterfaceError) as erro:
            connections[ALIAS].close()
            log.warning("comandos.banco_ocupado", motivo=str(erro))
            return False

    def _atender(self) -> bool:
        instalacao = str(identidade_da_instalacao())
        resposta = self.cliente.perguntar("comandos", instalacao=instalacao)
        if resposta.desfecho is not Desfecho.RESPONDIDO:
            self._recuar(resposta)
            return False
        efeitos = {comando: self._obedecer(comando) for comando in _lidos(resposta)}
        for comando, efeito in efeitos.items():
            if efeito is not Efeito.PENDENTE and not self._concluir(comando, efeito, instalacao):
                break  # the link fell: the rest is told again
        return Efeito.VOLTOU in efeitos.values()

    def _obedecer(self, comando: Comando) -> Efeito | None:
        if comando.tipo != REPLICAR:
            return None
        efeito = replicar_de_novo(comando.id_operacao, com_notas=comando.id not in self._vistos)
        self._vistos.add(comando.id)
        log.info("comandos.replicar", comando=comando.id, operacao=comando.id_operacao, efeito=efeito.value)
        return efeito

    def _concluir(self, comando: Comando, efeito: Efeito | None, instalacao: str) -> bool:
        mensagem = _recusa(comando, efeito)
        palavra = {"instalacao": instalacao, "cumprido": not mensagem, "mensagem": mensagem}
        resposta = self.cliente.avisar(f"comandos/{comando.id}", palavra)
        if resposta.desfecho is Desfecho.RESPONDIDO:
            return True
        self._recuar(resposta)
        return resposta.desfecho is not Desfecho.TRANSITORIO

    def _recuar(self, resposta: Resposta) -> None:
        log.warning("comandos.sem_resposta", motivo=resposta.mensagem)
        if resposta.esperar is not None:
            self._proxima = time.monotonic() + max(self.intervalo, resposta.esperar)


def _lidos(resposta: Resposta) -> Iterator[Comando]:
    """The commands of an answer, as far as they can be read."""
    comandos = resposta.corpo.get("comandos")
    for lido in comandos if isinstance(comandos, list) else ():
        if not isinstance(lido, dict):
            continue
        comando = Comando(lido.get("id", 0), str(lido.get("tipo")), lido.get("id_operacao", 0))
        if _numero(comando.id) and _numero(comando.id_operacao):
            yield comando


def _numero(valor: object) -> bool:
    return type(valor) is int and 0 <= valor < 2**63


def _recusa(comando: Comando, efeito: Efeito | None) -> str:
    if efeito is None:
        return f"este replicador não conhece o comando {comando.tipo[:40]!r}: atualize-o"
    if efeito is Efeito.AUSENTE:
        return f"a operação {comando.id_operacao} não existe neste PDV"
    return ""


def replicar_de_novo(id_operacao: int, *, com_notas: bool = True) -> Efeito:
    """Put an operation and its notes back at 1, due now; all or nothing.

    One that is at 1 stays as it is, with the time of its next attempt: it has not been answered for yet. Its notes
    go again too, if `com_notas`: who put the operation there by hand may have forgotten them.
    """
    operacao = OperacaoPdv.objects.using(ALIAS).filter(pk=id_operacao)
    notas = NotaFiscal.objects.using(ALIAS).filter(id_operacao=id_operacao)
    pendente = SituacaoReplicacao.PENDENTE
    with transaction.atomic(using=ALIAS):
        voltou = operacao.exclude(situacao_replicacao=pendente).update(situacao_replicacao=pendente, **_DE_NOVO)
        if not (voltou or operacao.exists()):
            return Efeito.AUSENTE
        if voltou or com_notas:
            notas.exclude(lojamix_sit_replicacao=pendente).update(lojamix_sit_replicacao=pendente, **_DE_NOVO)
        return Efeito.VOLTOU if voltou else Efeito.PENDENTE
