"""Where the money of a payment goes: pure arithmetic."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from erp.financeiro.baixas import formatar
from erp.financeiro.rules import ZERO


class Destino(NamedTuple):
    """`abatido + credito` is what was paid, to the cent. `alarme` says what a person should know, or nothing."""

    abatido: Decimal
    credito: Decimal
    alarme: str


def destinar(
    *, pago: Decimal, cobrado: Decimal, aberto: Decimal, cancelada: bool, tem_titulo: bool, outro_pagamento: bool
) -> Destino:
    """Part a payment between its title and a credit to the customer.

    `aberto` is what is open of the title, under lock. A charge cancelled before it was paid settles nothing: nobody
    may count on that title any more. A second payment of a charge settles nothing either, whatever is open.
    """
    if not tem_titulo:
        return Destino(ZERO, pago, f"pagamento de {formatar(pago)} sem título: virou crédito")
    if cancelada:
        return Destino(ZERO, pago, f"paga depois de cancelada: {formatar(pago)} viraram crédito do cliente")
    if outro_pagamento:
        return Destino(ZERO, pago, f"paga outra vez: {formatar(pago)} viraram crédito do cliente")
    abatido = min(pago, max(aberto, ZERO), cobrado)
    credito = pago - abatido
    if credito and aberto < min(pago, cobrado):
        motivo = f"o título só tinha {formatar(max(aberto, ZERO))} em aberto"
        return Destino(abatido, credito, f"{motivo}: {formatar(credito)} viraram crédito do cliente")
    if credito:
        return Destino(
            abatido, credito,
            f"pago {formatar(pago)}, cobrado {formatar(cobrado)}: {formatar(credito)} viraram crédito do cliente",
        )  # fmt: skip
    if pago < cobrado:
        falta = formatar(cobrado - pago)
        return Destino(abatido, ZERO, f"pago {formatar(pago)}, cobrado {formatar(cobrado)}: faltam {falta}")
    return Destino(abatido, ZERO, "")


class DestinoDaDevolucao(NamedTuple):
    """Where the money that went back comes from; `do_credito + do_titulo + a_receber` is all of it, to the cent."""

    do_credito: Decimal
    do_titulo: Decimal
    a_receber: Decimal


def destinar_devolucao(*, valor: Decimal, credito: Decimal, abatido: Decimal) -> DestinoDaDevolucao:
    """Part a refund: first what the payment left as a credit and nobody used, then what it settled.

    What neither covers is a credit that was used already: the customer owes it again.
    """
    do_credito = min(valor, max(credito, ZERO))
    do_titulo = min(valor - do_credito, max(abatido, ZERO))
    return DestinoDaDevolucao(do_credito, do_titulo, valor - do_credito - do_titulo)


CARNE_MAXIMO = 24


def defeitos_do_carne(partes: Sequence[tuple[Decimal, date]], clientes: Collection[str], hoje: date) -> list[str]:
    """What forbids a carnê of these values and due dates, in order: one customer, one value, one month after another."""
    if not 2 <= len(partes) <= CARNE_MAXIMO:
        return [f"um carnê tem de 2 a {CARNE_MAXIMO} parcelas, e aqui há {len(partes)}"]
    defeitos = []
    if len(clientes) != 1:
        defeitos.append("os títulos são de mais de um cliente")
    if len({valor for valor, _ in partes}) != 1:
        defeitos.append("as parcelas de um carnê têm todas o mesmo valor, e estas não")
    primeiro = partes[0][1]
    if any(vencimento != meses_depois(primeiro, n) for n, (_, vencimento) in enumerate(partes)):
        defeitos.append("as parcelas de um carnê vencem no mesmo dia de meses seguidos, e estas não")
    if primeiro < hoje:
        defeitos.append(f"a primeira venceu em {primeiro:%d/%m/%Y}")
    return defeitos


def meses_depois(dia: date, meses: int) -> date:
    """The same day so many months later, or the last of a shorter month."""
    ano, mes = divmod(dia.year * 12 + dia.month - 1 + meses, 12)
    seguinte = date(ano + (mes == 11), (mes + 1) % 12 + 1, 1)
    return date(ano, mes + 1, min(dia.day, (seguinte - timedelta(days=1)).day))
