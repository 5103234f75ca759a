"""The filters of the list of comunicados, each with the index that serves it.

- situação, and what has no news: `comunicado_situacao`; modelo: `comunicado_modelo`; motivo: `comunicado_motivo`;
- período: the primary key, for a moment is a range of ids (`filas.faixas`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db import connection
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters import admin as unfold_filtros

from erp.contatos.admin.textos import motivo
from erp.contatos.models import Comunicado
from erp.contatos.registro import modelos
from filas.faixas import faixa_do_periodo

Opcoes = Iterable[tuple[Any, str]]
Situacao = Comunicado.Situacao
SEM_NOTICIA = "sem-noticia"
PARADAS = (Situacao.NAO_ENVIADO, Situacao.FALHOU)

if TYPE_CHECKING:  # unfold is untyped; what it adds to Django's own class is appearance
    _Lista = admin.SimpleListFilter
else:
    _Lista = unfold_filtros.DropdownFilter


class SituacaoFiltro(admin.SimpleListFilter):
    title = "situação"
    parameter_name = "situacao"
    ORDEM = (
        Situacao.FALHOU, Situacao.NAO_ENVIADO, Situacao.PENDENTE, Situacao.NA_FILA, Situacao.ENVIADO, Situacao.ENTREGUE,
    )  # fmt: skip

    def lookups(self, request: HttpRequest, model_admin: Any) -> Opcoes:
        return [*((str(s.value), s.label) for s in self.ORDEM), (SEM_NOTICIA, "Sem notícia há mais de um dia")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        valor = self.value() or ""
        if valor == SEM_NOTICIA:
            return sem_noticia(queryset)
        return queryset.filter(situacao=int(valor)) if valor in {str(s.value) for s in self.ORDEM} else queryset


def sem_noticia(linhas: QuerySet[Any]) -> QuerySet[Any]:
    """Out for more than a day, and nobody said what became of it: in the queue still, or taken and never delivered.

    After 30 days Meta gives up what it took, and nothing will be said.
    """
    agora = timezone.now()
    espera = Q(situacao=Situacao.NA_FILA) | Q(
        situacao=Situacao.ENVIADO, enfileirado_em__gt=agora - timedelta(days=30)
    )  # fmt: skip
    return linhas.filter(espera, enfileirado_em__lt=agora - timedelta(days=1))


class ModeloFiltro(_Lista):
    title = "modelo"
    parameter_name = "modelo"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Opcoes:
        return list({m.codigo: m.titulo for m in modelos()}.items())  # on however many channels

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(modelo=self.value()) if self.value() else queryset


class MotivoFiltro(_Lista):
    """Why it did not go: the reasons that there are, found one by one by their index."""

    title = "que não foi"  # unfold writes "Por" before every title
    parameter_name = "motivo"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Opcoes:
        return [(codigo, motivo(codigo)) for codigo in motivos_que_ha()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(motivo=self.value(), situacao__in=PARADAS) if self.value() else queryset


def motivos_que_ha() -> list[str]:
    """The distinct reasons, by jumps along `comunicado_motivo`: as many look-ups as there are reasons."""
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH RECURSIVE m AS (
                   (SELECT motivo FROM contatos_comunicado WHERE situacao IN (3, 4) ORDER BY motivo LIMIT 1)
                   UNION ALL
                   SELECT (SELECT c.motivo FROM contatos_comunicado c
                           WHERE c.situacao IN (3, 4) AND c.motivo > m.motivo ORDER BY c.motivo LIMIT 1)
                   FROM m WHERE m.motivo IS NOT NULL)
               SELECT motivo FROM m WHERE motivo <> ''"""
        )
        return [linha[0] for linha in cursor.fetchall()]


class PeriodoFiltro(_Lista):
    title = "dia"
    parameter_name = "criado"
    OPCOES = (("hoje", "Hoje"), ("7d", "Nos últimos 7 dias"), ("30d", "Nos últimos 30 dias"), ("365d", "No último ano"))

    def lookups(self, request: HttpRequest, model_admin: Any) -> Opcoes:
        return self.OPCOES

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        dias = {"hoje": 0, "7d": 7, "30d": 30, "365d": 365}.get(self.value() or "")
        if dias is None:
            return queryset
        desde = timezone.make_aware(datetime.combine(timezone.localdate() - timedelta(days=dias), time.min))
        faixa = faixa_do_periodo(Comunicado, "criado_em", desde, None)
        return queryset.filter(pk__gte=faixa.inicio, pk__lte=faixa.fim, criado_em__gte=desde)


class EmVigorFiltro(admin.SimpleListFilter):
    """Refusals that stand, which is what one comes to see."""

    title = "situação"
    parameter_name = "vale"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Opcoes:
        return [("sim", "Em vigor"), ("nao", "Desfeitos")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "sim":
            return queryset.filter(desfeito_em__isnull=True)
        return queryset.filter(desfeito_em__isnull=False) if self.value() == "nao" else queryset
