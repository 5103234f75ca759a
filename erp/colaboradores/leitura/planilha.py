"""Marks in a CSV: columns `nsr`, one of `cpf`, `pis` or `matricula`, and `momento` or `data` and `hora`."""

import csv
import io
import re
from collections.abc import Mapping
from datetime import datetime

from erp.cadastros.textos import palavras
from erp.colaboradores.leitura.valores import ArquivoIlegivel, Leitura, MarcaLida, Recusa

_PESSOAS = ("cpf", "pis", "matricula")
_FORMATOS = ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S")
CAMPO_MAXIMO = 200


def ler_planilha(texto: str) -> Leitura:
    """The marks of a CSV with `;` or `,`. Raises `ArquivoIlegivel`, naming the columns that it lacks."""
    primeira = texto.lstrip("\ufeff").split("\n", 1)[0]
    linhas = csv.reader(io.StringIO(texto), delimiter=";" if ";" in primeira else ",")
    try:
        colunas = ["".join(palavras(nome)).lower() for nome in next(linhas, [])]
    except csv.Error as erro:
        raise ArquivoIlegivel("não é um CSV nem um AFD") from erro
    especie = next((nome for nome in _PESSOAS if nome in colunas), "")
    faltam = [nome for nome in ("nsr",) if nome not in colunas]
    faltam += [] if especie else ["cpf (ou pis, ou matricula)"]
    faltam += [] if "momento" in colunas or {"data", "hora"} <= set(colunas) else ["data e hora"]
    if faltam:
        raise ArquivoIlegivel(
            f"não é um AFD, e como planilha falta a coluna {', '.join(faltam)}; "
            f"as colunas são: {', '.join(colunas)[:CAMPO_MAXIMO] or 'nenhuma'}"
        )
    leitura = Leitura(formato="CSV")
    try:
        for celulas in linhas:
            if any(celula.strip() for celula in celulas):
                _ler(leitura, linhas.line_num, dict(zip(colunas, celulas, strict=False)), especie)
    except csv.Error as erro:
        raise ArquivoIlegivel(f"a linha {linhas.line_num} não é de um CSV") from erro
    return leitura


def _ler(leitura: Leitura, numero: int, linha: Mapping[str, str], especie: str) -> None:
    try:
        nsr = linha.get("nsr", "").strip()
        if not re.fullmatch(r"0*[1-9][0-9]{0,8}", nsr):
            raise ValueError("o NSR não é um número de 1 a 999999999")
        texto = linha.get("momento") or f"{linha.get('data', '').strip()} {linha.get('hora', '').strip()}"
        pessoa = linha.get(especie, "").strip()
        if especie != "matricula":
            pessoa = "".join(c for c in pessoa if c.isascii() and c.isdigit()).zfill(11)
        if not pessoa.strip("0"):
            raise ValueError(f"falta o campo {especie}")
        leitura.marcas.append(MarcaLida(numero, int(nsr.lstrip("0")), _momento(texto), especie, pessoa[:20]))
    except ValueError as erro:
        leitura.recusas.append(Recusa(numero, str(erro)))


def _momento(texto: str) -> datetime:
    for formato in _FORMATOS:
        try:
            return datetime.strptime(texto.strip(), formato)  # noqa: DTZ007  # the clock's own zone
        except ValueError:
            continue
    try:
        return datetime.fromisoformat(texto.strip())
    except ValueError:
        raise ValueError(f"não entendi a data e a hora «{texto.strip()[:30]}»; escreva como 31/12/2026 08:00") from None
