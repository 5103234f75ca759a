"""What a settlement may be: pure rules on plain values."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.utils import timezone

from erp.financeiro.models import Titulo
from erp.financeiro.rules import CENTAVO

MAXIMO = Decimal("9999999999999.99")


class PedidoBaixa(NamedTuple):
    """One title to settle. `chave` makes it happen once."""

    titulo_id: int
    valor: Decimal
    juros: Decimal
    desconto: Decimal
    chave: uuid.UUID


def dinheiro(pedido: PedidoBaixa) -> Decimal:
    """The money that moves: what the title is lowered by, plus interest, less discount."""
    return pedido.valor + pedido.juros - pedido.desconto


def conferir_baixa(
    pedido: PedidoBaixa, titulo: Titulo | None, aberto: Decimal, ocorrido_em: datetime, agora: datetime
) -> list[str]:
    """Everything wrong with settling this title now; `aberto` is what is open of it, under lock."""
    if titulo is None:
        return [f"o título {pedido.titulo_id} não existe"]
    if titulo.estorno_de is not None:
        return [f"o {titulo} é o estorno de outro; não se baixa"]
    if aberto <= 0:
        return [f"o {titulo} não tem nada em aberto: já foi baixado ou estornado"]
    problemas = [
        f"{nome} {formatar(valor)}: {defeito}"
        for nome, valor in (("valor", pedido.valor), ("juros", pedido.juros), ("desconto", pedido.desconto))
        if (defeito := _defeito(valor))
    ]
    if problemas:  # NaN has no order: nothing below could be asked of it
        return [f"{titulo}: {problema}" for problema in problemas]
    if pedido.valor == 0:
        problemas.append("o valor é zero")
    if pedido.valor > aberto:
        problemas.append(
            f"valor {formatar(pedido.valor)}, em aberto {formatar(aberto)}: passa {formatar(pedido.valor - aberto)}"
        )
    if dinheiro(pedido) < 0:
        problemas.append(f"o desconto {formatar(pedido.desconto)} passa do valor com juros")
    if ocorrido_em > agora:
        problemas.append("a data é no futuro")
    if timezone.localdate(ocorrido_em) < titulo.emissao:
        problemas.append(f"a data é anterior à emissão do título, {titulo.emissao:%d/%m/%Y}")
    return [f"{titulo}: {problema}" for problema in problemas]


def _defeito(valor: Decimal) -> str | None:
    if not valor.is_finite() or abs(valor) > MAXIMO or valor != valor.quantize(CENTAVO):
        return "não é um valor em reais e centavos"
    return "não pode ser negativo" if valor < 0 else None


def formatar(valor: Decimal) -> str:
    """`1.234,56`."""
    return f"{valor:,.2f}".translate(str.maketrans(",.", ".,")) if valor.is_finite() else str(valor)
