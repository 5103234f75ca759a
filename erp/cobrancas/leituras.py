"""What providers say of charges, in our words: plain values, whoever the provider is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from erp.cobrancas.maquina import Passo
from erp.financeiro.rules import ZERO


class Pago(NamedTuple):
    """Money received for a charge. `id_pagamento` is the provider's, and makes it happen once."""

    id_pagamento: str
    valor: Decimal
    pago_em: datetime
    taxa: Decimal = ZERO


class Devolvido(NamedTuple):
    """Money of a payment that went back. `valor` None: all that was left of it. `com_taxa`: the fee comes back with it."""

    id_devolucao: str
    id_pagamento: str
    valor: Decimal | None
    devolvido_em: datetime
    com_taxa: bool = False


class Lido(NamedTuple):
    """One thing said of a charge. `id_evento` is the provider's own where it has one; the same again is the same."""

    id_evento: str
    passo: Passo
    em: datetime
    fonte: str  # EventoCobranca.Fonte
    lida: str = ""
    texto: str = ""
    por: str = ""
    bruto: Mapping[str, Any] = {}
    pagos: tuple[Pago, ...] = ()
    devolvidos: tuple[Devolvido, ...] = ()
    volte_logo: bool = False  # something of it is still being done by the provider
