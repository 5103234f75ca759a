"""The filters of the PDV's lists. Which index serves each is said in `lista.py`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters import admin as unfold_filtros

from erp.acesso.escopo import filiais_de
from erp.cadastros.models import Filial, PontoVenda
from filas.faixas import Faixa, faixa_do_periodo
from pdv.processamento.erros import CODIGOS
from pdv.processamento.formatos import SITUACOES
from pdv.processamento.models import LogProcessamento
from pdv.replicacao.models import SituacaoProcessamento
from pdv.tabelas import Especie

Opcoes = Iterable[tuple[Any, str]]

if TYPE_CHECKING:  # unfold is untyped; what it adds to Django's own classes is appearance
    _Lista = admin.SimpleListFilter
    _Periodo = admin.FieldListFilter
else:
    _Lista = unfold_filtros.DropdownFilter
    _Periodo = unfold_filtros.RangeDateFilter


class SituacaoFiltro(admin.SimpleListFilter):
    title = "situação"
    parameter_name = "situacao"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Opcoes:
        ordem = (
            SituacaoProcessamento.COM_ERRO,
            SituacaoProcessamento.PENDENTE,
            SituacaoProcessamento.EFETUADO,
            SituacaoProcessamento.NAO_DEFINIDO,
        )
        return [(str(s.value), SITUACOES[s]) for s in ordem]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return (
            queryset.filter(situacao_replicacao=int(v))
            if (v := self.value()) in {"0", "1", "2", "9"} and v
            else queryset
        )


class ErroFiltro(_Lista):
    """A code (`PRODUTO_NAO_CADASTRADO`), or one of its subjects (`PRODUTO_NAO_CADASTRADO:123`, from the dashboard).

    It looks only at rows with error, so the partial index of the errors serves it.
    """

    title = "erro"
    parameter_name = "erro"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Opcoes:
        opcoes = [(codigo, texto.titulo) for codigo, texto in CODIGOS.items()]
        atual = request.GET.get(self.parameter_name, "")
        if atual and atual not in CODIGOS:
            codigo, _, assunto = atual.partition(":")
            titulo = CODIGOS[codigo].titulo if codigo in CODIGOS else codigo
            opcoes.insert(0, (atual, f"{titulo}: {assunto}"))
        return opcoes

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        valor = self.value()
        if not valor:
            return queryset
        fim = "(,|$)" if ":" in valor else "(:|,|$)"
        return queryset.filter(
            situacao_replicacao=SituacaoProcessamento.COM_ERRO, erro_codigo__regex=f"(^|,){re.escape(valor)}{fim}"
        )


class EsperaFiltro(_Lista):
    """Pending operations that wait for something; a link of the page of problems names what. Few, and indexed."""

    title = "à espera"
    parameter_name = "aguarda"
    TUDO = "sim"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Opcoes:
        atual = request.GET.get(self.parameter_name, "")
        opcoes = [(self.TUDO, "De outra operação")]
        return opcoes if atual in ("", self.TUDO) else [*opcoes, (atual, "Da mesma operação ou título")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        valor = self.value()
        if not valor:
            return queryset
        esperam = queryset.exclude(aguarda="").filter(situacao_replicacao=SituacaoProcessamento.PENDENTE)
        return esperam if valor == self.TUDO else esperam.filter(aguarda=valor)


class _PorNumero(_Lista):
    """Equality with a number chosen from a list; a value that is no number filters nothing."""

    campo = ""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        valor = self.value() or ""
        return queryset.filter(**{self.campo: int(valor)}) if re.fullmatch(r"[0-9]{1,9}", valor) else queryset


class EspecieFiltro(_PorNumero):
    title = "espécie"
    parameter_name = "especie"
    campo = "operacao"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Opcoes:
        return [(str(e.value), e.label) for e in Especie]


class FilialFiltro(_PorNumero):
    title = "filial"
    parameter_name = campo = "filial_id"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Opcoes:
        filiais = Filial.objects.order_by("codigo")
        visiveis = filiais_de(request.user)
        if visiveis is not None:
            filiais = filiais.filter(pk__in=visiveis)
        return [(str(f.pk), str(f)) for f in filiais[:500]]

    def has_output(self) -> bool:
        return len(self.lookup_choices) > 1


class PontoVendaFiltro(_PorNumero):
    title = "PDV"
    parameter_name = campo = "ponto_venda_id"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Opcoes:
        tills = PontoVenda.objects.order_by("codigo")
        visiveis = filiais_de(request.user)
        if visiveis is not None:
            tills = tills.filter(filial_id__in=visiveis)
        return [(str(p.pk), str(p)) for p in tills[:500]]


class ResultadoFiltro(_PorNumero):
    title = "resultado"
    parameter_name = campo = "resultado"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Opcoes:
        return [(str(r.value), r.label) for r in LogProcessamento.Resultado]


def meia_noite(dia: date) -> datetime:
    """The first instant of a day of the shop."""
    return timezone.make_aware(datetime.combine(dia, time.min))


class _NoTempo:
    """Turn a period into a range of ids; `request.faixa` keeps it for the list, which looks no further."""

    def no_periodo(
        self, request: HttpRequest, queryset: QuerySet[Any], campo: str, inicio: datetime | None, fim: datetime | None
    ) -> QuerySet[Any]:
        modelo: type[Model] = queryset.model
        faixa = faixa_do_periodo(modelo, campo, inicio, fim)
        anterior: Faixa | None = getattr(request, "faixa", None)
        if anterior is not None:
            faixa = Faixa(max(faixa.inicio, anterior.inicio), min(faixa.fim, anterior.fim))
        request.faixa = faixa  # type: ignore[attr-defined]  # read by ListaRapida
        filtros: dict[str, Any] = {"pk__gte": faixa.inicio, "pk__lte": faixa.fim}
        if inicio is not None:
            filtros[f"{campo}__gte"] = inicio
        if fim is not None:
            filtros[f"{campo}__lt"] = fim
        return queryset.filter(**filtros)


class AtalhoDePeriodo(_NoTempo, admin.SimpleListFilter):
    """Today, yesterday, the last week, the last month."""

    title = "quando"
    parameter_name = "quando"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Opcoes:
        return [("hoje", "Hoje"), ("ontem", "Ontem"), ("7", "Últimos 7 dias"), ("30", "Últimos 30 dias")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        hoje = timezone.localdate()
        limites = {
            "hoje": (meia_noite(hoje), None),
            "ontem": (meia_noite(hoje - timedelta(days=1)), meia_noite(hoje)),
            "7": (meia_noite(hoje - timedelta(days=6)), None),
            "30": (meia_noite(hoje - timedelta(days=29)), None),
        }.get(self.value() or "")
        if limites is None:
            return queryset
        return self.no_periodo(request, queryset, request.campo_tempo, *limites)  # type: ignore[attr-defined]  # ListaRapida sets it


class PeriodoFiltro(_NoTempo, _Periodo):
    """From a day to a day, both included."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        de = _dia(self.used_parameters.get(f"{self.field_path}_from"))
        ate = _dia(self.used_parameters.get(f"{self.field_path}_to"))
        if de is None and ate is None:
            return queryset
        inicio = None if de is None else meia_noite(de)
        fim = None if ate is None else meia_noite(ate + timedelta(days=1))
        return self.no_periodo(request, queryset, self.field_path, inicio, fim)


def _dia(texto: object) -> date | None:
    """A day as the calendar writes it (31/12/2026) or as a link does (2026-12-31); None for anything else."""
    try:
        dia: date | None = forms.DateField(required=False).clean(texto)
    except ValidationError:  # 31/02/2026
        return None
    return None if dia == date.max else dia  # no day comes after it
