"""AFD files as clocks write them, by the positions of the Portaria 671 and of the 1510."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from erp.colaboradores.leitura.afd import crc16

RELOGIO = "00001000010000001"


def _com_crc(linha: str) -> str:
    return linha + crc16(linha.encode("iso-8859-1"))


def cabecalho(relogio: str = RELOGIO) -> str:
    linha = (
        "0000000001" + "1" + "12345678000195" + " " * 14 + "FUNERÁRIA SÃO JOÃO LTDA".ljust(150) + relogio.rjust(17, "0")
        + "2026-11-01" + "2026-11-30" + "2026-11-30T23:59:00-0300" + "003" + "1" + "12345678000195" + "MODELO X".ljust(30)
    )  # fmt: skip
    assert len(linha) == 298
    return _com_crc(linha)


def marca(nsr: int, momento: datetime, cpf: str) -> str:
    linha = f"{nsr:09d}3{momento:%Y-%m-%dT%H:%M:00%z}{cpf:0>12}"
    assert len(linha) == 46
    return _com_crc(linha)


def marca_rep_p(nsr: int, momento: datetime, cpf: str) -> str:
    instante = f"{momento:%Y-%m-%dT%H:%M:00%z}"
    linha = f"{nsr:09d}7{instante}{cpf:0>12}{instante}010{'a' * 64}"
    assert len(linha) == 137
    return linha


def trailer(tipo3: int = 0, tipo7: int = 0, outros: int = 0) -> str:
    return "9" * 9 + f"{0:09d}{tipo3:09d}{0:09d}{outros:09d}{0:09d}{tipo7:09d}" + "9"


def arquivo(*linhas: str, relogio: str = RELOGIO, fim: str | None = None) -> bytes:
    corpo = [cabecalho(relogio), *linhas, fim if fim is not None else trailer(sum(x[9] == "3" for x in linhas))]
    return ("\r\n".join(corpo) + "\r\n").encode("iso-8859-1")


def antigo(marcas: Iterable[tuple[int, datetime, str]]) -> bytes:
    """Portaria 1510: no zone, and PIS."""
    linha = (
        "0000000001"
        + "1"
        + "12345678000195"
        + "0" * 12
        + "FUNERÁRIA".ljust(150)
        + RELOGIO
        + "0111202630112026301120262359"
    )
    corpo = [f"{nsr:09d}3{momento:%d%m%Y%H%M}{pis:0>12}" for nsr, momento, pis in marcas]
    fim = "9" * 9 + f"{0:09d}{len(corpo):09d}{0:09d}{0:09d}" + "9"
    return "\r\n".join([linha, *corpo, fim]).encode("iso-8859-1")
