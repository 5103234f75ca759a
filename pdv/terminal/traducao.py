"""A fiscal document as the till operation that it was. Pure: from what the reader read to rows not yet saved."""

import hashlib
import uuid
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from erp.fiscal.xml import DocumentoLido, Item
from erp.fiscal.xml.valores import reais
from pdv.tabelas import Especie
from pdv.terminal.catalogo import PREFIXO_BALANCA, Produto, digito_gtin
from pdv.terminal.meios import ZERO, Meio
from pdv.terminal.models import ItemOperacaoPdv, NotaFiscal, OperacaoPdv
from pdv.terminal.quitacao import quitar
from pdv.terminal.rateio import CENTAVO, ratear
from pdv.terminal.registro import Registro

ESPACO = uuid.UUID("7c0e3f4e-6d0c-5f0e-9a55-1f6f2a3d9c10")
# ids of imported products: far from what a shop numbers by itself, and exact in any JSON reader (below 2**53)
BASE_DO_CODIGO = 9_000_000_000
FAIXA_DO_CODIGO = 800_000_000_000_000
BASE_DO_GTIN = 900_000_000_000_000
HOMOLOGACAO = "2"
SEM_CLIENTE = "NAO INFORMADO"  # a receivable needs somebody; the document names nobody
_TAMANHOS_GTIN = (8, 12, 13, 14)
_DECIMO_MILESIMO = Decimal("0.0001")
_MILIONESIMO = Decimal("0.000001")
_TETO_UNITARIO = Decimal(10) ** 9
_NAO_SAO_VENDAS = {
    "nfe": "NF-e modelo 55, que não é venda de PDV",
    "cfe_cancelamento": "cancelamento de CF-e SAT, não é venda",
    "evento_cancelamento": "evento de cancelamento, não é venda",
    "inutilizacao": "inutilização de numeração, não é venda",
    "desconhecido": "modelo de documento que não é de PDV (esperados NFC-e 65 e CF-e SAT 59)",
}


class NaoImportavel(ValueError):
    """O documento não é uma venda que se possa importar."""


class Traducao(NamedTuple):
    """The operation with its note; what a person should know of it; the products that the retaguarda must know."""

    registro: Registro
    avisos: list[str]
    produtos: list[Produto]


def traduzir(documento: DocumentoLido, xml: str, *, ponto_venda: int, observacao: str = "") -> Traducao:
    """Raises NaoImportavel, with the reason, for what is no sale or lacks what a sale needs."""
    emissao = _conferir(documento)
    avisos = [aviso.mensagem for aviso in documento.avisos]
    if documento.ambiente == HOMOLOGACAO:
        avisos.append("documento de homologação, sem valor fiscal")
    itens, liquidos = documento.itens, _liquidos(documento, avisos)
    produtos = [produto_do_item(documento.cnpj_emitente, item) for item in itens]
    linhas = [_item(*partes) for partes in zip(range(1, len(itens) + 1), itens, produtos, liquidos, strict=True)]
    finalizadores, avisos_do_pagamento = quitar(documento)
    crediario = any(f.id_finalizador == Meio.CREDIARIO for f in finalizadores)
    if crediario and not documento.documento_destinatario:
        avisos_do_pagamento.append(f"crediário sem destinatário: o título fica em nome de {SEM_CLIENTE}")
    operacao = OperacaoPdv(
        guid_operacao=uuid.uuid5(ESPACO, documento.chave),
        id_ponto_venda=ponto_venda,
        operacao=Especie.VENDA,
        data_hora_inicio=emissao,
        data_hora_termino=emissao,
        cpf_cnpj_consumidor=documento.documento_destinatario,
        codigo_cliente=(documento.documento_destinatario or SEM_CLIENTE) if crediario else "",
        valor_produtos=sum((item.valor_produto for item in itens), ZERO),
        valor_desconto=sum((linha.valor_desconto for linha in linhas), ZERO),
        valor_acrescimo=sum((linha.valor_acrescimo for linha in linhas), ZERO),
        valor_total=documento.totais.total,
        valor_troco=sum((f.valor_troco for f in finalizadores), ZERO),
        observacao=observacao[:500],
    )
    registro = Registro(operacao, linhas, finalizadores, _nota(documento, emissao, xml))
    return Traducao(registro, avisos + avisos_do_pagamento, produtos)


def _conferir(documento: DocumentoLido) -> datetime:
    """The moment of the sale, where the document is one."""
    motivo = _NAO_SAO_VENDAS.get(documento.tipo, "")
    if not motivo and documento.situacao in ("cancelada", "denegada", "inutilizada"):
        motivo = f"nota {documento.situacao}, não é venda"
    if not motivo and not documento.chave:
        motivo = "sem chave: não há como saber se a venda já entrou"
        if documento.tipo == "cfe_sat":
            motivo = "dados de venda ainda não enviados ao SAT, sem chave nem data; a venda entra pelo CF-e assinado"
    if not motivo and not documento.itens:
        motivo = "sem itens"
    if motivo or documento.data_emissao is None:
        raise NaoImportavel(motivo or "sem data de emissão")
    return documento.data_emissao


def _liquidos(documento: DocumentoLido, avisos: list[str]) -> list[Decimal]:
    """Each item's share of vNF. Where the items do not add up to it, the difference is shared out among them."""
    total, liquidos = documento.totais.total, [item.valor_liquido for item in documento.itens]
    diferenca = total - sum(liquidos)
    if diferenca == 0 and min(liquidos) >= 0:
        return liquidos
    avisos.append(f"os itens somam {reais(total - diferenca)}, a nota {reais(total)}: diferença rateada entre os itens")
    if min(liquidos) >= 0:
        somados = [liquido + parte for liquido, parte in zip(liquidos, ratear(diferenca, liquidos), strict=True)]
        if min(somados) >= 0:
            return somados
    return ratear(total, [max(liquido, ZERO) for liquido in liquidos])


def _item(numero: int, item: Item, produto: Produto, liquido: Decimal) -> ItemOperacaoPdv:
    quantidade = item.quantidade.quantize(_DECIMO_MILESIMO, ROUND_HALF_UP)
    unitario = (liquido / quantidade).quantize(_MILIONESIMO, ROUND_HALF_UP) if quantidade else Decimal(0)
    if unitario >= _TETO_UNITARIO:
        raise NaoImportavel(f"item {numero}: quantidade {quantidade} para o total {liquido} passa do que o PDV guarda")
    acrescimo = liquido - item.valor_produto + item.desconto  # freight, insurance, other, IPI, ST
    return ItemOperacaoPdv(
        item=numero,
        id_produto=produto.codigo,
        codigo_barras=item.gtin,
        descricao=produto.descricao,
        unidade=produto.unidade,
        quantidade_primaria=quantidade,
        valor_unitario_liquido=unitario,
        valor_desconto=item.desconto - min(acrescimo, ZERO),
        valor_acrescimo=max(acrescimo, ZERO),
        valor_total_liquido=liquido,
        cfop=item.cfop,
        ncm=item.ncm,
    )


def produto_do_item(cnpj: str, item: Item) -> Produto:
    """The product behind an item: by its GTIN wherever it was sold; without one, by who sold it and under what code."""
    if gtin_valido(item.gtin):
        codigo = BASE_DO_GTIN + int(item.gtin)
    else:
        resumo = hashlib.sha256(f"{cnpj}|{item.codigo}".encode()).digest()
        codigo = BASE_DO_CODIGO + int.from_bytes(resumo[:8], "big") % FAIXA_DO_CODIGO
    descricao = item.descricao or f"PRODUTO {item.codigo}"
    preco = item.valor_unitario.quantize(CENTAVO, ROUND_HALF_UP)
    return Produto(codigo, item.gtin, descricao, item.ncm, item.unidade or "UN", preco)


def gtin_valido(gtin: str) -> bool:
    """A GTIN that means the same product everywhere: not one that a shop's scale made up."""
    if len(gtin) not in _TAMANHOS_GTIN or not (gtin.isascii() and gtin.isdigit()) or not int(gtin):
        return False
    return gtin[-1] == digito_gtin(gtin[:-1]) and not (len(gtin) == 13 and gtin.startswith(PREFIXO_BALANCA))


def _nota(documento: DocumentoLido, emissao: datetime, xml: str) -> NotaFiscal:
    return NotaFiscal(
        chave=documento.chave,
        numero=documento.numero,
        serie=documento.serie,
        modelo=documento.modelo or documento.chave[20:22],
        situacao=documento.situacao,
        protocolo=documento.protocolo,
        data_emissao=emissao,
        valor_total=documento.totais.total,
        xml=xml,
    )
