"""Notes for the tests of the reader and of the generator: one usual sale, changed field by field."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from pdv.terminal.nfce import ItemDaNota, NotaParaGerar, PagamentoDaNota, gerar_nfce

BRASILIA = timezone(timedelta(hours=-3))
EMISSAO = datetime(2026, 11, 20, 10, 15, tzinfo=BRASILIA)

ITENS = (
    ItemDaNota("1001", "LEITE CONDENSADO 395G", Decimal(2), Decimal("12.50"), gtin="7891000100103", ncm="04029900"),
    ItemDaNota(
        "1002", "CAFÉ & AÇÚCAR <KIT>", Decimal("0.750"), Decimal("39.90"), unidade="KG", desconto=Decimal("2.43")
    ),
    ItemDaNota("1003", "REFRIGERANTE COLA 2L", Decimal(1), Decimal("9.99"), cst="500", cfop="5405"),
    ItemDaNota("1004", "PILHA AA", Decimal(4), Decimal("2.125"), acrescimo=Decimal("0.51")),
)
# 25.00 + (29.93 - 2.43) + 9.99 + (8.50 + 0.51) = 71.50
TOTAL = Decimal("71.50")
PAGAMENTOS = (
    PagamentoDaNota("01", Decimal("40.00")),
    PagamentoDaNota("03", Decimal("41.50"), "1", "02", "A9B8C7", "16501555000157", a_prazo=True),
)
TROCO = Decimal("10.00")


def nota(**campos: Any) -> NotaParaGerar:
    """A sale of four items, cash and card, R$ 71,50."""
    usual: dict[str, Any] = {
        "uf": "35",
        "cnpj": "11222333000181",
        "razao_social": "LOJA EXEMPLO LTDA",
        "serie": 1,
        "numero": 123,
        "data_emissao": EMISSAO,
        "itens": ITENS,
        "pagamentos": PAGAMENTOS,
        "troco": TROCO,
        "cnf": "48213377",
        "protocolo": "135260000000123",
    }
    return NotaParaGerar(**(usual | campos))


def em_dinheiro(*itens: ItemDaNota, **campos: Any) -> NotaParaGerar:
    """The same sale with other items, paid in cash to the cent."""
    total = sum((item.liquido for item in itens), Decimal(0))
    return nota(**({"itens": itens, "pagamentos": (PagamentoDaNota("01", total),), "troco": Decimal(0)} | campos))


def xml(**campos: Any) -> str:
    return gerar_nfce(nota(**campos)).xml
