"""CF-e SAT (layouts 0.06 to 0.08): sales, also as they are before the SAT has signed them, and cancellations."""

from datetime import datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from erp.fiscal.xml.arvore import Campos, Elemento, campos, filhos
from erp.fiscal.xml.conferencia import conferir_chave, conferir_pagamentos, conferir_totais, ler_chave
from erp.fiscal.xml.documento import ZERO, DocumentoLido, Estado, Item, Pagamento, Totais, XmlIlegivel
from erp.fiscal.xml.ufs import sigla
from erp.fiscal.xml.valores import CENTAVO, Leitor

# Every cMP that SAT had means the same as the tPag of its number; what tPag gained after SAT has no equivalent
_CMP = frozenset({"01", "02", "03", "04", "05", "10", "11", "12", "13", "15", "16", "17", "18", "19", "90", "99"})
_OUTROS = "99"
CANCELAMENTO = "CFeCanc"

# SAT writes its local time without an offset, and summer time existed until 2019
_FUSOS = {"CE": "America/Fortaleza"}
_FUSO_PADRAO = "America/Sao_Paulo"


def ler_cfe(raiz: Elemento, leitor: Leitor) -> DocumentoLido:
    """A sale. With its key it is authorised, for SAT signs on the spot; without, the till had not sent it yet."""
    inf, grupos, dets = _abrir(raiz)
    ide, emit, dest = campos(grupos.get("ide")), campos(grupos.get("emit")), campos(grupos.get("dest"))
    chave, dv_ok = ler_chave(leitor, inf.get("Id"), "CFe")
    serie, numero = leitor.inteiro(ide, "nserieSAT"), leitor.inteiro(ide, "nCFe")
    cnpj = leitor.codigo(emit, "CNPJ", 14)
    conferir_chave(leitor, chave, cnpj=cnpj, modelo=leitor.codigo(ide, "mod", 2), serie=serie, numero=numero)
    itens = _itens(dets, leitor)
    pagamentos, troco = _pagamentos(grupos.get("pgto"), leitor)
    pago = sum((p.valor for p in pagamentos), ZERO)
    totais = _totais(grupos.get("total"), itens, troco, pago, leitor)
    conferir_totais(leitor, totais, itens)
    conferir_pagamentos(leitor, totais, pagamentos)
    uf = sigla(ide.get("cUF") or chave[:2])
    emissao = _data(ide, uf, leitor)
    estado = Estado("autorizada", em=emissao) if chave else Estado("sem_protocolo")
    return DocumentoLido(
        tipo="cfe_sat",
        versao=_versao(inf),
        chave=chave,
        chave_dv_ok=dv_ok,
        numero=numero,
        serie=serie,
        modelo="59",
        ambiente=leitor.codigo(ide, "tpAmb", 1),
        cnpj_emitente=cnpj,
        nome_emitente=leitor.texto(emit, "xNome", 60),
        uf=uf,
        data_emissao=emissao,
        documento_destinatario=leitor.codigo(dest, "CNPJ", 14) or leitor.codigo(dest, "CPF", 11),
        situacao=estado.situacao,
        totais=totais,
        itens=itens,
        pagamentos=pagamentos,
        avisos=tuple(leitor.avisos),
        estados=(estado,),
    )


def ler_cfe_cancelamento(raiz: Elemento, leitor: Leitor) -> DocumentoLido:
    """A cancellation; `chave_cancelada` is the sale's. Without a key of its own it is only a request."""
    inf, grupos, _ = _abrir(raiz)
    ide, emit, dest = campos(grupos.get("ide")), campos(grupos.get("emit")), campos(grupos.get("dest"))
    cancelada, _ = ler_chave(leitor, inf.get("chCanc"), "CFe")
    chave, dv_ok = ler_chave(leitor, inf.get("Id"), "CFe")
    serie, numero = leitor.inteiro(ide, "nserieSAT"), leitor.inteiro(ide, "nCFe")
    cnpj = leitor.codigo(emit, "CNPJ", 14)
    conferir_chave(leitor, chave, cnpj=cnpj, modelo=leitor.codigo(ide, "mod", 2), serie=serie, numero=numero)
    uf = sigla(ide.get("cUF") or cancelada[:2])
    emissao = _data(ide, uf, leitor)
    estado = Estado("cancelada", em=emissao, evento=CANCELAMENTO) if chave else Estado("sem_protocolo")
    return DocumentoLido(
        tipo="cfe_cancelamento",
        versao=_versao(inf),
        chave=chave,
        chave_dv_ok=dv_ok,
        chave_cancelada=cancelada,
        numero=numero,
        serie=serie,
        modelo="59",
        ambiente=leitor.codigo(ide, "tpAmb", 1),
        cnpj_emitente=cnpj,
        nome_emitente=leitor.texto(emit, "xNome", 60),
        uf=uf,
        data_emissao=emissao,
        documento_destinatario=leitor.codigo(dest, "CNPJ", 14) or leitor.codigo(dest, "CPF", 11),
        situacao=estado.situacao,
        totais=Totais(total=leitor.dinheiro(campos(grupos.get("total")), "vCFe")),
        avisos=tuple(leitor.avisos),
        estados=(estado,),
    )


def _abrir(raiz: Elemento) -> tuple[Elemento, dict[str, Elemento], list[Elemento]]:
    inf = filhos(raiz).get("infCFe")
    if inf is None:
        raise XmlIlegivel("o documento é um CF-e sem o grupo infCFe")
    return inf, filhos(inf), [filho for filho in inf if filho.tag == "det"]


def _versao(inf: Elemento) -> str:
    return (inf.get("versao") or inf.get("versaoDadosEnt") or "").strip()[:4]


def _data(ide: Campos, uf: str, leitor: Leitor) -> datetime | None:
    texto = (ide.get("dEmi") or "").strip() + (ide.get("hEmi") or "").strip()
    if not texto:
        leitor.avisar("DATA_AUSENTE", "o CF-e não traz data de emissão")
        return None
    try:
        momento = datetime.strptime(texto, "%Y%m%d%H%M%S").replace(tzinfo=ZoneInfo(_FUSOS.get(uf, _FUSO_PADRAO)))
    except ValueError:
        leitor.avisar("DATA_INVALIDA", f"dEmi e hEmi {texto[:40]!r} não são uma data e hora")
        return None
    if not 2000 <= momento.year <= 2100:
        leitor.avisar("DATA_INVALIDA", f"dEmi e hEmi {texto[:40]!r} estão fora de 2000 a 2100")
        return None
    return momento


def _itens(dets: list[Elemento], leitor: Leitor) -> tuple[Item, ...]:
    itens = []
    for ordem, det in enumerate(dets, 1):
        leitor.onde = f"item {ordem}"
        itens.append(_item(det, ordem, leitor))
    leitor.onde = ""
    return tuple(itens)


def _item(det: Elemento, ordem: int, leitor: Leitor) -> Item:
    partes = filhos(det)
    prod = campos(partes.get("prod"))
    icms = filhos(partes.get("imposto")).get("ICMS")
    tributo = campos(icms[0]) if icms is not None and len(icms) else {}
    quantidade, unitario = leitor.numero(prod, "qCom"), leitor.numero(prod, "vUnCom")
    produto = leitor.dinheiro(prod, "vProd") if "vProd" in prod else _bruto(prod, quantidade, unitario, leitor)
    desconto = leitor.dinheiro(prod, "vDesc") + leitor.dinheiro(prod, "vRatDesc")
    outras = leitor.dinheiro(prod, "vOutro") + leitor.dinheiro(prod, "vRatAcr")
    return Item(
        numero=leitor.ordinal(det.get("nItem"), ordem),
        codigo=leitor.texto(prod, "cProd", 60),
        gtin=leitor.codigo(prod, "cEAN", 14),
        descricao=leitor.texto(prod, "xProd", 120),
        ncm=leitor.codigo(prod, "NCM", 8),
        cfop=leitor.codigo(prod, "CFOP", 4),
        cst=leitor.codigo(tributo, "CST", 3) or leitor.codigo(tributo, "CSOSN", 3),
        origem=leitor.codigo(tributo, "Orig", 1),
        unidade=leitor.texto(prod, "uCom", 6),
        quantidade=quantidade,
        valor_unitario=unitario,
        valor_produto=produto,
        desconto=desconto,
        frete=ZERO,
        seguro=ZERO,
        outras=outras,
        ipi=ZERO,
        st=ZERO,
        icms_desonerado=ZERO,
        ii=ZERO,
        ibs=ZERO,
        cbs=ZERO,
        valor_liquido=leitor.dinheiro(prod, "vItem") if "vItem" in prod else produto - desconto + outras,
    )


def _bruto(prod: Campos, quantidade: Decimal, unitario: Decimal, leitor: Leitor) -> Decimal:
    """vProd as the SAT will write it: rounded (indRegra A) or truncated (T)."""
    arredondamento = ROUND_DOWN if (prod.get("indRegra") or "").strip() == "T" else ROUND_HALF_UP
    return leitor.limitar((quantidade * unitario).quantize(CENTAVO, arredondamento))


def _totais(total: Elemento | None, itens: tuple[Item, ...], troco: Decimal, pago: Decimal, leitor: Leitor) -> Totais:
    """The written totals; before the SAT has signed there are none, and sums stand in (TOTAL_AUSENTE)."""
    leitor.onde = "totais"
    partes = filhos(total)
    proprio, icms = campos(total), campos(partes.get("ICMSTot"))
    entrada = campos(partes.get("DescAcrEntr"))
    if "vCFe" in proprio:
        totais = Totais(
            produtos=leitor.dinheiro(icms, "vProd"),
            desconto=leitor.dinheiro(icms, "vDesc") + leitor.dinheiro(entrada, "vDescSubtot"),
            outras=leitor.dinheiro(icms, "vOutro") + leitor.dinheiro(entrada, "vAcresSubtot"),
            total=leitor.dinheiro(proprio, "vCFe"),
            troco=troco,
        )
    else:
        leitor.avisar("TOTAL_AUSENTE", "esperado vCFe, não veio: usada a soma dos itens")
        totais = _soma_dos_itens(itens, pago, leitor)
    leitor.onde = ""
    return totais


def _soma_dos_itens(itens: tuple[Item, ...], pago: Decimal, leitor: Leitor) -> Totais:
    """What the SAT will write: the items' sums, and what was paid beyond them as troco."""
    total = leitor.limitar(sum((i.valor_liquido for i in itens), ZERO))
    return Totais(
        produtos=leitor.limitar(sum((i.valor_produto for i in itens), ZERO)),
        desconto=leitor.limitar(sum((i.desconto for i in itens), ZERO)),
        outras=leitor.limitar(sum((i.outras for i in itens), ZERO)),
        total=total,
        troco=leitor.limitar(max(pago - total, ZERO)),
    )


def _pagamentos(pgto: Elemento | None, leitor: Leitor) -> tuple[tuple[Pagamento, ...], Decimal]:
    pagamentos: list[Pagamento] = []
    for filho in pgto if pgto is not None else ():
        if filho.tag == "MP":
            leitor.onde = f"pagamento {len(pagamentos) + 1}"
            pagamentos.append(_pagamento(campos(filho), leitor))
    leitor.onde = ""
    return tuple(pagamentos), leitor.dinheiro(campos(pgto), "vTroco")


def _pagamento(mp: Campos, leitor: Leitor) -> Pagamento:
    original = leitor.codigo(mp, "cMP", 2)
    tpag = original if original in _CMP else _OUTROS
    if tpag != original:
        leitor.avisar(
            "MEIO_DE_PAGAMENTO_DESCONHECIDO", f"cMP {original!r} não está na tabela do SAT: lido como 99, outros"
        )
    return Pagamento(
        tpag=tpag,
        valor=leitor.dinheiro(mp, "vMP"),
        meio_original=original,
        bandeira="",
        autorizacao=leitor.texto(mp, "cAut", 128),
        cnpj_credenciadora="",
        tp_integra="",
        descricao="",
        credenciadora_sat=leitor.codigo(mp, "cAdmC", 3),
    )
