"""Entries side by side: what is undone and what is made in its place. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from pdv.processamento.previa.valores import Entrada, LinhaPrevista, Par, Tipo, Total

ORDEM = {tipo: n for n, tipo in enumerate(Tipo)}


def lado_a_lado(antes: Sequence[Entrada], depois: Sequence[Entrada]) -> list[Par]:
    """Pair entries about the same thing: equal ones first, then in order; what is left over stands alone."""
    feitas: defaultdict[tuple[object, ...], list[Entrada]] = defaultdict(list)
    for entrada in depois:
        feitas[_par(entrada)].append(entrada)
    pares: list[Par] = []
    sobras: list[Entrada] = []
    for entrada in antes:
        igual = next((f for f in feitas[_par(entrada)] if not Par(entrada, f).muda), None)
        if igual is None:
            sobras.append(entrada)
        else:
            feitas[_par(entrada)].remove(igual)
            pares.append(Par(entrada, igual))
    for entrada in sobras:
        outras = feitas[_par(entrada)]
        pares.append(Par(entrada, outras.pop(0) if outras else None))
    pares += [Par(None, entrada) for resto in feitas.values() for entrada in resto]
    return sorted(pares, key=lambda p: (ORDEM[p.tipo], not p.muda))


def _par(entrada: Entrada) -> tuple[object, ...]:
    return entrada.tipo, *entrada.par


def somar(totais: dict[tuple[Tipo, str], Total], linhas: Iterable[LinhaPrevista]) -> None:
    """Add the entries of `linhas` to the lines of the summary."""
    for linha in linhas:
        for antes, depois in linha.pares:
            if antes is not None:
                total = _total(totais, antes)
                total.antes += antes.valor
                total.entradas_antes += 1
            if depois is not None:
                total = _total(totais, depois)
                total.depois += depois.valor
                total.entradas_depois += 1


def _total(totais: dict[tuple[Tipo, str], Total], entrada: Entrada) -> Total:
    return totais.setdefault((entrada.tipo, entrada.total), Total(entrada.tipo, entrada.total))
