"""Which days are holidays in a município: national and state law by the library `holidays`, its own by our rows.

Nothing here is imported by settings or models: the library takes a tenth of a second to load.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import lru_cache

import holidays
from dateutil.easter import easter

from erp.cadastros.models import FeriadoMunicipal
from erp.cadastros.referencia import municipios

_DA_PASCOA = {
    FeriadoMunicipal.Repete.CORPUS_CHRISTI.value: timedelta(days=60),
    FeriadoMunicipal.Repete.CARNAVAL.value: timedelta(days=-47),
}

Feriados = Mapping[str, Mapping[date, str]]


def feriados(codigos_ibge: Iterable[str], inicio: date, fim: date) -> Feriados:
    """Município -> day -> name of the holiday, within the stretch; two on one day are named together.

    A code that the IBGE does not know has the national ones. One query, however many municípios.
    """
    codigos = set(codigos_ibge)
    anos = range(inicio.year, fim.year + 1)
    achados: dict[str, dict[date, str]] = {}
    for codigo in codigos:
        uf = municipios()[codigo].uf if codigo in municipios() else ""
        oficiais = [item for ano in anos for item in _oficiais(uf, ano).items()]
        achados[codigo] = {dia: nome for dia, nome in oficiais if inicio <= dia <= fim}
    for codigo, dias in _municipais(codigos, inicio, fim).items():
        for dia, nome in dias.items():
            outro = achados[codigo].get(dia)
            achados[codigo][dia] = f"{outro}; {nome}" if outro and outro != nome else nome
    return achados


def dias_de(feriado: FeriadoMunicipal, inicio: date, fim: date) -> list[date]:
    """The days of a municipal holiday within a stretch. 29 February is one in leap years only."""
    inicio = max(inicio, feriado.dia)
    fim = min(fim, feriado.ate) if feriado.ate else fim
    if feriado.repete == FeriadoMunicipal.Repete.UMA_VEZ:
        dias = [feriado.dia]
    else:
        dias = [dia for ano in range(inicio.year, fim.year + 1) if (dia := _no_ano(feriado, ano))]
    return [dia for dia in dias if inicio <= dia <= fim]


def _no_ano(feriado: FeriadoMunicipal, ano: int) -> date | None:
    if (distancia := _DA_PASCOA.get(feriado.repete)) is not None:
        pascoa: date = easter(ano)
        return pascoa + distancia
    try:
        return feriado.dia.replace(year=ano)
    except ValueError:  # 29 February
        return None


def _municipais(codigos: set[str], inicio: date, fim: date) -> Mapping[str, Mapping[date, str]]:
    achados: dict[str, dict[date, str]] = defaultdict(dict)
    for feriado in FeriadoMunicipal.objects.filter(municipio__in=codigos, dia__lte=fim).order_by("dia", "id"):
        for dia in dias_de(feriado, inicio, fim):
            achados[feriado.municipio][dia] = feriado.nome
    return achados


@lru_cache(maxsize=512)
def _oficiais(uf: str, ano: int) -> Mapping[date, str]:
    return dict(holidays.country_holidays("BR", subdiv=uf or None, years=ano, language="pt_BR"))
