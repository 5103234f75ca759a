"""What has left PostgreSQL on purpose: which events are looked for in the archive, and whether what is said of it is so."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from auditoria.models import Evento, Retirada, Selo
from auditoria.rules import mascarar
from auditoria.verificacao.elos import Elo
from auditoria.verificacao.fontes import buscar
from auditoria.verificacao.problemas import Problema

ACAO: Final = "auditoria.particao_retirada"


class _Janela:
    """One retirada, and what the walk saw of it: not all of its seals, when it was `no_meio` of the walk."""

    def __init__(self, retirada: Retirada, *, no_meio: bool = False) -> None:
        self.retirada, self.no_meio = retirada, no_meio
        self.de, self.ate, self.fim = retirada.de, retirada.ate, retirada.ultima or 0
        self.vistos, self.soma = 0, hashlib.sha256()

    def contem(self, evento: UUID) -> bool:
        return self.de <= evento < self.ate

    def confere(self) -> bool:
        return (self.vistos, self.soma.hexdigest()) == (self.retirada.quantidade, self.retirada.soma)


class Retiradas:
    """The partitions that were taken out. An event is of one by its identifier and by the numbers of its seals: what came
    afterwards with an identifier of that time is another matter, and must be in PostgreSQL. A partition may leave during
    the walk: before an event is said to be missing, the table is read again."""

    def __init__(self) -> None:
        self._todas = [_Janela(r) for r in _com_eventos().order_by("primeira")]

    def __bool__(self) -> bool:
        return bool(self._todas)

    def contem(self, sequencia: int, evento: UUID) -> bool:
        """Whether this event, of this seal, left PostgreSQL on purpose."""
        return self._contem(sequencia, evento) or (self._reler() and self._contem(sequencia, evento))

    def ao_passar(self, elo: Elo) -> Iterable[Problema]:
        """Count the seals of each, in their order."""
        for janela in self._abertas(elo.sequencia):
            if janela.contem(elo.evento):
                janela.vistos += 1
                janela.soma.update(elo.hash)
        return ()

    def conferir(self, depois_de: int, ate: int) -> list[Problema]:
        """After the walk: those that it went through whole had the seals that they say; and each has its event."""
        problemas = []
        for janela in self._todas:
            dentro = (janela.retirada.primeira or 0) > depois_de and janela.fim <= ate
            if dentro and not janela.no_meio and not janela.confere():
                problemas.append(
                    _problema(
                        janela.retirada, "retirada_alterada", "não diz os selos que saíram: foi alterada, ou eles"
                    )
                )
        return problemas + [p for retirada in Retirada.objects.order_by("id") for p in self._sem_evento(retirada)]

    def _sem_evento(self, retirada: Retirada) -> Iterable[Problema]:
        contado = _contado(retirada.evento)
        if contado is None:
            selo = Selo.objects.filter(evento=retirada.evento).first()
            if selo is None or not self.contem(selo.sequencia, selo.evento):  # else the archive answers for it
                yield _problema(
                    retirada, "retirada_sem_evento", "não tem na trilha o evento que a conta: foi posta à mão"
                )
        elif contado != (ACAO, mascarar(retirada.contada())):
            yield _problema(retirada, "retirada_alterada", "não diz o mesmo que o evento que a conta")

    def _contem(self, sequencia: int, evento: UUID) -> bool:
        return any(j.contem(evento) for j in self._abertas(sequencia))

    def _reler(self) -> bool:
        """Whether there is a retirada that was not there before."""
        novas = _com_eventos().exclude(pk__in=[j.retirada.pk for j in self._todas])
        achadas = [_Janela(r, no_meio=True) for r in novas.order_by("primeira")]
        self._todas += achadas
        return bool(achadas)

    def _abertas(self, sequencia: int) -> list[_Janela]:
        return [j for j in self._todas if (j.retirada.primeira or 0) <= sequencia <= j.fim]


def _com_eventos() -> QuerySet[Retirada]:
    return Retirada.objects.exclude(quantidade=0).defer(
        "em_ate", "retirada_em"
    )  # not needed, and they may be no instants


def _contado(evento: UUID) -> tuple[str, Any] | None:
    """Action and content of the event, which may itself have left."""
    achado = Evento.objects.filter(pk=evento).values_list("acao", "depois").first()
    if achado is None and (bytes_ := buscar([evento]).get(evento)) is not None:
        lido = json.loads(bytes_)
        return lido["acao"], lido["depois"]
    return achado


def _problema(retirada: Retirada, codigo: str, porque: str) -> Problema:
    return Problema(codigo, f"a retirada da partição {retirada.particao} {porque}", None, str(retirada.evento))
