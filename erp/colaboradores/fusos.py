"""The clock on the wall where a person works. Summer time ended in Brazil in 2019; the zones stay."""

from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from erp.cadastros.referencia import municipios

BRASILIA = ZoneInfo("America/Sao_Paulo")
_POR_UF = {
    "AC": ZoneInfo("America/Rio_Branco"),
    "AM": ZoneInfo("America/Manaus"),  # its far west is an hour behind: thirteen municípios, below
    "MS": ZoneInfo("America/Campo_Grande"),
    "MT": ZoneInfo("America/Cuiaba"),
    "RO": ZoneInfo("America/Porto_Velho"),
    "RR": ZoneInfo("America/Boa_Vista"),
}
# Atalaia do Norte, Benjamin Constant, Boca do Acre, Eirunepé, Envira, Guajará, Ipixuna, Itamarati, Jutaí, Lábrea,
# Pauini, São Paulo de Olivença, Tabatinga (Lei 12.876/2013)
_OESTE_DO_AM = {
    "1300201", "1300607", "1300706", "1301407", "1301506", "1301654", "1301803", "1301951", "1302306", "1302405",
    "1303502", "1303908", "1304062",
}  # fmt: skip
_POR_MUNICIPIO = {
    "2605459": ZoneInfo("America/Noronha"),
    **{codigo: ZoneInfo("America/Eirunepe") for codigo in _OESTE_DO_AM},
}


def fuso_de(municipio: str) -> ZoneInfo:
    """The zone of a município by its IBGE code; an unknown code has that of Brasília."""
    if municipio in _POR_MUNICIPIO:
        return _POR_MUNICIPIO[municipio]
    conhecido = municipios().get(municipio)
    return fuso_da_uf(conhecido.uf) if conhecido else BRASILIA


def fuso_da_uf(uf: str) -> ZoneInfo:
    """That of most of the state."""
    return _POR_UF.get(uf, BRASILIA)


@lru_cache(maxsize=8192)
def meia_noite(dia: date, fuso: ZoneInfo) -> datetime:
    """The instant a day begins there."""
    return datetime.combine(dia, time(), fuso)


def minuto_de(momento: datetime, dia: date, fuso: ZoneInfo) -> int:
    """Whole minutes from the day's midnight to an instant: `momento` of the day before is negative."""
    return int((momento.timestamp() - meia_noite(dia, fuso).timestamp()) // 60)
