"""The access key (chave) of a fiscal document: 44 characters, letters allowed in the CNPJ since July 2026.

NF-e and NFC-e: cUF 2, AAMM 4, CNPJ 14, mod 2, serie 3, nNF 9, tpEmis 1, cNF 8, cDV 1.
CF-e SAT (mod 59): cUF 2, AAMM 4, CNPJ 14, mod 2, nserieSAT 9, nCFe 6, cNF 6, cDV 1.
"""

import re
from operator import mul
from typing import NamedTuple

MODELO_SAT = "59"

_CHAVE = re.compile(r"[0-9]{6}[0-9A-Z]{12}[0-9]{26}").fullmatch
_SEM_DV = re.compile(r"[0-9]{6}[0-9A-Z]{12}[0-9]{25}").fullmatch
# weights 2..9 from the right, repeated, over the first 43 characters
_PESOS = tuple(2 + (42 - posicao) % 8 for posicao in range(43))
_ZERO = 48 * sum(_PESOS)  # what ord(c) - 48 takes off the sum of ord(c)


class PartesDaChave(NamedTuple):
    """What a key says about its document. `tp_emis` is empty for SAT; `codigo` is cNF, as text."""

    uf: str
    ano_mes: str
    cnpj: str
    modelo: str
    serie: int
    numero: int
    tp_emis: str
    codigo: str
    dv: str


def chave_dv(chave43: str) -> str:
    """The check digit of the first 43 characters: modulo 11, value `ord(c) - 48`, remainder 0 or 1 gives 0.

    Raises ValueError when they have not the shape of a key.
    """
    if not _SEM_DV(chave43):
        raise ValueError(f"esperados 43 caracteres de chave, veio {chave43[:60]!r} ({len(chave43)})")
    resto = (sum(map(mul, chave43.encode("ascii"), _PESOS)) - _ZERO) % 11
    return "0" if resto < 2 else str(11 - resto)


def chave_bem_formada(chave: str) -> bool:
    """44 characters, digits and capitals in their places; says nothing of the check digit."""
    return _CHAVE(chave) is not None


def chave_valida(chave: str) -> bool:
    """Shape and check digit. False, never an exception, for anything else."""
    return _CHAVE(chave) is not None and chave_dv(chave[:43]) == chave[43]


def partes_da_chave(chave: str) -> PartesDaChave:
    """The fields of a key of either layout. Raises ValueError when it has not the shape of a key."""
    if not _CHAVE(chave):
        raise ValueError(f"esperada uma chave de 44 caracteres, veio {chave[:60]!r} ({len(chave)})")
    modelo = chave[20:22]
    if modelo == MODELO_SAT:
        serie, numero, tp_emis, codigo = chave[22:31], chave[31:37], "", chave[37:43]
    else:
        serie, numero, tp_emis, codigo = chave[22:25], chave[25:34], chave[34], chave[35:43]
    return PartesDaChave(
        chave[:2], chave[2:6], chave[6:20], modelo, int(serie), int(numero), tp_emis, codigo, chave[43]
    )
