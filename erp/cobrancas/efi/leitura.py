"""What Efí answers, in our words: pure functions on parsed JSON. Money is integer cents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from erp.cobrancas.leituras import Devolvido, Pago
from erp.cobrancas.maquina import Passo
from erp.cobrancas.portas import Criada, Remota
from erp.provedores.erros import FalhaPassageira

_SAO_PAULO: Final = ZoneInfo("America/Sao_Paulo")
PASSOS: Final = {
    "new": Passo.ENVIADA,
    "link": Passo.ENVIADA,
    "waiting": Passo.AGUARDANDO,
    "identified": Passo.AGUARDANDO,
    "approved": Passo.AGUARDANDO,  # the card's operator said yes; it is money at `paid`
    "unpaid": Passo.AGUARDANDO,  # refused: the customer may try again until it expires
    "paid": Passo.PAGA,
    "settled": Passo.CANCELADA,  # closed by hand at Efí: no money came through it
    "canceled": Passo.CANCELADA,
    "expired": Passo.EXPIRADA,
    "contested": Passo.CONTESTADA,
    "refunded": Passo.DEVOLVIDA,
}
AVISOS: Final = {
    "settled": "foi dada como paga à mão na Efí: o dinheiro não veio por ela; baixe o título na conta em que ele entrou",
}  # fmt: skip
# What is kept of an answer: nothing of who pays.
_GUARDADOS: Final = (
    "charge_id",
    "status",
    "total",
    "created_at",
    "payment_method",
    "expire_at",
    "custom_id",
    "paid_at",
)


def centavos(valor: object) -> Decimal:
    """Integer cents as money."""
    if isinstance(valor, bool) or not isinstance(valor, int):
        raise ilegivel("valor que não é um número inteiro de centavos")
    return Decimal(valor).scaleb(-2)


def em_centavos(valor: Decimal) -> int:
    """Money as Efí takes it."""
    return int(valor.scaleb(2).to_integral_exact())


def instante(texto: object) -> datetime:
    """`2026-11-22 10:00:00`, in São Paulo's time unless it says otherwise."""
    if not isinstance(texto, str):
        raise ilegivel("data que não é texto")
    try:
        lido = datetime.fromisoformat(texto)
        return (lido if lido.tzinfo else lido.replace(tzinfo=_SAO_PAULO)).astimezone(UTC)
    except (ValueError, OverflowError) as erro:  # of the year 9999, another zone's may be of no year
        raise ilegivel("data que não se entende") from erro


def passo_de(status: str) -> Passo:
    """Raises `FalhaPassageira` for a status that nobody documented: better no state than a wrong one."""
    try:
        return PASSOS[status]
    except KeyError:
        raise ilegivel(f"situação desconhecida: {status[:30]!r}") from None


def ler_criada(corpo: Any) -> Criada:
    """The answer of POST /charge/one-step/link, or one row of GET /charges."""
    dados = dados_de(corpo)
    numero = dados.get("charge_id", dados.get("id"))
    if isinstance(numero, bool) or not isinstance(numero, int | str) or not str(numero):
        raise ilegivel("cobrança sem número")
    link = dados.get("link")
    url = dados.get("payment_url") or (link.get("payment_url") if isinstance(link, dict) else None) or ""
    return Criada(
        str(numero), url if str(url).startswith(("https://", "http://")) else "", _status(dados), resumo(dados)
    )


def ler_remota(corpo: Any, numero: str, agora: datetime) -> Remota:
    """The answer of GET /charge/:id. What was paid is `payment.paid_value` where it comes, else the whole `total`.

    A refund comes without its value: it is all that was left.
    """
    dados = dados_de(corpo)
    lida = _status(dados)
    passo = passo_de(lida)
    aviso = AVISOS.get(lida, "")
    if passo == Passo.DEVOLVIDA:
        devolvido = Devolvido(f"{numero} {lida}", numero, None, agora)
        return Remota(lida, passo, None, aviso, resumo(dados), devolvidos=(devolvido,))
    if passo != Passo.PAGA:
        return Remota(lida, passo, None, aviso, resumo(dados))
    pagamento = dados.get("payment")
    pagamento = pagamento if isinstance(pagamento, dict) else {}
    valor = pagamento.get("paid_value", dados.get("paid_value"))
    quando = pagamento.get("paid_at", dados.get("paid_at"))
    em = agora if quando is None else min(instante(quando), agora)
    pago = Pago(numero, centavos(dados.get("total") if valor is None else valor), em)
    return Remota(lida, passo, em, aviso, resumo(dados), pagos=(pago,))


def dados_de(corpo: Any) -> Mapping[str, Any]:
    """`{"code": 200, "data": {...}}`."""
    dados = corpo.get("data") if isinstance(corpo, dict) else None
    if not isinstance(dados, dict):
        raise ilegivel("resposta sem `data`")
    return dados


def resumo(dados: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of it."""
    return {nome: dados[nome] for nome in _GUARDADOS if isinstance(dados.get(nome), int | str)}


def ilegivel(motivo: str) -> FalhaPassageira:
    return FalhaPassageira("RESPOSTA_ILEGIVEL", f"a Efí respondeu o que não se entende: {motivo}")


def _status(dados: Mapping[str, Any]) -> str:
    status = dados.get("status")
    if not isinstance(status, str):
        raise ilegivel("cobrança sem situação")
    return status
