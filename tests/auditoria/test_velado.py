"""What an address may hold: no document, e-mail or phone in clear, and the same text when it is read."""

from __future__ import annotations

from typing import Any

import pytest

from auditoria.trilha.velado import PREFIXO, Ilegivel, revelar, velar


@pytest.mark.parametrize(
    "texto", ["", "ana", "chave 0123456789ab", "clientes.cliente", "7", "31/12/2026", "josé da silva"]
)
def test_o_que_nao_e_de_ninguem_fica_como_esta(texto: str) -> None:
    assert velar(texto) == texto == revelar(texto)


@pytest.mark.parametrize(
    "texto",
    [
        "52998224725",
        "529.982.247-25",
        "(529)982/247 - 25",
        "12ABC34501DE35",
        "a@b.co",
        "21 999998888",
        "é o 52998224725",
    ],
)
def test_dado_pessoal_se_vela_e_se_le_de_volta(texto: str) -> None:
    velado = velar(texto)
    assert velado.startswith(PREFIXO) and velado != velar(texto) and revelar(velado) == texto
    assert velado.removeprefix(PREFIXO).replace("-", "").replace("_", "").isalnum()


def test_um_texto_que_parece_velado_tambem_se_vela() -> None:
    assert revelar(velar(f"{PREFIXO}x")) == f"{PREFIXO}x"


@pytest.mark.parametrize("resto", ["", "A", "AAAA", "é", "A" * 80, "!" * 40])
def test_o_que_nao_se_le_e_dito(resto: str) -> None:
    with pytest.raises(Ilegivel, match="não vale mais"):
        revelar(PREFIXO + resto)


def test_com_outra_chave_nao_se_le(settings: Any) -> None:
    velado = velar("a@b.co")
    settings.SECRET_KEY = "outra"
    with pytest.raises(Ilegivel):
        revelar(velado)
