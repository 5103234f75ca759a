"""What the SEFAZ's answer (cStat) makes of a note, and which of several states stands."""

from collections.abc import Iterable
from typing import Literal, TypeVar

from erp.fiscal.xml.documento import Situacao
from erp.fiscal.xml.valores import Leitor

S = TypeVar("S", bound=str)
CONTINGENCIA_OFFLINE = "9"
INUTILIZACAO_HOMOLOGADA = "102"
CANCELAMENTOS = frozenset({"110111", "110112"})  # tpEvento

_POR_CSTAT: dict[str, Situacao] = {
    "100": "autorizada",
    "150": "autorizada",
    "101": "cancelada",
    "151": "cancelada",
    "155": "cancelada",
    "110": "denegada",
    "205": "denegada",
    "301": "denegada",
    "302": "denegada",
    "303": "denegada",
}
# States only go up: the tax authority takes none of them back, whatever the order in which they reach us.
ORDEM: dict[str, int] = {
    "sem_protocolo": 0,
    "contingencia": 1,
    "autorizada": 2,
    "inutilizada": 3,
    "denegada": 4,
    "cancelada": 5,
}
_EVENTO_ACEITO = frozenset({"135", "136", "155"})


def situacao_da_nota(leitor: Leitor, cstat: str, tp_emis: str) -> Situacao:
    """State of a note by its protocol's cStat; without one, contingency when it was issued offline (tpEmis 9)."""
    if not cstat:
        return "contingencia" if tp_emis == CONTINGENCIA_OFFLINE else "sem_protocolo"
    situacao = _POR_CSTAT.get(cstat)
    if situacao is None:
        leitor.avisar(
            "CSTAT_NAO_PREVISTO", f"o protocolo traz cStat {cstat}, que não autoriza, cancela nem denega a nota"
        )
        return "sem_protocolo"
    return situacao


def situacao_do_cstat(cstat: str) -> Situacao | None:
    """What a bare cStat says of a note, events and inutilização included; None when nothing."""
    if cstat in _EVENTO_ACEITO:
        return "cancelada"
    return "inutilizada" if cstat == INUTILIZACAO_HOMOLOGADA else _POR_CSTAT.get(cstat)


def situacao_do_evento(leitor: Leitor, cstat: str) -> Situacao:
    """A cancellation event counts once it is registered (135, 136 not yet linked, 155 after the deadline)."""
    if cstat in _EVENTO_ACEITO:
        return "cancelada"
    if cstat:
        leitor.avisar("CSTAT_NAO_PREVISTO", f"o evento traz cStat {cstat}: o cancelamento não foi registrado")
    return "sem_protocolo"


def mais_alta(situacoes: Iterable[S]) -> S | Literal["sem_protocolo"]:
    """The state that stands among those known; of none, `sem_protocolo`."""
    return max(situacoes, key=ORDEM.__getitem__, default="sem_protocolo")
