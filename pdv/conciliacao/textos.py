"""A disagreement in a sentence, and the pages that it is about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from django.utils import timezone

from erp.cobrancas.models import Cobranca, LinhaTef, PixRecebido
from erp.financeiro.models import Titulo
from pdv.conciliacao.models import Achado
from pdv.conciliacao.tipos import Tipo
from pdv.processamento.admin.problemas import titulos
from pdv.processamento.formatos import reais, url_de
from pdv.replicacao.models import NotaFiscal, OperacaoPdv

_PRESA: Final = {
    "": "a nota não chegou", "sem_protocolo": "a nota está sem protocolo", "com_erro": "a nota chegou, com erro",
    "na_fila": "a nota espera processamento", "ignorada": "a nota foi ignorada",
}  # fmt: skip
_COMO: Final = {"contestada": "contestada", "devolvida": "devolvida", "em_parte": "devolvida em parte"}


def frase(a: Achado) -> str:
    """What does not agree, with both values."""
    dois = f"{reais(a.encontrado)}, esperado {reais(a.esperado)}"
    match Tipo(a.tipo):
        case Tipo.VENDA_SEM_NOTA:
            return f"venda de {reais(a.valor)}: {_PRESA.get(a.detalhe, _PRESA[''])}"
        case Tipo.NOTA_SEM_VENDA | Tipo.NOTA_CANCELADA | Tipo.VENDA_CANCELADA:
            return f"nota {a.detalhe}, de {reais(a.valor)}"
        case Tipo.NOTA_DIFERE:
            return f"nota de {reais(a.encontrado)}, venda de {reais(a.esperado)}"
        case Tipo.NOTA_REPETIDA:
            return f"{a.detalhe} notas valem, somando {reais(a.encontrado)}; a venda é de {reais(a.esperado)}"
        case Tipo.VENDA_NAO_LANCADA:
            return f"venda de {reais(a.valor)}: {titulos(a.detalhe) or 'à espera há tempo demais'}"
        case Tipo.RECEBIVEL_FALTA | Tipo.RECEBIVEL_DIFERE:
            onde = "a prazo no livro" if a.detalhe else "lançado"
            return f"{reais(a.encontrado)} {onde}, pago na venda {reais(a.esperado)}"
        case Tipo.CARTAO_DESFEITO:
            return f"o TEF diz desfeita ou negada{_nsu(a)}"
        case Tipo.CARTAO_VENCIDO:
            parte = f"; baixados {reais(a.encontrado)}" if a.encontrado else ""
            return f"{reais(a.esperado)} que a adquirente não pagou{_nsu(a)}{parte}"
        case Tipo.PIX_NAO_CONSTA:
            return f"{reais(a.valor)} em Pix no PDV, e nenhum na conta"
        case Tipo.PIX_DIFERE:
            return f"no PDV {reais(a.esperado)}, no banco {reais(a.encontrado)}"
        case Tipo.LINHA_SEM_VENDA:
            return f"linha de {reais(a.encontrado)}: {a.detalhe or 'nenhuma venda serve'}"
        case Tipo.COBRANCA_PAGA_ABERTA:
            resto = "sem pagamento lançado" if a.detalhe else f"ainda há {reais(a.valor)} em aberto"
            return f"cobrança de {reais(a.esperado)}, {resto}"
        case Tipo.BAIXA_DEVOLVIDA:
            return f"a cobrança foi {_COMO.get(a.detalhe, 'devolvida')}, e {reais(a.encontrado)} seguem baixados"
        case Tipo.LIQUIDACAO_DIFERE | Tipo.TAXA_DIFERE:
            return dois
        case Tipo.CREDITO_ABERTO:
            return f"{reais(a.valor)} a crédito do cliente"
    return f"{reais(a.valor)} por Pix"


def paginas(a: Achado) -> Iterator[tuple[str, str]]:
    """The pages where it is looked into: what to call each, and its address."""
    if a.operacao_id:
        yield "a venda", url_de(OperacaoPdv, a.operacao_id)
    if a.nota_id:
        yield "a nota", url_de(NotaFiscal, a.nota_id)
    if a.titulo_id:
        yield "o título", url_de(Titulo, a.titulo_id)
    if a.cobranca_id:
        yield "a cobrança", url_de(Cobranca, a.cobranca_id)
    if a.tipo == Tipo.LINHA_SEM_VENDA:
        yield "a linha", url_de(LinhaTef, a.alvo)
    if a.tipo in (Tipo.PIX_SEM_VENDA, Tipo.PIX_NAO_LANCADO):
        yield "o Pix", url_de(PixRecebido, a.alvo)


def dias(desde: datetime, agora: datetime) -> int:
    """Whole days of the shop between two moments."""
    return max((timezone.localdate(agora) - timezone.localdate(desde)).days, 0)


def idade(desde: datetime, agora: datetime) -> str:
    n = dias(desde, agora)
    return "hoje" if n == 0 else "1 dia" if n == 1 else f"{n} dias"


def _nsu(a: Achado) -> str:
    return f" (NSU {a.detalhe})" if a.detalhe else ""
