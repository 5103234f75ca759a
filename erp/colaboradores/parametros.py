"""What the settings say of the sheet, where the law leaves it to agreements."""

from functools import lru_cache

from django.conf import settings

from erp.colaboradores.apuracao.valores import Parametros


@lru_cache(maxsize=8)
def _parametros(marca: int, dia: int, segundos: int) -> Parametros:
    return Parametros(tolerancia_marca=marca, tolerancia_dia=dia, segundos_da_hora_noturna=segundos)


def parametros_do_ponto() -> Parametros:
    """CLT art. 58 § 1º (minutes per mark and per day) and art. 73 § 1º (seconds of a night hour)."""
    return _parametros(
        settings.PONTO_TOLERANCIA_MARCA, settings.PONTO_TOLERANCIA_DIA, settings.PONTO_SEGUNDOS_HORA_NOTURNA
    )
