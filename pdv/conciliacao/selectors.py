"""What the page and the panel read. Bounded by what is open, in the indexes that hold only that."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

from django.db.models import Count, Min, QuerySet, Sum

from pdv.conciliacao.models import ABERTO, Achado, Marca
from pdv.conciliacao.tipos import Tipo

Filiais = frozenset[int] | None
TETO: Final = 1_000


class Total(NamedTuple):
    """Of one kind: how many, how much, and the oldest."""

    tipo: Tipo
    quantos: int
    valor: Decimal
    desde: datetime


def totais(filiais: Filiais) -> list[Total]:
    """What is open, by kind, in the order of the kinds (`achado_do_tipo`, which has it all)."""
    linhas = _abertos(filiais).order_by().values("tipo").annotate(n=Count("id"), soma=Sum("valor"), velho=Min("desde"))
    por_tipo = {linha["tipo"]: linha for linha in linhas}
    return [
        Total(tipo, por_tipo[tipo.value]["n"], por_tipo[tipo.value]["soma"], por_tipo[tipo.value]["velho"])
        for tipo in Tipo if tipo.value in por_tipo
    ]  # fmt: skip


def resumo(filiais: Filiais) -> tuple[int, Decimal]:
    """For the panel: how many are open, at most `TETO` + 1, and the money of those."""
    soma = _abertos(filiais).order_by("desde", "pk").values("pk", "valor")[: TETO + 1]
    lido = list(soma.values_list("valor", flat=True))
    return len(lido), sum(lido[:TETO], Decimal(0))


def conferida_em() -> datetime | None:
    """When a computation last went through everything."""
    return Marca.objects.filter(nome="conferido").values_list("mudou_em", flat=True).first()


def _abertos(filiais: Filiais) -> QuerySet[Achado]:
    linhas = Achado.objects.filter(ABERTO)
    return linhas if filiais is None else linhas.filter(filial__in=filiais)
