"""A charge, and what a provider may say of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from erp.cobrancas.leituras import Lido, Pago
from erp.cobrancas.maquina import Passo
from erp.cobrancas.models import Cobranca, EventoCobranca
from erp.financeiro.models import Lancamento, SaldoConta, Titulo
from erp.financeiro.selectors import abertos_de
from tests.erp.elenco import agora, conta, hoje, titulo

D = Decimal
_numeros = iter(range(10_000, 1_000_000))


def cobranca(alvo: Titulo | None = None, valor: str = "100.00", **campos: Any) -> Cobranca:
    alvo = alvo or titulo(valor)
    criada = timezone.now() - timedelta(days=1)
    base: dict[str, Any] = {
        "tipo": Cobranca.Tipo.LINK, "provedor": "efi", "id_provedor": str(next(_numeros)), "titulo": alvo,
        "filial_id": alvo.filial_id, "conta": conta(), "codigo_cliente": alvo.codigo_cliente, "valor": D(valor),
        "vencimento": hoje() + timedelta(days=3), "criada_por": "teste", "criada_em": criada, "mudou_em": criada,
        "situacao": Cobranca.Situacao.ENVIADA, "consultar_em": criada,
    }  # fmt: skip
    return Cobranca.objects.create(**(base | campos))


def lido(passo: Passo, em: datetime | None = None, *, evento: str = "", pago: str = "", numero: str = "p1") -> Lido:
    em = em or agora()
    return Lido(
        evento or f"{passo.name} {em.isoformat()}", passo, em, EventoCobranca.Fonte.CONSULTA, lida=passo.name.lower(),
        pagos=(Pago(numero, D(pago), em),) if pago else (),
    )  # fmt: skip


def aberto(da: Cobranca) -> Decimal:
    assert da.titulo_id is not None
    return abertos_de([da.titulo_id])[da.titulo_id]


def creditos() -> list[Decimal]:
    return list(Titulo.objects.filter(origem=5).order_by("pk").values_list("valor", flat=True))


def entrou() -> Decimal:
    """The balance of the account, which is the sum of its entries."""
    entradas = sum(Lancamento.objects.values_list("valor", flat=True), D(0))
    assert entradas == sum(SaldoConta.objects.values_list("valor", flat=True), D(0))
    return entradas
