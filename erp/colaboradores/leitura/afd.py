"""The AFD of a clock: Portaria MTP 671/2021 (REP-C, REP-A, REP-P), and Portaria 1510/2009, which old clocks write.

A line is a record: positions 1-9 its NSR, position 10 its kind. Marks are kind 3 (both Portarias) and 7 (REP-P):

    671, kind 3:  11-34 instant AAAA-MM-ddThh:mm:00-0300, 35-46 CPF, 47-50 CRC-16
    671, kind 7:  11-34 instant, 35-46 CPF, 47-70 when it was written, 71-72 collector, 73 on or off line, 74-137 SHA-256
    1510, kind 3: 11-18 DDMMAAAA, 19-22 hhmm, 23-34 PIS

The header (kind 1) names the clock, at 190-206 or 188-204; the trailer (NSR 999999999) counts each kind. The CRC is
CRC-16/KERMIT for REP-A and REP-P; for REP-C the Portaria does not say which, so it is judged only in a file whose
header agrees with KERMIT. The chained SHA-256 of kind 7 is the clock's proof, and is not judged here.
"""

import re
from binascii import crc_hqx
from collections import Counter
from datetime import datetime
from itertools import pairwise

from erp.colaboradores.leitura.valores import ArquivoIlegivel, Leitura, MarcaLida, Recusa

CABECALHO, TRAILER = "0000000001", "999999999"
_COMECO = re.compile(r"(?!0{9})\d{10}", re.ASCII)
_MARCA_671 = re.compile(r"(\d{9})([37])(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4})(.{12})(.*)", re.DOTALL | re.ASCII)
_MARCA_1510 = re.compile(r"(\d{9})3(\d{8})(\d{4})(\d{12})(?:[0-9A-Fa-f]{4})?\s*", re.ASCII)
_TRAILER_671 = re.compile(r"9{9}((?:\d{9}){6})9", re.ASCII)
_TRAILER_1510 = re.compile(r"9{9}((?:\d{9}){4})9", re.ASCII)
_INVERTIDO = [int(f"{byte:08b}"[::-1], 2) for byte in range(256)]


def e_afd(texto: str) -> bool:
    return texto.lstrip().startswith(CABECALHO)


def ler_afd(texto: str) -> Leitura:
    """The marks of an AFD. Raises `ArquivoIlegivel` when its header is not one."""
    linhas = [linha.rstrip("\r") for linha in texto.split("\n")]
    cabecalho = linhas[0]
    if not e_afd(cabecalho):
        raise ArquivoIlegivel("a primeira linha não é um cabeçalho de AFD")
    novo = len(cabecalho) >= 250 and "-" in cabecalho[206:226]
    leitura = Leitura(formato="AFD 671" if novo else "AFD 1510")
    leitura.relogio = (cabecalho[189:206] if novo else cabecalho[187:204]).strip()
    confere_crc = novo and crc_confere(cabecalho)
    if novo and not confere_crc:
        leitura.avisos.append("O CRC do cabeçalho não é CRC-16/KERMIT: o CRC das linhas não foi conferido.")
    nsrs: list[int] = []
    tipos: Counter[str] = Counter()
    trailer = ""
    for numero, linha in enumerate(linhas[1:], start=2):
        if not linha.strip():
            continue
        if linha.startswith(TRAILER):
            trailer = linha
        elif trailer:
            pass  # what follows is the signature
        elif not _COMECO.match(linha):
            leitura.recusas.append(Recusa(numero, "a linha não começa por um NSR e um tipo"))
        else:
            nsrs.append(int(linha[:9]))
            tipos[linha[9]] += 1
            _ler_linha(leitura, numero, linha, confere_crc)
    leitura.avisos += _conferir_trailer(trailer, tipos) + _conferir_sequencia(nsrs)
    return leitura


def crc16(dados: bytes) -> str:
    """CRC-16/KERMIT as four hexadecimal capitals: `123456789` is 2189."""
    crc = crc_hqx(bytes(_INVERTIDO[byte] for byte in dados), 0)  # the same polynomial, bits the other way round
    return f"{_INVERTIDO[crc & 0xFF] << 8 | _INVERTIDO[crc >> 8]:04X}"


def crc_confere(linha: str) -> bool:
    """Whether the last four characters are the CRC of those before."""
    return linha[-4:].upper() == crc16(linha[:-4].encode("iso-8859-1", "replace"))


def _ler_linha(leitura: Leitura, numero: int, linha: str, confere_crc: bool) -> None:
    if linha[9] not in "37":
        return
    try:
        if achada := _MARCA_671.fullmatch(linha):
            if achada[2] == "3" and confere_crc and not crc_confere(linha):
                raise ValueError("o CRC da linha não confere: ela foi alterada ou cortada")
            momento = datetime.strptime(achada[3], "%Y-%m-%dT%H:%M:%S%z")
            leitura.marcas.append(MarcaLida(numero, int(achada[1]), momento, "cpf", _onze(achada[4], "CPF")))
        elif antiga := _MARCA_1510.fullmatch(linha):
            momento = datetime.strptime(antiga[2] + antiga[3], "%d%m%Y%H%M")  # noqa: DTZ007  # the clock's own zone, which the file does not say
            leitura.marcas.append(MarcaLida(numero, int(antiga[1]), momento, "pis", _onze(antiga[4], "PIS")))
        else:
            raise ValueError("a marcação não tem o leiaute da Portaria 671 nem o da 1510")
    except ValueError as erro:
        texto = str(erro)
        motivo = "a data ou a hora não existe" if "does not match" in texto or "out of range" in texto else texto
        leitura.recusas.append(Recusa(numero, motivo))


def _onze(texto: str, nome: str) -> str:
    """Eleven digits out of twelve positions, filled on either side."""
    digitos = texto.strip()
    if not (digitos.isascii() and digitos.isdigit()) or int(digitos) >= 10**11:
        raise ValueError(f"o {nome} não tem 11 dígitos")
    return f"{int(digitos):011d}"


def _conferir_trailer(trailer: str, tipos: Counter[str]) -> list[str]:
    if not trailer:
        return ["O arquivo não tem a última linha (trailer): pode ter sido cortado."]
    achado = _TRAILER_671.match(trailer)
    esperados = "234567" if achado else "2345"
    achado = achado or _TRAILER_1510.match(trailer)
    if not achado:
        return ["A última linha (trailer) não tem o leiaute da Portaria."]
    ditos = [int(achado[1][i : i + 9]) for i in range(0, len(achado[1]), 9)]
    return [
        f"A última linha diz que há {dito} registros do tipo {tipo}, e há {tipos[tipo]}."
        for tipo, dito in zip(esperados, ditos, strict=True)
        if dito != tipos[tipo]
    ]


def _conferir_sequencia(nsrs: list[int]) -> list[str]:
    buracos = [(a + 1, b - 1) for a, b in pairwise(sorted(set(nsrs))) if b - a > 1]
    avisos = [f"Faltam os NSR de {a} a {b}." if a < b else f"Falta o NSR {a}." for a, b in buracos[:20]]
    return avisos + ([f"E faltam mais {len(buracos) - 20} trechos de NSR."] if len(buracos) > 20 else [])
