"""A route as the file that the employee opens: CSV for Excel in Brazil (UTF-8 with BOM, `;`). No cell is ever a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, time
from typing import NamedTuple

from erp.visitas.rules import Percurso, Ponto, percorrer

TITULOS = (
    "ordem", "visita", "hora combinada", "quem", "telefone", "motivo", "endereço", "complemento", "posição",
    "km desde o anterior", "observação",
)  # fmt: skip
SEM_COORDENADAS = "sem coordenadas: encaixe no caminho"
_FORMULA = tuple("=+-@＝＋－＠")


class Parada(NamedTuple):
    """A visit, as the route needs it."""

    visita_id: int
    hora: time | None
    quem: str
    telefone: str
    motivo: str
    endereco: str
    complemento: str
    ponto: Ponto | None


class Partida(NamedTuple):
    """Where the employee's day begins and ends; without a point when nobody has registered it."""

    endereco: str
    ponto: Ponto | None


class Rota(NamedTuple):
    """The file's content and what it says in numbers."""

    conteudo: bytes
    visitas: int
    sem_coordenadas: int
    metros: int


def montar(nome: str, dia: date, partida: Partida, paradas: Sequence[Parada]) -> Rota:
    """The route of one employee and day: the located visits in order, between start and end; then the others, named.

    The same visits make the same bytes, whatever order they come in.
    """
    em_ordem = sorted(paradas, key=lambda p: (p.hora or time.max, p.visita_id))
    pontos = [(parada, parada.ponto) for parada in em_ordem if parada.ponto is not None]
    perdidas = [parada for parada in em_ordem if parada.ponto is None]
    percurso = percorrer(partida.ponto, [ponto for _, ponto in pontos])
    linhas = [[f"Rota de {nome}", f"{dia:%d/%m/%Y}"], list(TITULOS)]
    linhas += _localizadas([parada for parada, _ in pontos], percurso, partida)
    linhas += [_linha(str(len(pontos) + n), parada, "", SEM_COORDENADAS) for n, parada in enumerate(perdidas, start=1)]
    return Rota(_escrever(linhas), len(em_ordem), len(perdidas), percurso.metros)


def _localizadas(paradas: Sequence[Parada], percurso: Percurso, partida: Partida) -> list[list[str]]:
    if not paradas:
        return []
    corpo = [
        _linha(str(n), paradas[indice], _km(metros), "")
        for n, (indice, metros) in enumerate(zip(percurso.ordem, percurso.trechos, strict=True), start=1)
    ]
    if partida.ponto is None:
        corpo[0][-2], corpo[0][-1] = "", "o ponto de partida do colaborador não está cadastrado"
        return corpo
    return [_ponta("partida", partida, ""), *corpo, _ponta("chegada", partida, _km(percurso.volta))]


def _linha(ordem: str, parada: Parada, km: str, observacao: str) -> list[str]:
    return [
        ordem, str(parada.visita_id), f"{parada.hora:%H:%M}" if parada.hora else "", parada.quem, parada.telefone,
        parada.motivo, parada.endereco, parada.complemento, _posicao(parada.ponto), km, observacao,
    ]  # fmt: skip


def _ponta(ordem: str, partida: Partida, km: str) -> list[str]:
    return [ordem, "", "", "", "", "", partida.endereco, "", _posicao(partida.ponto), km, ""]


def _posicao(ponto: Ponto | None) -> str:
    """As maps of a phone open it (RFC 5870)."""
    return "" if ponto is None else f"geo:{ponto.latitude:f},{ponto.longitude:f}"


def _km(metros: int) -> str:
    return f"{metros / 1000:.1f}".replace(".", ",")


def _escrever(linhas: Sequence[Sequence[str]]) -> bytes:
    texto = io.StringIO()
    csv.writer(texto, delimiter=";", lineterminator="\r\n").writerows(
        [inofensivo(c) for c in linha] for linha in linhas
    )
    return texto.getvalue().encode("utf-8-sig")


def inofensivo(celula: str) -> str:
    """On one line, without what does not print, and with an apostrophe before what a spreadsheet takes for a formula."""
    texto = "".join(c for c in " ".join(celula.split()) if c.isprintable()).strip()
    return f"'{texto}" if texto.startswith(_FORMULA) else texto
