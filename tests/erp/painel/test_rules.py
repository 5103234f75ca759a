"""What the dashboard concludes, by tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from erp.painel.rules import Pdv, calados, ha_quanto

AGORA = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)


def ha(**intervalo: float) -> datetime:
    return AGORA - timedelta(**intervalo)


def test_pdv_e_calado_quando_os_outros_da_filial_falam_ou_passou_um_dia() -> None:
    pdvs = [
        Pdv(1, "fala", 1, ha(minutes=5)),
        Pdv(2, "calado enquanto o 1 fala", 1, ha(hours=3)),
        Pdv(3, "loja fechada", 2, ha(hours=10)),
        Pdv(4, "loja fechada", 2, ha(hours=11)),
        Pdv(5, "sumido", 3, ha(days=2)),
        Pdv(6, "nunca falou", 3, None),
    ]
    assert [p.id for p in calados(pdvs, AGORA)] == [6, 5, 2]


@pytest.mark.parametrize(
    ("desde", "texto"),
    [
        (None, "nunca falou"),
        (ha(seconds=20), "há 0 min"),
        (ha(minutes=59), "há 59 min"),
        (ha(hours=3), "há 3 h"),
        (ha(hours=3, minutes=20), "há 3 h 20 min"),
        (ha(hours=24), "há 1 dia"),
        (ha(days=3), "há 3 dias"),
        (AGORA + timedelta(minutes=5), "há 0 min"),  # the till's clock is ahead
    ],
)
def test_ha_quanto(desde: datetime | None, texto: str) -> None:
    assert ha_quanto(desde, AGORA) == texto
