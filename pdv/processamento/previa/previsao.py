"""Preview of any number of rows."""

from __future__ import annotations

from collections.abc import Sequence

from pdv.processamento.models import Alvo
from pdv.processamento.previa.valores import Previa

EXATAS = 2_000  # rows computed; the rest is only summed
MOSTRADAS = 50  # rows kept with their entries


def prever(
    *, alvo: Alvo, ids: Sequence[int], exatas: int = EXATAS, mostradas: int = MOSTRADAS, segundos: float = 20
) -> Previa:
    """What would happen if `ids` were sent to be processed now. Changes nothing, waits for no one longer than a second.

    Up to `exatas` rows are computed, and no new block is begun after `segundos`; of the others, what would be undone is
    summed. Raises PreviaOcupada when the ledgers are in use.
    """
    raise NotImplementedError
