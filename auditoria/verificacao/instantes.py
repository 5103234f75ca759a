"""Whether the instant that a seal says of itself can be true. The hash does not tell: it has no secret."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from auditoria.relogio import TOLERANCIA
from auditoria.verificacao.elos import Elo
from auditoria.verificacao.problemas import Problema, no_selo


def ate_agora(agora: datetime) -> Callable[[Elo], Iterable[Problema]]:
    """For `Cadeia`: no seal is of a time that has not come, but for what a clock may be off."""
    limite = agora + TOLERANCIA

    def ao_passar(elo: Elo) -> Iterable[Problema]:
        if elo.selado_em > limite:
            yield no_selo(
                "selo_no_futuro", elo.sequencia, elo.evento,
                f"diz que foi selado em {elo.selado_em:%d/%m/%Y %H:%M} UTC, que ainda não chegou",
            )  # fmt: skip

    return ao_passar


def dentro_de(inicio: datetime, fim: datetime) -> Callable[[Elo], Iterable[Problema]]:
    """For the `Cadeia` of a day: each of its seals was sealed in it."""

    def ao_passar(elo: Elo) -> Iterable[Problema]:
        if not inicio <= elo.selado_em < fim:
            yield no_selo(
                "dia_trocado", elo.sequencia, elo.evento,
                f"está entre os selos deste dia, e diz que foi selado em {elo.selado_em:%d/%m/%Y %H:%M} UTC",
            )  # fmt: skip

    return ao_passar
