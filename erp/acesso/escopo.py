"""Which filiais a member of staff sees."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Model, QuerySet

from erp.acesso.models import EscopoFilial

PERMISSAO = "acesso.ver_todas_filiais"
M = TypeVar("M", bound=Model)

Opcoes = Callable[[], Iterable[tuple[int, str]]]


def _sem_opcoes() -> Iterable[tuple[int, str]]:
    return ()


_opcoes: Opcoes = _sem_opcoes
_pontos_venda: Opcoes = _sem_opcoes


def registrar_opcoes(fn: Opcoes) -> None:
    """Say what filiais exist, as (id, name). Called by the app that owns them, in `AppConfig.ready`."""
    global _opcoes
    _opcoes = fn


def opcoes() -> list[tuple[int, str]]:
    """The filiais that exist, for a form."""
    return list(_opcoes())


def registrar_pontos_venda(fn: Opcoes) -> None:
    """Say what tills exist, as (id, name), for the form of a new key. Called as `registrar_opcoes` is."""
    global _pontos_venda
    _pontos_venda = fn


def pontos_venda() -> list[tuple[int, str]]:
    """The tills that exist, for a form."""
    return list(_pontos_venda())


def filiais_de(usuario: User | AnonymousUser) -> frozenset[int] | None:
    """The ids of the filiais that this person sees; None means all of them. Nobody inactive sees any."""
    if usuario.is_anonymous or not usuario.is_active:
        return frozenset()
    if usuario.has_perm(PERMISSAO):
        return None
    return frozenset(EscopoFilial.objects.filter(usuario=usuario).values_list("filial_id", flat=True))


def restringir(queryset: QuerySet[M], usuario: User | AnonymousUser, campo: str) -> QuerySet[M]:
    """Only the rows of this person's filiais; `campo` is the path to the filial's id (`operacao__filial_id`)."""
    filiais = filiais_de(usuario)
    return queryset if filiais is None else queryset.filter(**{f"{campo}__in": filiais})


def ve_filial(usuario: User | AnonymousUser, filial_id: int | None) -> bool:
    """Whether this person may see, or write for, that filial. A row of no filial is for who sees all."""
    filiais = filiais_de(usuario)
    return filiais is None or filial_id in filiais
