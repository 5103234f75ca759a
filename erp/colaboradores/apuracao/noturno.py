"""Night minutes (CLT art. 73): by the clock, and by the short hour of the night."""

from collections.abc import Sequence

from erp.colaboradores.apuracao.valores import DIA, Parametros, Trecho


def noturnos(trechos: Sequence[Trecho], noite: Trecho, *, prorroga: bool) -> int:
    """Minutes of these stretches within the night, which comes every day.

    `prorroga`: who worked from its beginning to its end and goes on has what follows as night too (Súmula 60, II).
    """
    dentro = sum(
        _comum(trecho, Trecho(noite.inicio + dia * DIA, noite.fim + dia * DIA))
        for trecho in trechos
        for dia in (-1, 0, 1)
    )
    if not (prorroga and trechos and trechos[0].inicio <= noite.inicio and trechos[-1].fim > noite.fim):
        return dentro
    depois = Trecho(noite.fim, noite.inicio + DIA)
    return dentro + sum(_comum(trecho, depois) for trecho in trechos)


def reduzir(minutos: int, parametros: Parametros) -> int:
    """Night minutes as the law counts them: seven hours by the clock are eight. Half a minute goes up."""
    segundos = parametros.segundos_da_hora_noturna
    return (2 * minutos * 3600 + segundos) // (2 * segundos)


def _comum(um: Trecho, outro: Trecho) -> int:
    return max(0, min(um.fim, outro.fim) - max(um.inicio, outro.inicio))
