"""NF-e and NFC-e, layouts 3.10 and 4.00, with or without protocol, with or without the IBS/CBS group."""

from decimal import Decimal

from erp.fiscal.xml.arvore import Campos, Elemento, campos, filhos, textos
from erp.fiscal.xml.conferencia import (
    conferir_chave,
    conferir_pagamentos,
    conferir_totais,
    deduz_desoneracao,
    ler_chave,
)
from erp.fiscal.xml.documento import ZERO, DocumentoLido, Estado, Item, Pagamento, Tipo, Totais, XmlIlegivel
from erp.fiscal.xml.situacao import situacao_da_nota
from erp.fiscal.xml.ufs import sigla
from erp.fiscal.xml.valores import Leitor

_TIPOS: dict[str, Tipo] = {"55": "nfe", "65": "nfce"}


def ler_nfe(raiz: Elemento, leitor: Leitor) -> DocumentoLido:
    """A `NFe`, alone or inside a `nfeProc`."""
    partes = filhos(raiz)
    if "NFe" in partes:
        partes |= filhos(partes["NFe"])
    inf = partes.get("infNFe")
    if inf is None:
        raise XmlIlegivel("o documento é uma NF-e sem o grupo infNFe")
    grupos: dict[str, Elemento] = {}
    dets: list[Elemento] = []
    pags: list[Elemento] = []
    for filho in inf:
        tag = filho.tag
        if tag == "det":
            dets.append(filho)
        elif tag == "pag":  # layout 3.10 repeats it
            pags.append(filho)
        else:
            grupos[tag] = filho

    ide, emitente, destinatario = (campos(grupos.get(tag)) for tag in ("ide", "emit", "dest"))
    prot = campos(filhos(partes.get("protNFe")).get("infProt"))
    chave, dv_ok = ler_chave(leitor, inf.get("Id"), "NFe", prot.get("chNFe"))
    modelo, tp_emis = leitor.codigo(ide, "mod", 2), leitor.codigo(ide, "tpEmis", 1)
    serie, numero = leitor.inteiro(ide, "serie"), leitor.inteiro(ide, "nNF")
    cnpj = leitor.codigo(emitente, "CNPJ", 14) or leitor.codigo(emitente, "CPF", 14)
    conferir_chave(leitor, chave, cnpj=cnpj, modelo=modelo, serie=serie, numero=numero)

    pagamentos, troco = _pagamentos(pags, leitor)
    totais = _totais(grupos.get("total"), troco, leitor)
    itens = _itens(dets, totais, leitor)
    conferir_totais(leitor, totais, itens)
    conferir_pagamentos(leitor, totais, pagamentos)
    if modelo not in _TIPOS:
        leitor.avisar("MODELO_DESCONHECIDO", f"esperado modelo 55 ou 65, veio {modelo!r}")
    cstat = leitor.codigo(prot, "cStat", 3)
    emissao = leitor.data_hora(ide, "dhEmi") or leitor.data_hora(ide, "dEmi")
    if emissao is None:
        leitor.avisar("DATA_AUSENTE", "a nota não traz uma data de emissão que se possa ler")
    situacao, protocolo = situacao_da_nota(leitor, cstat, tp_emis), ler_protocolo(prot, leitor)
    justificativa, protocolada = leitor.texto(ide, "xJust", 256), leitor.data_hora(prot, "dhRecbto")
    if situacao == "contingencia":
        estado = Estado(situacao, em=leitor.data_hora(ide, "dhCont"), justificativa=justificativa)
    else:
        estado = Estado(situacao, cstat, protocolo, protocolada)
    return DocumentoLido(
        tipo=_TIPOS.get(modelo, "desconhecido"),
        versao=(inf.get("versao") or "").strip()[:4],
        chave=chave,
        chave_dv_ok=dv_ok,
        numero=numero,
        serie=serie,
        modelo=modelo,
        tp_emis=tp_emis,
        ambiente=leitor.codigo(ide, "tpAmb", 1),
        cnpj_emitente=cnpj,
        nome_emitente=leitor.texto(emitente, "xNome", 60),
        uf=sigla(ide.get("cUF")),
        data_emissao=emissao,
        documento_destinatario=leitor.codigo(destinatario, "CNPJ", 14) or leitor.codigo(destinatario, "CPF", 11),
        protocolo=protocolo,
        cstat=cstat,
        data_protocolo=protocolada,
        justificativa=justificativa,
        situacao=situacao,
        totais=totais,
        itens=itens,
        pagamentos=pagamentos,
        avisos=tuple(leitor.avisos),
        estados=(estado,),
    )


def ler_protocolo(prot: Campos, leitor: Leitor) -> str:
    """nProt: 15 or 17 digits; another length is kept, up to 17, and noted (PROTOCOLO_INVALIDO)."""
    protocolo = leitor.codigo(prot, "nProt", 17)
    if protocolo and not (protocolo.isdigit() and len(protocolo) in (15, 17)):
        leitor.avisar("PROTOCOLO_INVALIDO", f"esperados 15 ou 17 algarismos, veio {protocolo!r}")
    return protocolo


def _itens(dets: list[Elemento], totais: Totais, leitor: Leitor) -> tuple[Item, ...]:
    deduz = deduz_desoneracao(totais)
    itens = []
    for ordem, det in enumerate(dets, 1):
        leitor.onde = f"item {ordem}"
        itens.append(_item(det, ordem, deduz, leitor))
    leitor.onde = ""
    return tuple(itens)


def _item(det: Elemento, ordem: int, deduz: bool, leitor: Leitor) -> Item:
    partes = filhos(det)
    prod = campos(partes.get("prod"))
    impostos = filhos(partes.get("imposto"))
    icms = _grupo_icms(impostos.get("ICMS"))
    dinheiro = leitor.dinheiro
    produto, desconto = dinheiro(prod, "vProd"), dinheiro(prod, "vDesc")
    frete, seguro, outras = dinheiro(prod, "vFrete"), dinheiro(prod, "vSeg"), dinheiro(prod, "vOutro")
    st = dinheiro(icms, "vICMSST") + dinheiro(icms, "vFCPST")
    desonerado = dinheiro(icms, "vICMSDeson")
    ipi = ii = devolvido = ibs = cbs = ZERO
    if "IPI" in impostos:
        ipi = dinheiro(campos(filhos(impostos["IPI"]).get("IPITrib")), "vIPI")
    if "II" in impostos:
        ii = dinheiro(campos(impostos["II"]), "vII")
    if "impostoDevol" in partes:
        devolvido = dinheiro(campos(filhos(partes["impostoDevol"]).get("IPI")), "vIPIDevol")
    if "IBSCBS" in impostos:
        ibs, cbs = _ibs_cbs(impostos["IBSCBS"], leitor)
    liquido = frete + seguro + outras + st + ipi + ii + devolvido - desconto
    if prod.get("indTot") != "0":  # 0: its value is not part of the note's total
        liquido += produto
    if deduz:
        liquido -= desonerado
    gtin = prod.get("cEAN")
    return Item(
        numero=leitor.ordinal(det.get("nItem"), ordem),
        codigo=leitor.texto(prod, "cProd", 60),
        gtin="" if gtin is None or gtin.strip() == "SEM GTIN" else leitor.codigo(prod, "cEAN", 14),
        descricao=leitor.texto(prod, "xProd", 120),
        ncm=leitor.codigo(prod, "NCM", 8),
        cfop=leitor.codigo(prod, "CFOP", 4),
        cst=leitor.codigo(icms, "CST", 3) or leitor.codigo(icms, "CSOSN", 3),
        origem=leitor.codigo(icms, "orig", 1),
        unidade=leitor.texto(prod, "uCom", 6),
        quantidade=leitor.numero(prod, "qCom"),
        valor_unitario=leitor.numero(prod, "vUnCom"),
        valor_produto=produto,
        desconto=desconto,
        frete=frete,
        seguro=seguro,
        outras=outras,
        ipi=ipi,
        st=st,
        icms_desonerado=desonerado,
        ii=ii,
        ibs=ibs,
        cbs=cbs,
        valor_liquido=liquido,
    )


def _grupo_icms(icms: Elemento | None) -> Campos:
    """The one group that ICMS holds (ICMS00, ICMSSN102, ...); empty for services."""
    for grupo in icms if icms is not None else ():
        return campos(grupo)
    return {}


def _ibs_cbs(grupo: Elemento, leitor: Leitor) -> tuple[Decimal, Decimal]:
    """IBS and CBS of an item, those of single-phase fuels included."""
    partes = filhos(grupo)
    ibs = cbs = ZERO
    if "gIBSCBS" in partes:
        apurado = filhos(partes["gIBSCBS"])
        ibs = leitor.dinheiro(textos(apurado), "vIBS")
        cbs = leitor.dinheiro(campos(apurado.get("gCBS")), "vCBS")
    if "gIBSCBSMono" in partes:
        monofasico = campos(partes["gIBSCBSMono"])
        ibs += leitor.dinheiro(monofasico, "vTotIBSMonoItem")
        cbs += leitor.dinheiro(monofasico, "vTotCBSMonoItem")
    return ibs, cbs


def _totais(total: Elemento | None, troco: Decimal, leitor: Leitor) -> Totais:
    leitor.onde = "totais"
    partes = filhos(total)
    if "ICMSTot" not in partes:
        leitor.avisar("TOTAL_AUSENTE", "esperado o grupo ICMSTot, não veio")
    icms = campos(partes.get("ICMSTot"))
    reforma = filhos(partes.get("IBSCBSTot"))
    dinheiro = leitor.dinheiro
    mono = campos(reforma.get("gMono"))
    totais = Totais(
        produtos=dinheiro(icms, "vProd"),
        servicos=dinheiro(campos(partes.get("ISSQNtot")), "vServ"),
        desconto=dinheiro(icms, "vDesc"),
        frete=dinheiro(icms, "vFrete"),
        seguro=dinheiro(icms, "vSeg"),
        outras=dinheiro(icms, "vOutro"),
        ipi=dinheiro(icms, "vIPI"),
        icms_st=dinheiro(icms, "vST"),
        fcp_st=dinheiro(icms, "vFCPST"),
        ii=dinheiro(icms, "vII"),
        ipi_devolvido=dinheiro(icms, "vIPIDevol"),
        icms_desonerado=dinheiro(icms, "vICMSDeson"),
        total=dinheiro(icms, "vNF"),
        ibs=dinheiro(campos(reforma.get("gIBS")), "vIBS") + dinheiro(mono, "vIBSMono"),
        cbs=dinheiro(campos(reforma.get("gCBS")), "vCBS") + dinheiro(mono, "vCBSMono"),
        troco=troco,
    )
    leitor.onde = ""
    return totais


def _pagamentos(pags: list[Elemento], leitor: Leitor) -> tuple[tuple[Pagamento, ...], Decimal]:
    """Payments and troco, of 4.00 (pag/detPag) and of 3.10 (pag/tPag, pag repeated)."""
    pagamentos: list[Pagamento] = []
    troco = ZERO
    for pag in pags:
        for filho in pag:
            if filho.tag == "detPag" or filho.tag == "tPag":
                leitor.onde = f"pagamento {len(pagamentos) + 1}"
                pagamentos.append(_pagamento(filho if filho.tag == "detPag" else pag, leitor))
            elif filho.tag == "vTroco":
                leitor.onde = "pagamentos"
                troco += leitor.dinheiro({"vTroco": filho.text}, "vTroco")
    leitor.onde = ""
    return tuple(pagamentos), leitor.limitar(troco)


def _pagamento(detalhe: Elemento, leitor: Leitor) -> Pagamento:
    partes = filhos(detalhe)
    proprio, cartao = textos(partes), campos(partes.get("card"))
    tpag = leitor.codigo(proprio, "tPag", 2)
    return Pagamento(
        tpag=tpag,
        valor=leitor.dinheiro(proprio, "vPag"),
        meio_original=tpag,
        bandeira=leitor.codigo(cartao, "tBand", 2),
        autorizacao=leitor.texto(cartao, "cAut", 128),
        cnpj_credenciadora=leitor.codigo(cartao, "CNPJ", 14),
        tp_integra=leitor.codigo(cartao, "tpIntegra", 1),
        descricao=leitor.texto(proprio, "xPag", 60),
        credenciadora_sat="",
    )
