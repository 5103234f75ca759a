"""Means of payment at the till: the finalizadores that every shop has, card brands and acquirers."""

from decimal import Decimal
from enum import IntEnum

from pdv.terminal.models import FinalizadorOperacaoPdv

ZERO = Decimal("0.00")


class Meio(IntEnum):
    """`id_finalizador`, numbered like the note's tPag."""

    DINHEIRO = 1
    CHEQUE = 2
    CREDITO = 3
    DEBITO = 4
    CREDIARIO = 5
    VALE = 10
    PIX = 17
    PIX_ESTATICO = 20
    VALE_LOJA = 21  # the shop's own credit, given by a devolução; VALE is the acquirers' vale-alimentação
    OUTROS = 99


# tBand of the note: the brand as the till prints it
BANDEIRAS = {
    "01": "VISA", "02": "MASTERCARD", "03": "AMEX", "04": "SOROCRED", "05": "DINERS", "06": "ELO", "07": "HIPERCARD",
    "08": "AURA", "09": "CABAL", "10": "ALELO", "11": "BANESCARD", "12": "CALCARD", "13": "CREDZ", "14": "DISCOVER",
    "15": "GOODCARD", "16": "GREENCARD", "17": "HIPER", "18": "JCB", "19": "MAIS", "20": "MAXVAN", "21": "POLICARD",
    "22": "REDECOMPRAS", "23": "SODEXO", "24": "VALECARD", "25": "VEROCHEQUE", "26": "VR", "27": "TICKET",
    "99": "OUTROS",
}  # fmt: skip
CODIGO_DA_BANDEIRA = {nome: codigo for codigo, nome in BANDEIRAS.items()}


def liquido(finalizador: FinalizadorOperacaoPdv) -> Decimal:
    """What stays of a payment: the troco left the drawer again."""
    return finalizador.valor - finalizador.valor_troco
