"""The till obeys: it asks what the retaguarda wants of it, does it, and says so.

A process killed anywhere loses nothing: what was not obeyed is asked for again; what was obeyed and not confirmed is
sent, and the retaguarda closes the command when it arrives.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

import structlog
from django.db import InterfaceError, OperationalError, connections, transaction
from django.db.models import F

from pdv.terminal.envio import Cliente, Desfecho, Resposta
from pdv.terminal.models import NotaFiscal, OperacaoPdv, SituacaoReplicacao
from pdv.terminal.pacote import identidade_da_instalacao
from pdv.terminal.registro import ALIAS

INTERVALO = 60.0
REPLICAR = "replicar"

log = structlog.get_logger(__name__)


class Comando(NamedTuple):
    """One of the retaguarda's wishes."""

    id: int
    tipo: str
    id_operacao: int


@dataclass(slots=True)
class Comandos:
    """Asks at once, then at most every `intervalo` seconds."""

    cliente: Cliente
    intervalo: float = INTERVALO
    sorteio: Random = field(default_factory=Random)
    _proxima: float | None = None

    def atender(self) -> bool:
        """Ask and obey, when it is time. True when there is something to send. What fails is left for the next time.

        1. Ask what is open for this installation.
        2. The operation and its notes go back to 1, in one transaction a command.
        3. Tell the retaguarda. Where that fails, it asks again, or sees the operation arrive.
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
        recusas = {comando: _obedecer(comando) for comando in _lidos(resposta)}
        for comando, recusa in recusas.items():
            if not self._concluir(comando, recusa, instalacao):
                break  # the link fell: the rest is told again
        return "" in recusas.values()

    def _concluir(self, comando: Comando, recusa: str, instalacao: str) -> bool:
        palavra = {"instalacao": instalacao, "cumprido": not recusa, "mensagem": recusa}
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


def _obedecer(comando: Comando) -> str:
    """Do it; returns why not, or nothing."""
    if comando.tipo != REPLICAR:
        return f"este replicador não conhece o comando {comando.tipo[:40]!r}: atualize-o"
    if not replicar_de_novo(comando.id_operacao):
        return f"a operação {comando.id_operacao} não existe neste PDV"
    log.info("comandos.replicar", comando=comando.id, operacao=comando.id_operacao)
    return ""


def replicar_de_novo(id_operacao: int) -> bool:
    """Put an operation and its notes at 1, due now: both or nothing. False when there is no such operation.

    It counts as an attempt, so that the answer to a package that is still on its way does not mark them (`marcacao`):
    that answer was given before the retaguarda asked.
    """
    de_novo: dict[str, Any] = {"tentativas": F("tentativas") + 1, "proxima_tentativa_em": None, "mensagem": ""}
    pendente = SituacaoReplicacao.PENDENTE
    with transaction.atomic(using=ALIAS):
        operacao = OperacaoPdv.objects.using(ALIAS).filter(pk=id_operacao)
        if not operacao.update(situacao_replicacao=pendente, **de_novo):
            return False
        NotaFiscal.objects.using(ALIAS).filter(id_operacao=id_operacao).update(
            lojamix_sit_replicacao=pendente, **de_novo
        )
    return True
