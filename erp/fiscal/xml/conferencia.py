"""Checks of a document against itself. A difference is an `Aviso`: the document stays as it is."""

from decimal import Decimal

from erp.fiscal.chave import chave_bem_formada, chave_dv, partes_da_chave
from erp.fiscal.xml.documento import Item, Pagamento, Totais
from erp.fiscal.xml.valores import Leitor, reais

SEM_PAGAMENTO = "90"


def ler_chave(
    leitor: Leitor, identificador: str | None, prefixo: str, alternativa: str | None = None
) -> tuple[str, bool]:
    """The key out of `Id` and whether its check digit is right; `alternativa` is the protocol's chNFe, for want of Id.

    Both empty or without the shape of a key: empty, with CHAVE_AUSENTE.
    """
    lida = _normalizar(identificador, prefixo)
    protocolada = _normalizar(alternativa, prefixo)
    boa = next((c for c in (lida, protocolada) if chave_bem_formada(c)), "")
    if not boa:
        leitor.avisar("CHAVE_AUSENTE", f"esperada uma chave de 44 caracteres, veio {(lida or protocolada)[:60]!r}")
        return "", False
    if protocolada and protocolada != boa:
        leitor.avisar("CHAVE_DO_PROTOCOLO_DIVERGE", f"o documento traz a chave {boa}, o protocolo {protocolada[:60]!r}")
    dv = chave_dv(boa[:43])
    valida = dv == boa[43]
    if not valida:
        leitor.avisar("CHAVE_DV_INVALIDO", f"chave {boa}: dígito verificador esperado {dv}, veio {boa[43]}")
    return boa, valida


def conferir_chave(leitor: Leitor, chave: str, *, cnpj: str, modelo: str, serie: int, numero: int) -> None:
    """Does the key say what the document says? CHAVE_DIVERGE names each field that differs."""
    if not chave or f"{cnpj:0>14}{modelo}{serie:03d}{numero:09d}" == chave[6:34]:
        return  # the usual note, without taking its key to pieces
    partes = partes_da_chave(chave)
    pares = (
        ("CNPJ", partes.cnpj, cnpj.zfill(14)),  # a CPF fills the field from the right
        ("modelo", partes.modelo, modelo),
        ("série", str(partes.serie), str(serie)),
        ("número", str(partes.numero), str(numero)),
    )
    diferencas = [
        f"{campo}: chave {na_chave}, documento {no_documento}"
        for campo, na_chave, no_documento in pares
        if na_chave != no_documento
    ]
    if diferencas:
        leitor.avisar("CHAVE_DIVERGE", "; ".join(diferencas))


def total_esperado(totais: Totais, *, deduz_desoneracao: bool) -> Decimal:
    """vNF by the layout's own rule: products - discount + additions, less the exempted ICMS where it is deducted."""
    t = totais
    esperado = t.produtos + t.servicos - t.desconto + t.icms_st + t.fcp_st + t.frete + t.seguro + t.outras
    esperado += t.ii + t.ipi + t.ipi_devolvido
    return esperado - t.icms_desonerado if deduz_desoneracao else esperado


def deduz_desoneracao(totais: Totais) -> bool:
    """Whether the note took the exempted ICMS off its total: it may or may not (NT 2023.004), so its total decides."""
    return totais.icms_desonerado != 0 and total_esperado(totais, deduz_desoneracao=False) != totais.total


def conferir_totais(leitor: Leitor, totais: Totais, itens: tuple[Item, ...]) -> None:
    """TOTAL_NAO_CONFERE and ITENS_NAO_CONFEREM: what was expected, what is written, the difference."""
    esperado = total_esperado(totais, deduz_desoneracao=deduz_desoneracao(totais))
    if esperado != totais.total:
        leitor.avisar(
            "TOTAL_NAO_CONFERE", _diferenca("produtos menos desconto mais acréscimos", esperado, totais.total)
        )
    soma = sum((item.valor_liquido for item in itens), Decimal(0))
    if itens and soma != totais.total:
        leitor.avisar("ITENS_NAO_CONFEREM", _diferenca("soma dos itens", soma, totais.total))


def conferir_pagamentos(leitor: Leitor, totais: Totais, pagamentos: tuple[Pagamento, ...]) -> None:
    """PAGAMENTO_NAO_CONFERE, unless the note says that it has no payment (tPag 90) or says nothing of it."""
    if not pagamentos or all(p.tpag == SEM_PAGAMENTO for p in pagamentos):
        return
    pago = sum((p.valor for p in pagamentos), Decimal(0)) - totais.troco
    if pago != totais.total:
        rotulo = f"pagamentos menos o troco de {reais(totais.troco)}"
        leitor.avisar("PAGAMENTO_NAO_CONFERE", _diferenca(rotulo, pago, totais.total))


def _diferenca(rotulo: str, soma: Decimal, total: Decimal) -> str:
    falta = total - soma
    verbo = "faltam" if falta > 0 else "sobram"
    return f"{rotulo} {reais(soma)}, total {reais(total)}: {verbo} {reais(abs(falta))}"


def _normalizar(texto: str | None, prefixo: str) -> str:
    return (texto or "").strip().removeprefix(prefixo).upper()
