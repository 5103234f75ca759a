from __future__ import annotations

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp.cobrancas.rules import destinar

dinheiro = st.decimals("0.01", "9999.99", places=2)


@given(dinheiro, dinheiro, st.decimals("0", "9999.99", places=2), st.booleans(), st.booleans(), st.booleans())
def test_nem_um_centavo_se_perde_e_o_que_foge_do_comum_e_dito(
    pago: D, cobrado: D, aberto: D, cancelada: bool, tem_titulo: bool, outro: bool
) -> None:
    abatido, credito, alarme = destinar(
        pago=pago, cobrado=cobrado, aberto=aberto, cancelada=cancelada, tem_titulo=tem_titulo, outro_pagamento=outro
    )
    assert abatido + credito == pago
    assert 0 <= abatido <= aberto and credito >= 0
    assert bool(alarme) == (credito > 0 or pago < cobrado)


@pytest.mark.parametrize(
    ("pago", "cobrado", "aberto", "modos", "esperado"),
    [
        ("100", "100", "100", "", ("100", "0")),
        ("110", "100", "100", "", ("100", "10")),
        ("90", "100", "100", "", ("90", "0")),
        ("100", "100", "30", "", ("30", "70")),
        ("100", "100", "0", "", ("0", "100")),
        ("100", "60", "100", "", ("60", "40")),
        ("100", "100", "100", "cancelada", ("0", "100")),
        ("100", "100", "100", "outro_pagamento", ("0", "100")),
    ],
)
def test_tabela(pago: str, cobrado: str, aberto: str, modos: str, esperado: tuple[str, str]) -> None:
    destino = destinar(
        pago=D(pago), cobrado=D(cobrado), aberto=D(aberto), tem_titulo=True,
        cancelada=modos == "cancelada", outro_pagamento=modos == "outro_pagamento",
    )  # fmt: skip
    assert (destino.abatido, destino.credito) == (D(esperado[0]), D(esperado[1]))
