"""The NFC-e of a simulated sale, as a row of `GRS_NFE`."""

from dataclasses import dataclass
from random import Random

from pdv.terminal.catalogo import PREFIXO_BALANCA
from pdv.terminal.meios import CODIGO_DA_BANDEIRA, Meio
from pdv.terminal.models import FinalizadorOperacaoPdv, NotaFiscal
from pdv.terminal.nfce import ItemDaNota, NotaParaGerar, PagamentoDaNota, gerar_nfce
from pdv.terminal.vendas import Linha, Venda

CONTINGENCIA = 0.05
_TEF, _POS = "1", "2"
_A_PRAZO = (Meio.CREDIARIO, Meio.CHEQUE)


@dataclass(frozen=True, slots=True)
class Emitente:
    """Who issues: CNPJ (letters allowed), IBGE's code of the UF, and the till's own series."""

    cnpj: str
    uf: str
    razao_social: str
    serie: int


def emitir(sorteio: Random, emitente: Emitente, numero: int, venda: Venda) -> NotaFiscal:
    """Authorised, or in contingency (tpEmis 9) and still without protocol. What was cancelled is not on the note."""
    operacao = venda.registro.operacao
    contingencia = sorteio.random() < CONTINGENCIA
    emissao = operacao.data_hora_termino
    assert emissao is not None  # a sale is rung up to its end before it has a note
    protocolo = f"1{emitente.uf}{emissao:%y}{sorteio.randrange(10**10):010d}"
    gerada = gerar_nfce(
        NotaParaGerar(
            uf=emitente.uf,
            cnpj=emitente.cnpj,
            razao_social=emitente.razao_social,
            serie=emitente.serie,
            numero=numero,
            data_emissao=emissao,
            itens=tuple(_item(linha) for linha in venda.linhas if not linha.cancelada),
            pagamentos=tuple(_pagamento(f) for f in venda.registro.finalizadores),
            cnf=_cnf(sorteio, numero),
            troco=operacao.valor_troco,
            tp_emis="9" if contingencia else "1",
            protocolo=None if contingencia else protocolo,
            consumidor=operacao.cpf_cnpj_consumidor,
            ibscbs=True,
        )
    )
    return NotaFiscal(
        chave=gerada.chave,
        numero=numero,
        serie=emitente.serie,
        modelo="65",
        situacao="contingencia" if contingencia else "autorizada",
        protocolo="" if contingencia else protocolo,
        data_emissao=emissao,
        valor_total=gerada.total,
        xml=gerada.xml,
    )


def _cnf(sorteio: Random, numero: int) -> str:
    """The key's random part, which may not be the number itself."""
    codigo = sorteio.randrange(10**8)
    return f"{codigo if codigo != numero else codigo ^ 1:08d}"


def _item(linha: Linha) -> ItemDaNota:
    produto = linha.produto
    return ItemDaNota(
        codigo=str(produto.codigo),
        descricao=produto.descricao,
        quantidade=linha.quantidade,
        valor_unitario=produto.preco,
        gtin="" if produto.gtin.startswith(PREFIXO_BALANCA) else produto.gtin,  # a scale's code is no GTIN
        ncm=produto.ncm,
        unidade=produto.unidade,
        desconto=linha.desconto,
        acrescimo=linha.acrescimo,
    )


def _pagamento(finalizador: FinalizadorOperacaoPdv) -> PagamentoDaNota:
    meio = Meio(finalizador.id_finalizador)
    eletronico = bool(finalizador.autorizacao or finalizador.txid)
    return PagamentoDaNota(
        tpag=f"{meio:02d}",
        valor=finalizador.valor,
        tp_integra=(_TEF if int(finalizador.nsu or "0") % 3 else _POS) if eletronico else "",
        bandeira=CODIGO_DA_BANDEIRA.get(finalizador.bandeira, ""),
        autorizacao=finalizador.autorizacao,
        cnpj_credenciadora=finalizador.cnpj_credenciadora,
        a_prazo=meio in _A_PRAZO,
    )
