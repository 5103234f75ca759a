"""What the dashboard concludes from what it reads. Pure: the time is passed in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

CALADO_ENQUANTO_OUTROS_FALAM = timedelta(hours=2)
CALADO_DE_TODO_JEITO = timedelta(hours=24)


class Pdv(NamedTuple):
    id: int
    nome: str
    filial_id: int
    ultimo_contato_em: datetime | None


def calados(pdvs: Sequence[Pdv], agora: datetime) -> list[Pdv]:
    """Tills that should have spoken.

    Two hours of silence count while another till of the same filial speaks (a closed shop is silent as a whole);
    a day counts always, and so does never having spoken. The longest silence first.
    """
    ultimo_da_filial: dict[int, datetime] = {}
    for pdv in pdvs:
        if pdv.ultimo_contato_em is not None:
            atual = ultimo_da_filial.get(pdv.filial_id)
            ultimo_da_filial[pdv.filial_id] = max(atual or pdv.ultimo_contato_em, pdv.ultimo_contato_em)

    def calado(pdv: Pdv) -> bool:
        if pdv.ultimo_contato_em is None:
            return True
        silencio = agora - pdv.ultimo_contato_em
        outros_falam = agora - ultimo_da_filial[pdv.filial_id] <= CALADO_ENQUANTO_OUTROS_FALAM
        return silencio > CALADO_DE_TODO_JEITO or (silencio > CALADO_ENQUANTO_OUTROS_FALAM and outros_falam)

    return sorted(filter(calado, pdvs), key=lambda p: (p.ultimo_contato_em is not None, p.ultimo_contato_em, p.nome))


def ha_quanto(desde: datetime | None, agora: datetime) -> str:
    """`há 3 h 20 min`, `há 2 dias`, `nunca falou`."""
    if desde is None:
        return "nunca falou"
    minutos = max(0, int((agora - desde).total_seconds() // 60))
    if minutos < 60:
        return f"há {minutos} min"
    horas, resto = divmod(minutos, 60)
    if horas < 24:
        return f"há {horas} h {resto} min" if resto else f"há {horas} h"
    dias = horas // 24
    return "há 1 dia" if dias == 1 else f"há {dias} dias"
