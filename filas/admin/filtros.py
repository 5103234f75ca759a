"""The filters of the queue's list, each with the index that serves it.

- situação: `fila_situacao`; causa (of one context): `fila_erro`; registro: `fila_registro`;
- idade: the primary key, for a moment is a range of ids (`filas.faixas`);
- contexto alone: the primary key, backwards, over the newest `JANELA` ids; the list says how far it looked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters import admin as unfold_filtros

from filas.admin import formatos, mascara
from filas.causas import causa_de
from filas.contagens import causas_em_erro
from filas.estado import conhecidos
from filas.faixas import extremos, faixa_do_periodo
from filas.models import Mensagem

Opcoes = Iterable[tuple[Any, str]]
Situacao = Mensagem.Situacao
JANELA = 500_000

if TYPE_CHECKING:  # unfold is untyped; what it adds to Django's own class is appearance
    _Lista = admin.SimpleListFilter
else:
    _Lista = unfold_filtros.DropdownFilter


class SituacaoFiltro(admin.SimpleListFilter):
    title = "situação"
    parameter_name = "situacao"
    ORDEM = (Situacao.ERRO, Situacao.PENDENTE, Situacao.ENVIANDO, Situacao.SUCESSO, Situacao.CANCELADA)

    def lookups(self, request: HttpRequest, model_admin: Any) -> Opcoes:
        return [(str(s.value), formatos.NOMES[s]) for s in self.ORDEM]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        valor = self.value() or ""
        return queryset.filter(situacao=int(valor)) if valor in {"0", "1", "2", "3", "4"} else queryset


class CausaFiltro(_Lista):
    """`LojaCliente:SEM_IBGE`: the messages in error of one cause of one context."""

    title = "causa do erro"
    parameter_name = "causa"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Opcoes:
        grupos = [(f"{contexto}:{causa}", causa_de(causa).titulo) for contexto, causa in causas_em_erro()]
        atual = request.GET.get(self.parameter_name, "")
        if atual and atual not in dict(grupos):
            grupos.insert(0, (atual, causa_de(ler_causa(atual)[1]).titulo))
        return grupos

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        valor = self.value()
        if not valor:
            return queryset
        contexto, causa = ler_causa(valor)
        return queryset.filter(situacao=Situacao.ERRO, contexto=contexto, causa=causa)


def ler_causa(valor: str) -> tuple[str, str]:
    """The two halves of the filter's value."""
    contexto, _, causa = valor.partition(":")
    return contexto[:40], causa[:60]


class ContextoFiltro(_Lista):
    title = "integração"
    parameter_name = "contexto"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Opcoes:
        return sorted(conhecidos().items(), key=lambda c: c[1])

    def has_output(self) -> bool:
        """With one integration only there is nothing to choose."""
        return len(self.lookup_choices) > 1

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        linhas = queryset.filter(contexto=self.value())
        if any(request.GET.get(nome) for nome in ("causa", "registro")):
            return linhas
        return _na_janela(request, linhas)


def _na_janela(request: HttpRequest, linhas: QuerySet[Any]) -> QuerySet[Any]:
    """A rare context among ten million messages would read them all: only the newest are looked through."""
    limites = extremos(Mensagem)
    if limites is None or limites.fim - limites.inicio < JANELA:
        return linhas
    inicio = limites.fim - JANELA + 1
    mais_antiga = Mensagem.objects.filter(pk__gte=inicio).order_by("pk").values_list("criada_em", flat=True).first()
    request.janela_desde = mais_antiga  # type: ignore[attr-defined]  # read by the list
    return linhas.filter(pk__gte=inicio)


class IdadeFiltro(_Lista):
    """By when it was made: what is new, and what has stood for long."""

    title = "idade"
    parameter_name = "idade"
    OPCOES = (
        ("ate-1h", "Da última hora"),
        ("hoje", "De hoje"),
        ("ate-7d", "Dos últimos 7 dias"),
        ("mais-1h", "De mais de 1 hora"),
        ("mais-1d", "De mais de 1 dia"),
        ("mais-7d", "De mais de 7 dias"),
    )

    def lookups(self, request: HttpRequest, model_admin: Any) -> Opcoes:
        return self.OPCOES

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        inicio, fim = limites(self.value() or "", timezone.now())
        if inicio is None and fim is None:
            return queryset
        faixa = faixa_do_periodo(Mensagem, "criada_em", inicio, fim)
        filtros: dict[str, Any] = {"pk__gte": faixa.inicio, "pk__lte": faixa.fim}
        if inicio is not None:
            filtros["criada_em__gte"] = inicio
        if fim is not None:
            filtros["criada_em__lt"] = fim
        return queryset.filter(**filtros)


def limites(idade: str, agora: datetime) -> tuple[datetime | None, datetime | None]:
    """Made from when (included) until when (not included); two Nones for an age that is none of ours."""
    hora, dia, semana = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
    meia_noite = timezone.make_aware(datetime.combine(timezone.localdate(agora), time.min))
    return {
        "ate-1h": (agora - hora, None),
        "hoje": (meia_noite, None),
        "ate-7d": (agora - semana, None),
        "mais-1h": (None, agora - hora),
        "mais-1d": (None, agora - dia),
        "mais-7d": (None, agora - semana),
    }.get(idade, (None, None))


class RegistroFiltro(_Lista):
    """The messages of the record of one of them. By the message's id: a record's own key may be a CPF."""

    title = "registro"
    parameter_name = "registro"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Opcoes:
        valor = request.GET.get(self.parameter_name, "")
        if not valor:
            return []  # reached by links only
        achada = _uma(valor)
        if achada is None:
            return [(valor, "que não existe")]
        return [(valor, mascara.chave(achada.chave, inteiro=mascara.ve_documentos(request)))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        valor = self.value()
        if not valor:
            return queryset
        achada = _uma(valor)
        if achada is None:
            return queryset.none()
        return queryset.filter(contexto__in=[*conhecidos()], chave=achada.chave)


def _uma(pk: str) -> Mensagem | None:
    if not re.fullmatch(r"[0-9]{1,18}", pk):
        return None
    return Mensagem.objects.only("contexto", "chave").filter(pk=int(pk)).first()
