"""Who must know that a register changed: the apps above say so from `AppConfig.ready`, and are called in its transaction."""

from collections.abc import Callable

from erp.cadastros.models import FeriadoMunicipal

AoMudarFeriado = Callable[[FeriadoMunicipal], None]
_de_feriados: list[AoMudarFeriado] = []


def ouvir_feriados(funcao: AoMudarFeriado) -> None:
    """Be told of each municipal holiday included, changed (as it was, and as it is) or deleted."""
    if funcao not in _de_feriados:
        _de_feriados.append(funcao)


def feriado_mudou(feriado: FeriadoMunicipal) -> None:
    for funcao in _de_feriados:
        funcao(feriado)
