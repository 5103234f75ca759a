"""Phones as WhatsApp writes them: digits only, with the country before. Pure."""

from __future__ import annotations

import hashlib
import re
from typing import Final, NamedTuple

from auditoria.rules import mascarar_telefone

PAIS: Final = "55"
DDDS: Final = frozenset(
    "11 12 13 14 15 16 17 18 19 21 22 24 27 28 31 32 33 34 35 37 38 41 42 43 44 45 46 47 48 49 51 53 54 55 61 62 63 64 65 "
    "66 67 68 69 71 73 74 75 77 79 81 82 83 84 85 86 87 88 89 91 92 93 94 95 96 97 98 99".split()
)
FIXO: Final = "É um telefone fixo: o WhatsApp precisa de um celular."


class Numero(NamedTuple):
    """`digitos` are empty when there is a `problema`. `corrigido`: the ninth digit was put in."""

    digitos: str = ""
    corrigido: bool = False
    problema: str = ""


def ler(texto: str, ddd: str = "") -> Numero:
    """A Brazilian mobile as people type it, or a foreign number that begins with +.

    >>> ler("8765-4321", "031")
    Numero(digitos='5531987654321', corrigido=True, problema='')
    """
    digitos = re.sub(r"[^0-9]", "", texto)
    if texto.strip().startswith("+") and not digitos.startswith(PAIS):
        certo = 8 <= len(digitos) <= 15 and digitos[0] != "0"
        return Numero(digitos) if certo else Numero(problema="Número de outro país fora do tamanho (8 a 15 números).")
    return _nacional(digitos.lstrip("0"), re.sub(r"[^0-9]", "", ddd).lstrip("0"))


def do_cadastro(ddd_celular: str, celular: str, ddd: str, telefone: str) -> Numero:
    """The customer's number: the mobile; without one, the phone, if it is a mobile too."""
    if celular.strip():
        lido = ler(celular, ddd_celular or ddd)
        reserva = ler(telefone, ddd or ddd_celular) if not lido.digitos and telefone.strip() else lido
        return reserva if reserva.digitos else lido
    return ler(telefone, ddd or ddd_celular)


def resumo(digitos: str) -> str:
    """By which a number is known where it need not be read: as `erp.contatos.enderecos.resumo`."""
    return hashlib.sha256(digitos.encode()).hexdigest()


def mascarar(digitos: str) -> str:
    """`(31) *****-**21`; of another country, its last two digits."""
    if digitos.startswith(PAIS) and len(digitos) in (12, 13):
        return mascarar_telefone(digitos)
    return f"***{digitos[-2:]}" if digitos else ""


def formatar(digitos: str) -> str:
    """For who may read it: `+55 31 98765-4321`."""
    if digitos.startswith(PAIS) and len(digitos) == 13:
        return f"+55 {digitos[2:4]} {digitos[4:9]}-{digitos[9:]}"
    return f"+{digitos}" if digitos.isdecimal() else digitos


def _nacional(digitos: str, ddd: str) -> Numero:
    if len(digitos) in (12, 13) and digitos.startswith(PAIS):
        digitos = digitos[2:]
    if len(digitos) in (8, 9):
        if not ddd:
            return Numero(problema="Falta o DDD.")
        digitos = ddd + digitos
    if len(digitos) not in (10, 11):
        return Numero(problema=f"Tem {len(digitos)} números: um celular tem o DDD e mais 9.")
    if digitos[:2] not in DDDS:
        return Numero(problema=f"O DDD {digitos[:2]} não existe.")
    local = digitos[2:]
    if len(set(local)) == 1:
        return Numero(problema="É um algarismo só, repetido.")
    if len(local) == 8:
        if local[0] < "6":
            return Numero(problema=FIXO)
        return Numero(f"{PAIS}{digitos[:2]}9{local}", corrigido=True)
    if local[0] != "9":
        return Numero(problema="Tem 9 números e não começa com 9: não é um celular.")
    return Numero(f"{PAIS}{digitos}")
