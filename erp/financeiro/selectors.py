"""What the money ledgers say."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import (
    Case,
    DecimalField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextChoices,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from erp.financeiro.models import Baixa, Lancamento, Titulo
from erp.financeiro.rules import ZERO

_DINHEIRO: Any = DecimalField(max_digits=17, decimal_places=2)
EXTRATO_MAXIMO = 1000


class SituacaoTitulo(TextChoices):
    ABERTO = "aberto", "Em aberto"
    PARCIAL = "parcial", "Baixado em parte"
    BAIXADO = "baixado", "Baixado"
    ESTORNADO = "estornado", "Estornado"
    ESTORNO = "estorno", "É um estorno"


def com_aberto(titulos: QuerySet[Titulo]) -> QuerySet[Any]:
    """Titles with `baixado`, `estornado`, `aberto` (value, inverse and settlements summed) and `situacao`.

    Two index look-ups a row (baixa by title, title by estorno_de): for a page of a list, not for the whole table.
    """
    baixado = (
        Baixa.objects.filter(titulo=OuterRef("pk"))
        .order_by()
        .values("titulo")
        .annotate(soma=Sum("valor"))
        .values("soma")
    )
    estornado = Titulo.objects.filter(estorno_de=OuterRef("pk")).values("valor")
    anotados = titulos.annotate(
        baixado=Coalesce(Subquery(baixado, output_field=_DINHEIRO), Value(ZERO), output_field=_DINHEIRO),
        estornado=Coalesce(Subquery(estornado, output_field=_DINHEIRO), Value(ZERO), output_field=_DINHEIRO),
    )
    aberto = F("valor") + F("estornado") - F("baixado")
    return anotados.annotate(
        aberto=Case(When(estorno_de__isnull=False, then=Value(ZERO)), default=aberto, output_field=_DINHEIRO),
        situacao=Case(
            When(estorno_de__isnull=False, then=Value(SituacaoTitulo.ESTORNO)),
            When(~Q(estornado=0), then=Value(SituacaoTitulo.ESTORNADO)),
            When(baixado=0, then=Value(SituacaoTitulo.ABERTO)),
            When(baixado__lt=F("valor"), then=Value(SituacaoTitulo.PARCIAL)),
            default=Value(SituacaoTitulo.BAIXADO),
        ),
    )


def na_situacao(titulos: QuerySet[Any], situacao: SituacaoTitulo) -> QuerySet[Any]:
    """Of titles `com_aberto`, those in one situação: `situacao` itself, asked in the way that the database does best.

    A comparison with the computed column would ask every title of the list three questions; here most answer one.
    """
    if situacao == SituacaoTitulo.ESTORNO:
        return titulos.filter(estorno_de__isnull=False)
    estornos = Titulo.objects.filter(estorno_de__isnull=False)
    if situacao == SituacaoTitulo.ESTORNADO:  # few, and in an index of their own
        return titulos.filter(pk__in=estornos.values("estorno_de"))
    vivas = Baixa.objects.filter(titulo=OuterRef("pk"), estorno_de__isnull=True, estorno__isnull=True)
    vivos = titulos.filter(~Exists(estornos.filter(estorno_de=OuterRef("pk"))), estorno_de__isnull=True)
    if situacao == SituacaoTitulo.ABERTO:
        return vivos.filter(~Exists(vivas))
    resta = Q(aberto__gt=0) if situacao == SituacaoTitulo.PARCIAL else ~Q(aberto__gt=0)
    return vivos.filter(Exists(vivas)).filter(resta)


def abertos_de(ids: Sequence[int]) -> dict[int, Decimal]:
    """What is open of each title, by id; zero for an inverse and for what was reversed."""
    return {titulo.pk: titulo.aberto for titulo in com_aberto(Titulo.objects.filter(pk__in=ids))}


class Extrato(NamedTuple):
    """The statement of an account: what it held before, the entries, what it holds after. `cortado`: there are more."""

    anterior: Decimal
    entradas: Decimal
    saidas: Decimal
    final: Decimal
    linhas: list[tuple[Lancamento, Decimal]]
    cortado: bool


def extrato(conta_id: int, inicio: date, fim: date) -> Extrato:
    """Entries of `conta_id` by accounting date, both days in, in order of posting, each with the balance after it.

    Read back from the present balance, so that it costs the days since `inicio`, not the account's whole life.
    """
    da_conta = Lancamento.objects.filter(conta_id=conta_id)
    saldo, desde, entradas, saidas = _somas(conta_id, inicio, fim)
    anterior = corrente = saldo - desde
    lancamentos = list(
        da_conta.filter(data_contabil__range=(inicio, fim)).order_by("data_contabil", "pk")[: EXTRATO_MAXIMO + 1]
    )
    linhas = []
    for lancamento in lancamentos[:EXTRATO_MAXIMO]:
        corrente += lancamento.valor
        linhas.append((lancamento, corrente))
    final = anterior + entradas + saidas
    return Extrato(anterior, entradas, saidas, final, linhas, len(lancamentos) > EXTRATO_MAXIMO)


def _somas(conta_id: int, inicio: date, fim: date) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """The balance now, and the sums since `inicio`, of what came in and of what went out: one statement, one instant."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT coalesce((SELECT valor FROM financeiro_saldo_conta WHERE conta_id = %(conta)s), 0),
                      coalesce(sum(valor), 0),
                      coalesce(sum(valor) FILTER (WHERE valor > 0 AND data_contabil <= %(fim)s), 0),
                      coalesce(sum(valor) FILTER (WHERE valor < 0 AND data_contabil <= %(fim)s), 0)
               FROM financeiro_lancamento WHERE conta_id = %(conta)s AND data_contabil >= %(inicio)s""",
            {"conta": conta_id, "inicio": inicio, "fim": fim},
        )
        saldo, desde, entradas, saidas = cursor.fetchone()
    return saldo, desde, entradas, saidas
