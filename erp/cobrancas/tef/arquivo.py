"""A settlement file as plain lines, by the columns that a layout names. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from erp.cadastros.planilhas import celulas
from erp.cadastros.planilhas.leitura import PlanilhaInvalida, ler
from erp.cadastros.textos import normalizar
from erp.financeiro.rules import ZERO

_DINHEIRO: Final = celulas.decimal(2, minimo=Decimal("-9999999999"))
_PARCELA: Final = re.compile(r"([0-9]{1,3})(?:\s*(?:/|de\b)\s*[0-9]{1,3})?$", re.IGNORECASE)
_HORA: Final = re.compile(r"[ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?$")
OBRIGATORIAS: Final = ("nsu", "data", "pagamento", "valor")


class LinhaLida(NamedTuple):
    """What an acquirer says that it paid. `taxa` is what it kept."""

    numero: int
    nsu: str
    autorizacao: str
    parcela: int | None
    valor: Decimal
    taxa: Decimal
    dia: date
    pago_em: date


class Recusa(NamedTuple):
    numero: int
    motivo: str


def ler_arquivo(conteudo: bytes, colunas: Mapping[str, str]) -> tuple[list[LinhaLida], list[Recusa]]:
    """The lines of a file, and those that cannot be understood. `colunas`: what each of ours is called there.

    Raises `PlanilhaInvalida` when the file is none, or lacks a column that the layout names.
    """
    planilha = ler(conteudo)
    titulos = {normalizar(titulo): n for n, titulo in enumerate(planilha.cabecalho)}
    if faltam := [nome for nome in colunas.values() if nome and normalizar(nome) not in titulos]:
        raise PlanilhaInvalida(f"O arquivo não tem a coluna {', '.join(faltam)}. Confira o leiaute.")
    onde = {nossa: titulos[normalizar(nome)] for nossa, nome in colunas.items() if nome}
    lidas, recusas = [], []
    for linha in planilha.linhas:
        try:
            lidas.append(_ler(linha.numero, {nossa: linha.celulas[n] for nossa, n in onde.items()}))
        except ValueError as erro:
            recusas.append(Recusa(linha.numero, str(erro)))
    return lidas, recusas


def _ler(numero: int, celula: Mapping[str, str]) -> LinhaLida:
    if vazias := [nome for nome in OBRIGATORIAS if not celula[nome]]:
        raise ValueError(f"falta {', '.join(vazias)}")
    valor = _DINHEIRO(celula["valor"])
    taxa = abs(_DINHEIRO(celula["taxa"])) if celula.get("taxa") else ZERO
    if not celula.get("taxa") and celula.get("liquido"):
        taxa = valor - _DINHEIRO(celula["liquido"])
        taxa = taxa if valor > 0 else abs(taxa)  # of what the acquirer takes back
    if taxa < 0 or taxa > abs(valor):
        raise ValueError(f"taxa {taxa} de um valor {valor}")
    return LinhaLida(
        numero, sem_zeros(celula["nsu"])[:20], celula.get("autorizacao", "").strip().upper()[:128],
        _parcela(celula.get("parcela", "")), valor, taxa, _dia(celula["data"]), _dia(celula["pagamento"]),
    )  # fmt: skip


def _parcela(texto: str) -> int | None:
    """`2/3`, `02 de 03`, `2`; None for what tells none (`à vista`), or for a date that a spreadsheet made of it."""
    achada = _PARCELA.match(texto.strip())
    return int(achada[1]) if achada else None


def _dia(texto: str) -> date:
    """The day of a date, whether or not an hour comes after it."""
    return celulas.data(_HORA.sub("", texto))


def sem_zeros(nsu: str) -> str:
    """As tills and acquirers both write it: `000123` is `123`."""
    return nsu.strip().lstrip("0") or nsu.strip()[:1]
