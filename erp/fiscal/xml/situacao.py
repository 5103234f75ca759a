"""What the SEFAZ's answer (cStat) makes of a note."""

from erp.fiscal.xml.documento import Situacao
from erp.fiscal.xml.valores import Leitor

CONTINGENCIA_OFFLINE = "9"

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
CANCELAMENTOS = frozenset({"110111", "110112"})
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


def situacao_do_evento(leitor: Leitor, cstat: str) -> Situacao:
    """A cancellation event counts once it is registered (135, 136 not yet linked, 155 after the deadline)."""
    if cstat in _EVENTO_ACEITO:
        return "cancelada"
    if cstat:
        leitor.avisar("CSTAT_NAO_PREVISTO", f"o evento traz cStat {cstat}: o cancelamento não foi registrado")
    return "sem_protocolo"
