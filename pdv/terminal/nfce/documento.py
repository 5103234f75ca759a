"""From values to the text of the document, group by group, in the order of the layout."""

from base64 import b64encode
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha1, shake_256

from pdv.terminal.nfce.cidades import CAPITAIS
from pdv.terminal.nfce.nota import (
    CARTOES,
    CENTAVO,
    OUTROS,
    SEM_PAGAMENTO,
    ItemDaNota,
    NotaParaGerar,
    PagamentoDaNota,
    chave_da_nota,
    momento_da_emissao,
    problemas_da_nota,
)
from pdv.terminal.nfce.textos import texto
from pdv.terminal.nfce.tributos import ICMS, ibscbs, total

# means that may carry the card group: integrated or not, they passed through an acquirer or a bank
COM_GRUPO_CARD = CARTOES | {"10", "11", "12", "13", "17", "18", "23", "24"}


@dataclass(frozen=True, slots=True)
class NotaGerada:
    """The document and what `GRS_NFE` keeps beside it."""

    chave: str
    xml: str
    total: Decimal


def gerar_nfce(nota: NotaParaGerar) -> NotaGerada:
    """The NFC-e of a sale, layout 4.00, about 6 kB for four items.

    Same values, same text. Raises ValueError with every reason why the note could not exist.
    """
    problemas = problemas_da_nota(nota)
    if problemas:
        raise ValueError("; ".join(problemas))
    chave = chave_da_nota(nota)
    digest = b64encode(sha1(chave.encode(), usedforsecurity=False).digest()).decode()
    nfe = (
        f'<NFe xmlns="http://www.portalfiscal.inf.br/nfe"><infNFe versao="4.00" Id="NFe{chave}">'
        f"{_ide(nota, chave)}{_emit(nota)}{_dest(nota)}{_itens(nota)}{total(nota)}"
        f"<transp><modFrete>9</modFrete></transp>{_pag(nota)}"
        f"<infAdic><infCpl>DOCUMENTO SIMULADO SEM VALOR FISCAL</infCpl></infAdic></infNFe>"
        f"{_suplemento(nota, chave)}{assinatura(f'NFe{chave}', digest)}</NFe>"
    )
    if nota.protocolo is not None:
        nfe = (
            f'<nfeProc xmlns="http://www.portalfiscal.inf.br/nfe" versao="4.00">{nfe}'
            f"{_protocolo(nota, nota.protocolo, chave, digest)}</nfeProc>"
        )
    return NotaGerada(chave, f'<?xml version="1.0" encoding="UTF-8"?>{nfe}', nota.total)


def _quando(nota: NotaParaGerar) -> str:
    return momento_da_emissao(nota).isoformat(timespec="seconds")


def _ide(nota: NotaParaGerar, chave: str) -> str:
    contingencia = ""
    if nota.tp_emis == "9":
        contingencia = f"<dhCont>{_quando(nota)}</dhCont><xJust>{texto(nota.justificativa, 256, 15)}</xJust>"
    return (
        f"<ide><cUF>{nota.uf}</cUF><cNF>{nota.cnf}</cNF><natOp>VENDA</natOp><mod>65</mod><serie>{nota.serie}</serie>"
        f"<nNF>{nota.numero}</nNF><dhEmi>{_quando(nota)}</dhEmi><tpNF>1</tpNF><idDest>1</idDest>"
        f"<cMunFG>{CAPITAIS[nota.uf][1]}</cMunFG><tpImp>4</tpImp><tpEmis>{nota.tp_emis}</tpEmis><cDV>{chave[43]}</cDV>"
        f"<tpAmb>2</tpAmb><finNFe>1</finNFe><indFinal>1</indFinal><indPres>1</indPres><procEmi>0</procEmi>"
        f"<verProc>simulador</verProc>{contingencia}</ide>"
    )


def _emit(nota: NotaParaGerar) -> str:
    sigla, municipio, cidade = CAPITAIS[nota.uf]
    crt = "1" if len(nota.itens[0].cst) == 3 else "3"
    return (
        f"<emit><CNPJ>{nota.cnpj}</CNPJ><xNome>{texto(nota.razao_social, 60, 2)}</xNome>"
        f"<enderEmit><xLgr>RUA DO COMERCIO</xLgr><nro>100</nro><xBairro>CENTRO</xBairro><cMun>{municipio}</cMun>"
        f"<xMun>{cidade}</xMun><UF>{sigla}</UF><CEP>01001000</CEP></enderEmit>"
        f"<IE>{nota.inscricao_estadual}</IE><CRT>{crt}</CRT></emit>"
    )


def _dest(nota: NotaParaGerar) -> str:
    if not nota.consumidor:
        return ""
    tag = "CPF" if len(nota.consumidor) == 11 else "CNPJ"
    return f"<dest><{tag}>{nota.consumidor}</{tag}><indIEDest>9</indIEDest></dest>"


def _itens(nota: NotaParaGerar) -> str:
    return "".join([_det(item, ordem, nota.ibscbs) for ordem, item in enumerate(nota.itens, 1)])


def _det(item: ItemDaNota, ordem: int, reforma: bool) -> str:
    gtin = item.gtin or "SEM GTIN"
    quantidade, unitario = f"{item.quantidade:.4f}", _unitario(item.valor_unitario)
    desconto = f"<vDesc>{item.desconto:.2f}</vDesc>" if item.desconto else ""
    outros = f"<vOutro>{item.acrescimo:.2f}</vOutro>" if item.acrescimo else ""
    unidade = texto(item.unidade, 6)
    return (
        f'<det nItem="{ordem}"><prod><cProd>{texto(item.codigo, 60)}</cProd><cEAN>{gtin}</cEAN>'
        f"<xProd>{texto(item.descricao, 120)}</xProd><NCM>{item.ncm}</NCM><CFOP>{item.cfop}</CFOP>"
        f"<uCom>{unidade}</uCom><qCom>{quantidade}</qCom><vUnCom>{unitario}</vUnCom><vProd>{item.bruto:.2f}</vProd>"
        f"<cEANTrib>{gtin}</cEANTrib><uTrib>{unidade}</uTrib><qTrib>{quantidade}</qTrib><vUnTrib>{unitario}</vUnTrib>"
        f"{desconto}{outros}<indTot>1</indTot></prod><imposto><ICMS>{ICMS[item.cst](item)}</ICMS>"
        f"<PIS><PISNT><CST>07</CST></PISNT></PIS><COFINS><COFINSNT><CST>07</CST></COFINSNT></COFINS>"
        f"{ibscbs(item) if reforma else ''}</imposto></det>"
    )


def _pag(nota: NotaParaGerar) -> str:
    troco = f"<vTroco>{nota.troco:.2f}</vTroco>" if nota.troco else ""
    return f"<pag>{''.join([_detalhe(p) for p in nota.pagamentos])}{troco}</pag>"


def _detalhe(p: PagamentoDaNota) -> str:
    prazo = "" if p.tpag == SEM_PAGAMENTO else f"<indPag>{'1' if p.a_prazo else '0'}</indPag>"
    descricao = f"<xPag>{texto(p.descricao, 60, 2)}</xPag>" if p.tpag == OUTROS else ""
    return f"<detPag>{prazo}<tPag>{p.tpag}</tPag>{descricao}<vPag>{p.valor:.2f}</vPag>{_card(p)}</detPag>"


def _card(p: PagamentoDaNota) -> str:
    if p.tpag not in COM_GRUPO_CARD or not p.tp_integra:
        return ""
    cnpj = f"<CNPJ>{p.cnpj_credenciadora}</CNPJ>" if p.cnpj_credenciadora else ""
    bandeira = f"<tBand>{p.bandeira}</tBand>" if p.bandeira else ""
    autorizacao = f"<cAut>{texto(p.autorizacao, 128)}</cAut>" if p.autorizacao else ""
    return f"<card><tpIntegra>{p.tp_integra}</tpIntegra>{cnpj}{bandeira}{autorizacao}</card>"


def _suplemento(nota: NotaParaGerar, chave: str) -> str:
    """A QR code in the shape of version 3; offline it carries day, total and a signature (here: noise)."""
    sigla = CAPITAIS[nota.uf][0].lower()
    offline = ""
    if nota.tp_emis == "9":
        offline = f"|{momento_da_emissao(nota):%d}|{nota.total:.2f}|||{_ruido(chave + 'qr', 96)}"
    return (
        f"<infNFeSupl><qrCode><![CDATA[https://nfce.{sigla}.example/qrcode?p={chave}|3|2{offline}]]></qrCode>"
        f"<urlChave>https://nfce.{sigla}.example/consulta</urlChave></infNFeSupl>"
    )


def assinatura(identificador: str, digest: str) -> str:
    """Noise in the shape of a signature over the element whose Id is `identificador`."""
    return (
        '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo>'
        '<CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/>'
        '<SignatureMethod Algorithm="http://www.w3.org/2000/09/xmldsig#rsa-sha1"/>'
        f'<Reference URI="#{identificador}"><Transforms>'
        '<Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>'
        '<Transform Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/></Transforms>'
        '<DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/>'
        f"<DigestValue>{digest}</DigestValue></Reference></SignedInfo>"
        f"<SignatureValue>{_ruido(identificador.removeprefix('NFe'), 256)}</SignatureValue>"
        f"<KeyInfo><X509Data><X509Certificate>{_CERTIFICADO}</X509Certificate></X509Data></KeyInfo></Signature>"
    )


def _protocolo(nota: NotaParaGerar, protocolo: str, chave: str, digest: str) -> str:
    cstat, motivo = "100", "Autorizado o uso da NF-e"
    if nota.tp_emis == "9":
        cstat, motivo = "150", "Autorizado o uso da NF-e, autorizacao fora de prazo"
    return (
        f'<protNFe versao="4.00"><infProt><tpAmb>2</tpAmb><verAplic>SIMULADOR</verAplic><chNFe>{chave}</chNFe>'
        f"<dhRecbto>{_quando(nota)}</dhRecbto><nProt>{protocolo}</nProt><digVal>{digest}</digVal>"
        f"<cStat>{cstat}</cStat><xMotivo>{motivo}</xMotivo></infProt></protNFe>"
    )


def _unitario(valor: Decimal) -> str:
    """Up to ten decimals, at least two, as TDec_1110v takes them."""
    return f"{valor:.2f}" if valor == valor.quantize(CENTAVO) else f"{valor:.10f}"


def _ruido(semente: str, tamanho: int) -> str:
    """Bytes that look random, in base64: the same for the same seed."""
    return b64encode(shake_256(semente.encode()).digest(tamanho)).decode()


_CERTIFICADO = _ruido("certificado sem valor fiscal", 300)
