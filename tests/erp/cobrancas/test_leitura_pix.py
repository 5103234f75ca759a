"""What the Pix API says of a charge, read: whatever is news reads differently from what was before."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from erp.cobrancas.maquina import Passo
from erp.cobrancas.pix.leitura import PASSOS, ler_remota
from erp.cobrancas.portas import Remota

AGORA = datetime(2026, 11, 22, 12, tzinfo=UTC)
HORA = "2026-11-22T10:00:00Z"


def lida(status: str, *pix: tuple[str, tuple[str, ...]]) -> Remota:
    recebidos: list[dict[str, Any]] = [
        {
            "endToEndId": f"E{n:031d}", "valor": valor, "horario": HORA,
            "devolucoes": [
                {"id": f"d{m}", "valor": v, "status": "DEVOLVIDO", "horario": {"liquidacao": HORA}}
                for m, v in enumerate(devolvidos)
            ],
        }
        for n, (valor, devolvidos) in enumerate(pix)
    ]  # fmt: skip
    return ler_remota({"txid": "t" * 32, "status": status, "pix": recebidos}, AGORA)


@pytest.mark.parametrize("valor", ["100.00", "1234567.89", "9999999999.99"])
@pytest.mark.parametrize("status", sorted(PASSOS))
def test_tudo_o_que_e_novo_se_le_diferente_e_cabe_na_coluna(status: str, valor: str) -> None:
    casos: list[tuple[tuple[str, tuple[str, ...]], ...]] = [
        ((valor, ()),),
        ((valor, ("1.00",)),),
        ((valor, ("1.00", "1.01")),),
        ((valor, (valor,)),),
        ((valor, ()), (valor, ())),
        ((valor, (valor,)), (valor, ())),
        ((valor, (valor,)), (valor, ("1.00",))),
    ]
    if status != "CONCLUIDA":  # never without the Pix that paid it
        casos.append(())
    lidas = [lida(status, *pix).lida for pix in casos]
    assert len(set(lidas)) == len(casos) and max(map(len, lidas)) <= 40


@pytest.mark.parametrize("status", sorted(PASSOS))
def test_pix_recebido_e_paga_diga_o_banco_o_que_disser_da_cobranca(status: str) -> None:
    remota = lida(status, ("100.00", ()))
    assert (remota.passo, len(remota.pagos)) == (Passo.PAGA, 1)
