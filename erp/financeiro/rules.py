"""Money, by pure arithmetic on plain values."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import NamedTuple

CENTAVO = Decimal("0.01")
ZERO = Decimal(0)


class LancamentoNovo(NamedTuple):
    """An entry of a cash account to be posted; positive comes in."""

    conta_id: int
    filial_id: int
    natureza: int
    finalizador: int | None
    valor: Decimal
    documento: str
    ocorrido_em: datetime
    data_contabil: date
    origem: int
    origem_id: int
    sequencia: int
    estorno_de: int | None = None


class TituloNovo(NamedTuple):
    """A receivable ('R') or payable ('P') to be posted."""

    filial_id: int
    sentido: str
    especie: str
    finalizador: int | None
    adquirente_id: int | None
    codigo_cliente: str
    cpf_cnpj: str
    documento: str
    nsu: str
    autorizacao: str
    parcela: int
    parcelas: int
    valor: Decimal
    emissao: date
    vencimento: date
    ocorrido_em: datetime
    data_contabil: date
    origem: int
    origem_id: int
    sequencia: int
    estorno_de: int | None = None


class BaixaNova(NamedTuple):
    """A settlement of a title to be posted; an inverse has every amount negated."""

    titulo_id: int
    valor: Decimal
    juros: Decimal
    desconto: Decimal
    ocorrido_em: datetime
    data_contabil: date
    motivo: str
    feita_por: str
    origem: int
    origem_id: int
    sequencia: int
    estorno_de: int | None = None


def parcelar(valor: Decimal, parcelas: int) -> list[Decimal]:
    """Split money into instalments that sum to the whole; the first takes the cents that do not divide."""
    if parcelas == 1:
        return [valor]
    parte = (valor / parcelas).quantize(CENTAVO, ROUND_DOWN)
    return [valor - parte * (parcelas - 1)] + [parte] * (parcelas - 1)


def vencimentos(base: date, dias_primeira: int, dias_intervalo: int, parcelas: int) -> list[date]:
    """Due dates: the first `dias_primeira` days after `base`, then every `dias_intervalo` days."""
    return [base + timedelta(days=dias_primeira + dias_intervalo * n) for n in range(parcelas)]


def taxa(valor: Decimal, percentual: Decimal) -> Decimal:
    """The fee on `valor`, in cents, half up."""
    return (valor * percentual / 100).quantize(CENTAVO, ROUND_HALF_UP)
