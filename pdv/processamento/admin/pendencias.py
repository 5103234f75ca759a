"""Pendências de notas: orphans, contingency with the hours left, notes and sales that disagree on being cancelled."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from pdv.processamento import formatos
from pdv.processamento.admin.colunas import coluna
from pdv.processamento.admin.filtros import FilialFiltro, PontoVendaFiltro
from pdv.processamento.admin.lista import ComPontoVenda
from pdv.processamento.models import PendenciaNota
from pdv.processamento.selectors.notas import a_resolver
from pdv.replicacao.models import NotaFiscal, OperacaoPdv

Tipo = PendenciaNota.Tipo
CORES = {
    Tipo.ORFA.label: "warning", Tipo.CONTINGENCIA.label: "info", Tipo.NOTA_CANCELADA.label: "danger",
    Tipo.VENDA_CANCELADA.label: "danger",
}  # fmt: skip
SAIDAS = {
    Tipo.ORFA: "Peça ao PDV que replique a operação; sem ela, a nota não tem estoque nem dinheiro.",
    Tipo.CONTINGENCIA: "Transmita a nota no PDV antes do prazo; a autorização chega sozinha.",
    Tipo.NOTA_CANCELADA: "Cancele a venda no PDV; se a mercadoria saiu, emita outra nota.",
    Tipo.VENDA_CANCELADA: "Cancele a nota no PDV; fora do prazo, fale com o fiscal.",
}
POUCO = timedelta(hours=4)


class TipoFiltro(admin.SimpleListFilter):
    title = "pendência"
    parameter_name = "tipo"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(tipo.value, str(tipo.label)) for tipo in Tipo]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(tipo=self.value()) if self.value() in Tipo.values else queryset


class PrazoFiltro(admin.SimpleListFilter):
    title = "prazo"
    parameter_name = "prazo"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [("vencido", "Vencido"), ("hoje", "Vence em 4 horas"), ("todas", "Todas, mesmo as que ainda esperam")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        agora = timezone.now()
        match self.value():
            case "vencido":
                return a_resolver(queryset, agora).filter(prazo__lte=agora)
            case "hoje":
                return queryset.filter(prazo__gt=agora, prazo__lte=agora + POUCO)
            case "todas":
                return queryset
        return a_resolver(queryset, agora)


@admin.register(PendenciaNota)
class PendenciaNotaAdmin(ComPontoVenda):
    """A row exists only while something is open, so the table is short and needs no window."""

    list_display = ["tipo_", "nota_", "pdv", "operacao_", "valor_", "desde_", "prazo_", "saida"]
    list_display_links = None
    list_filter = [TipoFiltro, PrazoFiltro, FilialFiltro, PontoVendaFiltro]
    campo_tempo = "desde"
    ordering = ["prazo", "pk"]
    search_help_text = "Chave da nota (44 caracteres) ou número da operação"

    def _precisa_de_janela(self, request: HttpRequest) -> bool:
        return False

    def buscar(self, termo: str) -> set[int] | None:
        limpo = "".join(termo.split()).upper()
        achadas = PendenciaNota.objects.filter(chave=limpo)
        if limpo.isdecimal() and len(limpo) <= 18:
            achadas = PendenciaNota.objects.filter(id_operacao=int(limpo))
        return set(achadas.values_list("pk", flat=True)[:500])

    @coluna("pendência", cores=CORES)
    def tipo_(self, p: PendenciaNota) -> str:
        return str(Tipo(p.tipo).label)

    @coluna("nota")
    def nota_(self, p: PendenciaNota) -> str:
        return formatos.elo(formatos.url_de(NotaFiscal, p.nota_id), f"{p.numero}/{p.serie}")

    @coluna("operação")
    def operacao_(self, p: PendenciaNota) -> str:
        if p.id_operacao is None:
            return formatos.VAZIO
        return formatos.elo(formatos.url_de(OperacaoPdv, q=p.id_operacao), str(p.id_operacao))

    @coluna("valor")
    def valor_(self, p: PendenciaNota) -> str:
        return formatos.a_direita(formatos.reais(p.valor))

    @coluna("desde")
    def desde_(self, p: PendenciaNota) -> str:
        return formatos.data_hora(p.desde)

    @coluna("prazo")
    def prazo_(self, p: PendenciaNota) -> str:
        return format_html('<span class="whitespace-nowrap">{}</span>', quanto_falta(p.prazo - timezone.now()))

    @coluna("o que fazer")
    def saida(self, p: PendenciaNota) -> str:
        return SAIDAS[Tipo(p.tipo)]


def quanto_falta(tempo: timedelta) -> str:
    """`faltam 3 h 20 min`, `faltam 12 min`, `venceu há 2 dias`."""
    minutos = int(abs(tempo).total_seconds() // 60)
    if minutos >= 48 * 60:
        texto = f"{minutos // (24 * 60)} dias"
    elif minutos >= 60:
        texto = f"{minutos // 60} h {minutos % 60} min"
    else:
        texto = f"{minutos} min"
    return f"faltam {texto}" if tempo > timedelta() else f"venceu há {texto}"
