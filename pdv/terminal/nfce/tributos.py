"""The groups of taxes: ICMS of an item by its CST or CSOSN, IBS and CBS, and the totals that repeat them."""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from pdv.terminal.nfce.nota import CENTAVO, ZERO, ItemDaNota, NotaParaGerar

PIBS_UF, PCBS = Decimal("0.10"), Decimal("0.90")  # the test year's rates: LC 214/2025, art. 343
PICMS = Decimal("18.00")


def _icms_simples(item: ItemDaNota) -> str:
    return f"<ICMSSN102><orig>{item.origem}</orig><CSOSN>{item.cst}</CSOSN></ICMSSN102>"


def _icms_simples_st(item: ItemDaNota) -> str:
    return f"<ICMSSN500><orig>{item.origem}</orig><CSOSN>500</CSOSN></ICMSSN500>"


def _icms_isento(item: ItemDaNota) -> str:
    return f"<ICMS40><orig>{item.origem}</orig><CST>{item.cst}</CST></ICMS40>"


def _icms_st(item: ItemDaNota) -> str:
    return f"<ICMS60><orig>{item.origem}</orig><CST>60</CST></ICMS60>"


def _icms_integral(item: ItemDaNota) -> str:
    return (
        f"<ICMS00><orig>{item.origem}</orig><CST>00</CST><modBC>3</modBC><vBC>{item.liquido:.2f}</vBC>"
        f"<pICMS>{PICMS}</pICMS><vICMS>{_icms(item):.2f}</vICMS></ICMS00>"
    )


ICMS: dict[str, Callable[[ItemDaNota], str]] = {
    "102": _icms_simples, "103": _icms_simples, "300": _icms_simples, "400": _icms_simples, "500": _icms_simples_st,
    "00": _icms_integral, "40": _icms_isento, "41": _icms_isento, "50": _icms_isento, "60": _icms_st,
}  # fmt: skip


def _icms(item: ItemDaNota) -> Decimal:
    return _porcento(item.liquido, PICMS) if item.cst == "00" else ZERO


def _porcento(base: Decimal, aliquota: Decimal) -> Decimal:
    return (base * aliquota / 100).quantize(CENTAVO, ROUND_HALF_UP)


def ibscbs(item: ItemDaNota) -> str:
    base, ibs, cbs = item.liquido, _porcento(item.liquido, PIBS_UF), _porcento(item.liquido, PCBS)
    return (
        f"<IBSCBS><CST>000</CST><cClassTrib>000001</cClassTrib><gIBSCBS><vBC>{base:.2f}</vBC>"
        f"<gIBSUF><pIBSUF>{PIBS_UF}</pIBSUF><vIBSUF>{ibs:.2f}</vIBSUF></gIBSUF>"
        f"<gIBSMun><pIBSMun>0.00</pIBSMun><vIBSMun>0.00</vIBSMun></gIBSMun><vIBS>{ibs:.2f}</vIBS>"
        f"<gCBS><pCBS>{PCBS}</pCBS><vCBS>{cbs:.2f}</vCBS></gCBS></gIBSCBS></IBSCBS>"
    )


def total(nota: NotaParaGerar) -> str:
    itens = nota.itens
    bc = sum((i.liquido for i in itens if i.cst == "00"), ZERO)
    icms = sum((_icms(i) for i in itens), ZERO)
    return (
        f"<total><ICMSTot><vBC>{bc:.2f}</vBC><vICMS>{icms:.2f}</vICMS><vICMSDeson>0.00</vICMSDeson><vFCP>0.00</vFCP>"
        f"<vBCST>0.00</vBCST><vST>0.00</vST><vFCPST>0.00</vFCPST><vFCPSTRet>0.00</vFCPSTRet>"
        f"<vProd>{sum((i.bruto for i in itens), ZERO):.2f}</vProd><vFrete>0.00</vFrete><vSeg>0.00</vSeg>"
        f"<vDesc>{sum((i.desconto for i in itens), ZERO):.2f}</vDesc><vII>0.00</vII><vIPI>0.00</vIPI>"
        f"<vIPIDevol>0.00</vIPIDevol><vPIS>0.00</vPIS><vCOFINS>0.00</vCOFINS>"
        f"<vOutro>{sum((i.acrescimo for i in itens), ZERO):.2f}</vOutro><vNF>{nota.total:.2f}</vNF></ICMSTot>"
        f"{_total_ibscbs(nota) if nota.ibscbs else ''}</total>"
    )


def _total_ibscbs(nota: NotaParaGerar) -> str:
    ibs = sum((_porcento(i.liquido, PIBS_UF) for i in nota.itens), ZERO)
    cbs = sum((_porcento(i.liquido, PCBS) for i in nota.itens), ZERO)
    return (
        f"<IBSCBSTot><vBCIBSCBS>{nota.total:.2f}</vBCIBSCBS><gIBS><gIBSUF><vDif>0.00</vDif><vDevTrib>0.00</vDevTrib>"
        f"<vIBSUF>{ibs:.2f}</vIBSUF></gIBSUF><gIBSMun><vDif>0.00</vDif><vDevTrib>0.00</vDevTrib><vIBSMun>0.00</vIBSMun>"
        f"</gIBSMun><vIBS>{ibs:.2f}</vIBS><vCredPres>0.00</vCredPres><vCredPresCondSus>0.00</vCredPresCondSus></gIBS>"
        f"<gCBS><vDif>0.00</vDif><vDevTrib>0.00</vDevTrib><vCBS>{cbs:.2f}</vCBS><vCredPres>0.00</vCredPres>"
        f"<vCredPresCondSus>0.00</vCredPresCondSus></gCBS></IBSCBSTot>"
    )
