"""How a simulated customer pays: pure, from a total to finalizadores that close it to the cent."""

import string
from datetime import UTC, datetime
from decimal import ROUND_UP, Decimal
from random import Random

from pdv.terminal.meios import ZERO, Meio
from pdv.terminal.models import FinalizadorOperacaoPdv
from pdv.terminal.rateio import CENTAVO

# of a hundred customers (2026): Pix and cards first, cash less each year
_PREFERENCIAS = {
    Meio.PIX: 30, Meio.CREDITO: 24, Meio.DEBITO: 20, Meio.DINHEIRO: 16, Meio.VALE: 4, Meio.CREDIARIO: 3, Meio.PIX_ESTATICO: 3,
}  # fmt: skip
_MISTOS = 0.07
_MINIMO_MISTO = Decimal("12.00")
_MINIMO_CREDIARIO = Decimal("25.00")
_PARCELA_MINIMA = Decimal("15.00")
_BANDEIRAS = ("VISA", "VISA", "MASTERCARD", "MASTERCARD", "ELO", "HIPERCARD", "AMEX")
_VALES = ("ALELO", "SODEXO", "VR", "TICKET")
_CREDENCIADORAS = ("01027058000191", "16501555000157", "10440482000154", "01425787000104")
_ALFANUMERICOS = string.ascii_letters + string.digits
_ISPB = ("00000000", "60701190", "18236120", "00360305", "60746948")
_CEDULAS = tuple(Decimal(v) for v in ("1", "5", "10", "20", "50", "100"))


def sortear_pagamentos(
    sorteio: Random, total: Decimal, quando: datetime, primeiro: int = 1
) -> list[FinalizadorOperacaoPdv]:
    """One to three payments, numbered from `primeiro`.

    The sum of `valor` less the sum of `valor_troco` is `total`; only cash has troco.
    """
    partes = _partes(sorteio, total)
    meios = _meios(sorteio, partes)
    return [
        pagar(sorteio, item, meio, parte, quando)
        for item, (meio, parte) in enumerate(zip(meios, partes, strict=True), primeiro)
    ]


def _partes(sorteio: Random, total: Decimal) -> list[Decimal]:
    if total < _MINIMO_MISTO or sorteio.random() >= _MISTOS:
        return [total]
    partes = []
    for _ in range(sorteio.choice((1, 1, 2))):
        parte = (total * sorteio.randint(20, 45) / 100).quantize(CENTAVO)
        partes.append(parte)
    return [*partes, total - sum(partes)]


def _meios(sorteio: Random, partes: list[Decimal]) -> list[Meio]:
    """Different means, save two cards; who pays in cash does it last, to get the troco."""
    if len(partes) == 1:
        return [_preferido(sorteio, partes[0])]
    ultimo = sorteio.choice((Meio.DINHEIRO, Meio.DINHEIRO, Meio.CREDITO, Meio.PIX))
    outros = sorteio.sample((Meio.CREDITO, Meio.DEBITO, Meio.VALE, Meio.PIX), len(partes) - 1)
    return [*outros, ultimo]


def _preferido(sorteio: Random, total: Decimal) -> Meio:
    if total < 8 and sorteio.random() < 0.5:
        return Meio.DINHEIRO
    meio = sorteio.choices(tuple(_PREFERENCIAS), tuple(_PREFERENCIAS.values()))[0]
    return Meio.PIX if meio is Meio.CREDIARIO and total < _MINIMO_CREDIARIO else meio


def pagar(sorteio: Random, item: int, meio: Meio, valor: Decimal, quando: datetime) -> FinalizadorOperacaoPdv:
    """One payment of `valor` with all that its means leaves behind: troco, NSU, instalments, the Pix's ids."""
    pagamento = FinalizadorOperacaoPdv(item=item, id_finalizador=int(meio), valor=valor, valor_troco=ZERO, parcela=1)
    if meio is Meio.DINHEIRO:
        pagamento.valor = entregue(sorteio, valor)
        pagamento.valor_troco = pagamento.valor - valor
    elif meio in (Meio.CREDITO, Meio.DEBITO, Meio.VALE):
        _passar_cartao(sorteio, pagamento, meio)
    elif meio is Meio.CREDIARIO:
        pagamento.parcela = sorteio.randint(1, min(6, int(valor // _PARCELA_MINIMA)))
    elif meio is Meio.PIX:
        _fazer_pix(sorteio, pagamento, quando)
    return pagamento


def entregue(sorteio: Random, valor: Decimal) -> Decimal:
    """What the customer puts on the counter: the exact sum, or up to the next note of some size."""
    if sorteio.random() < 0.2:
        return valor
    cedula = sorteio.choice(_CEDULAS)
    return ((valor / cedula).quantize(Decimal(1), ROUND_UP) * cedula).quantize(CENTAVO)


def _passar_cartao(sorteio: Random, pagamento: FinalizadorOperacaoPdv, meio: Meio) -> None:
    pagamento.nsu = f"{sorteio.randrange(10**9):09d}"
    pagamento.autorizacao = f"{sorteio.randrange(10**6):06d}"
    pagamento.bandeira = sorteio.choice(_VALES if meio is Meio.VALE else _BANDEIRAS)
    pagamento.cnpj_credenciadora = sorteio.choice(_CREDENCIADORAS)
    if meio is Meio.CREDITO:
        maximo = min(12, int(pagamento.valor // _PARCELA_MINIMA))
        if maximo > 1 and sorteio.random() < 0.35:
            pagamento.parcela = sorteio.randint(2, maximo)


def _fazer_pix(sorteio: Random, pagamento: FinalizadorOperacaoPdv, quando: datetime) -> None:
    """`E`, the bank's ISPB, the minute in UTC and eleven characters: the central bank's end-to-end id."""
    pagamento.txid = "".join(sorteio.choices(_ALFANUMERICOS, k=26))
    sufixo = "".join(sorteio.choices(_ALFANUMERICOS, k=11))
    pagamento.end_to_end_id = f"E{sorteio.choice(_ISPB)}{quando.astimezone(UTC):%Y%m%d%H%M}{sufixo}"
