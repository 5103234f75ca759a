"""What the terms of a finalizador must say, by its espécie."""

from typing import Any

from erp.cadastros.models import EspecieFinalizador

_PRECISA_ADQUIRENTE = {EspecieFinalizador.CARTAO, EspecieFinalizador.VALE}


def problemas_da_condicao(especie: str, adquirente: Any, conta: Any) -> dict[str, str]:
    """Field -> what is missing. The processing of a sale would stop at each of these."""
    problemas = {}
    if especie in _PRECISA_ADQUIRENTE and adquirente is None:
        problemas["adquirente"] = "Diga quem paga: cartão e vale são recebidos do adquirente."
    if especie == EspecieFinalizador.PIX and conta is None:
        problemas["conta"] = "Diga em que conta o Pix cai."
    return problemas
