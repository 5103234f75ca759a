"""What the till notes down after an answer. A row becomes 9 only here, and only for what the server said of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

import structlog
from django.db import transaction
from django.db.models import F, Q

from pdv.terminal import espera
from pdv.terminal.envio import Resposta, Resultado
from pdv.terminal.manifestos import tocar
from pdv.terminal.models import Instalacao, SituacaoReplicacao
from pdv.terminal.pacote import FONTES, Linha, Tipo, pendentes, reler
from pdv.terminal.registro import ALIAS

CRIADA, EXISTENTE, ATUALIZADA, DIVERGENTE = "criada", "existente", "atualizada", "divergente"
GUARDADOS = frozenset({CRIADA, EXISTENTE, ATUALIZADA, DIVERGENTE})  # the retaguarda keeps it: nothing left to send
REJEITADA = "rejeitada"
REINSTALADO = "TERMINAL_REINSTALADO"
SEM_RESPOSTA = "a retaguarda respondeu ao pacote sem dizer nada desta linha"

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Contagem:
    """Rows: taken by the server, refused or put off, changed here while they were on their way."""

    aceitas: int = 0
    adiadas: int = 0
    mudadas: int = 0

    @property
    def linhas(self) -> int:
        """Rows that need not be sent again now."""
        return self.aceitas + self.adiadas

    def somar(self, outra: "Contagem") -> None:
        self.aceitas += outra.aceitas
        self.adiadas += outra.adiadas
        self.mudadas += outra.mudadas


def anotar(linhas: Sequence[Linha], resposta: Resposta, agora: datetime, sorteio: Random) -> Contagem:
    """Mark what the server answered for, and put off what it refused or forgot: one transaction.

    A row that changed after it was read, or that another replicator has marked, is left as it is.
    """
    contagem = Contagem()
    with transaction.atomic(using=ALIAS):
        for tipo in Tipo:
            desta = [linha for linha in linhas if linha.tipo is tipo]
            respondidas = {linha: resposta.resultados.get((tipo, linha.identidade)) for linha in desta}
            aceitas = {linha: r for linha, r in respondidas.items() if r and r.resultado in GUARDADOS}
            _marcar(tipo, aceitas, contagem)
            for linha, resultado in respondidas.items():
                if linha not in aceitas:
                    contagem.adiadas += _adiar(linha, _recusa(resultado), agora, sorteio)
    return contagem


def adiar(linha: Linha, motivo: str, agora: datetime, sorteio: Random) -> Contagem:
    """A row that the server does not take even alone: it stays at 1, with the reason, and steps aside."""
    with transaction.atomic(using=ALIAS):
        return Contagem(adiadas=_adiar(linha, motivo, agora, sorteio))


def _recusa(resultado: Resultado | None) -> str:
    if resultado is None:
        return SEM_RESPOSTA
    if resultado.resultado == REJEITADA:
        return resultado.motivo or "rejeitada sem motivo"
    return f"resposta desconhecida {resultado.resultado!r}"


def _marcar(tipo: Tipo, aceitas: dict[Linha, Resultado], contagem: Contagem) -> None:
    if not aceitas:
        return
    agora_sao = reler(tipo, (linha.pk for linha in aceitas))
    # the same row, attempts included: one that was asked for again meanwhile owes another answer
    iguais = {linha: r for linha, r in aceitas.items() if agora_sao.get(linha.pk) == linha}
    contagem.mudadas += len(aceitas) - len(iguais)
    for divergente in (False, True):
        chaves = [linha.pk for linha, r in iguais.items() if (r.resultado == DIVERGENTE) is divergente]
        mensagem = "divergente: a retaguarda tem outro conteúdo sob este número" if divergente else ""
        contagem.aceitas += (
            pendentes(tipo)
            .filter(pk__in=chaves)
            .update(**{FONTES[tipo].situacao: SituacaoReplicacao.EFETUADA}, mensagem=mensagem)
        )
    tocar(tipo, [linha.pk for linha in iguais])
    for linha, resultado in iguais.items():
        if resultado.resultado in (EXISTENTE, DIVERGENTE):
            log.info("replicacao." + resultado.resultado, tipo=str(tipo), linha=linha.pk)


def _adiar(linha: Linha, motivo: str, agora: datetime, sorteio: Random) -> int:
    log.warning("replicacao.adiada", tipo=str(linha.tipo), linha=linha.pk, motivo=motivo[:500])
    quando = agora + espera.da_linha(linha.tentativas, sorteio)
    # two replicators refused at once count as one attempt
    linhas = pendentes(linha.tipo).filter(pk=linha.pk, tentativas=linha.tentativas)
    return linhas.update(tentativas=F("tentativas") + 1, proxima_tentativa_em=quando, mensagem=motivo[:500])


def renovar_instalacao() -> tuple[Instalacao, int]:
    """A new uuid for this till; what was refused for the old one is due again. Returns it and how many rows."""
    with transaction.atomic(using=ALIAS):
        Instalacao.objects.using(ALIAS).all().delete()
        nova = Instalacao.objects.using(ALIAS).create(id=1)
        refusadas = Q(mensagem__startswith=REINSTALADO)
        liberadas = sum(
            pendentes(tipo).filter(refusadas).update(proxima_tentativa_em=None, tentativas=0, mensagem="")
            for tipo in Tipo
        )
    return nova, liberadas


def total_pendente(tipos: Iterable[Tipo] = tuple(Tipo)) -> int:
    """Closed rows still at 1, for the progress bar."""
    return sum(pendentes(tipo).count() for tipo in tipos)
