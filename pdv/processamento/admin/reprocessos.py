"""Mass reprocesses: the list, and the page that shows one going on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode

from erp.acesso.admin.aprovacoes import registrar_onde_ver
from erp.acesso.escopo import filiais_de, ve_filial
from erp.acesso.models import Aprovacao
from pdv.processamento.admin.colunas import coluna
from pdv.processamento.admin.lista import ListaRapida
from pdv.processamento.admin.pagina import ComPagina, Fato
from pdv.processamento.erros import CODIGOS, AcaoRecusada
from pdv.processamento.formatos import data_hora, numero, quantos, url_de
from pdv.processamento.models import Reprocesso, ReprocessoItem
from pdv.processamento.reprocesso import selectors, services
from pdv.processamento.reprocesso.selectors import Andamento

Situacao = Reprocesso.Situacao
CORES = {
    Situacao.AGUARDA_APROVACAO.label: "warning",
    Situacao.EM_ANDAMENTO.label: "info",
    Situacao.PAUSADO.label: "warning",
    Situacao.CANCELADO.label: "default",
    Situacao.CONCLUIDO.label: "success",
}
COMANDOS: dict[str, tuple[Callable[..., None], str]] = {
    "pausar": (services.pausar, "Pausado. O que já estava na fila termina."),
    "continuar": (services.continuar, "Continua de onde parou."),
    "cancelar": (services.cancelar, "Cancelado: o que ainda não tinha sido enviado fica como está."),
}
CABEM = {
    Situacao.AGUARDA_APROVACAO: ("cancelar",),
    Situacao.EM_ANDAMENTO: ("pausar", "cancelar"),
    Situacao.PAUSADO: ("continuar", "cancelar"),
}


class SituacaoDoReprocesso(admin.SimpleListFilter):
    title = "situação"
    parameter_name = "situacao"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(s.value), s.label) for s in Situacao]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        valor = self.value()
        return queryset.filter(situacao=int(valor)) if valor in {str(s.value) for s in Situacao} else queryset


@admin.register(Reprocesso)
class ReprocessoAdmin(ComPagina, ListaRapida):
    """Who sees every filial of a reprocess sees it. The table is small: one row for each time that somebody asked."""

    campo_filial = None
    campo_tempo = "pedido_em"
    list_display = ["nome", "situacao_", "descricao", "progresso", "com_falha", "pedido_por", "quando"]
    list_display_links = ["nome"]
    list_filter = [SituacaoDoReprocesso]
    list_select_related = ["pedido_por"]
    modelo_da_pagina = "admin/pdv/reprocesso.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        linhas: QuerySet[Any] = super().get_queryset(request)
        visiveis = filiais_de(request.user)
        return linhas if visiveis is None else linhas.filter(filiais__contained_by=sorted(visiveis))

    def _precisa_de_janela(self, request: HttpRequest) -> bool:
        return False

    @coluna("reprocesso")
    def nome(self, r: Reprocesso) -> str:
        return f"Nº {r.pk}"

    @coluna("situação", cores=CORES)
    def situacao_(self, r: Reprocesso) -> str:
        return r.get_situacao_display()

    @coluna("prontas")
    def progresso(self, r: Reprocesso) -> str:
        return f"{numero(r.feitas + r.falhas)} de {numero(r.total)}"

    @coluna("com falha")
    def com_falha(self, r: Reprocesso) -> str:
        return numero(r.falhas)

    @coluna("pedido em")
    def quando(self, r: Reprocesso) -> str:
        return data_hora(r.pedido_em)

    def get_urls(self) -> list[URLPattern]:
        visao = self.admin_site.admin_view
        return [
            path("<int:pk>/andamento/", visao(self.andamento), name="processamento_reprocesso_andamento"),
            path("<int:pk>/<str:comando>/mandar/", visao(self.mandar), name="processamento_reprocesso_mandar"),
            *super().get_urls(),
        ]

    def andamento(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What the page asks every few seconds."""
        return JsonResponse(quadro(selectors.andamento(self._um(request, pk))))

    def mandar(self, request: HttpRequest, pk: int, comando: str) -> HttpResponse:
        """Pause, continue or cancel. A second click finds it done, and says so."""
        if request.method != "POST" or comando not in COMANDOS:
            raise Http404
        usuario = request.user
        if not isinstance(usuario, User) or not usuario.has_perm(services.PERMISSAO):
            raise PermissionDenied
        servico, feito = COMANDOS[comando]
        reprocesso = self._um(request, pk)
        try:
            servico(reprocesso=reprocesso, usuario=usuario)
            messages.success(request, feito)
        except AcaoRecusada as recusa:
            messages.warning(request, f"Nada foi feito: {recusa}.")
        return HttpResponseRedirect(reverse("admin:processamento_reprocesso_change", args=[pk]))

    def _um(self, request: HttpRequest, pk: int) -> Reprocesso:
        if not self.has_view_permission(request):
            raise PermissionDenied
        reprocesso: Reprocesso | None = self.get_queryset(request).filter(pk=pk).first()
        if reprocesso is None:
            raise Http404
        return reprocesso

    def contexto(self, request: HttpRequest, objeto: Reprocesso) -> dict[str, Any]:
        pode = request.user.has_perm(services.PERMISSAO)
        mandar = CABEM.get(Situacao(objeto.situacao), ()) if pode else ()
        return {
            "titulo": f"Reprocesso em massa nº {objeto.pk}",
            "r": objeto,
            "cor": CORES[objeto.get_situacao_display()],
            "quadro": quadro(selectors.andamento(objeto)),
            "fatos": fatos(objeto),
            "grupos": grupos(objeto),
            "comandos": [
                (nome, reverse("admin:processamento_reprocesso_mandar", args=[objeto.pk, nome])) for nome in mandar
            ],
            "endereco_do_andamento": reverse("admin:processamento_reprocesso_andamento", args=[objeto.pk]),
            "operacoes": _operacoes(f"{objeto.pk}"),
            "nao_enviadas": objeto.situacao == Situacao.CANCELADO,
        }


def onde_ver(aprovacao: Aprovacao, request: HttpRequest) -> str:
    """From the request that waits for a second person to the operations that it would do again."""
    filiais = services.filiais_do_pedido(aprovacao)
    pode = request.user.has_perm("processamento.view_reprocesso") and all(ve_filial(request.user, f) for f in filiais)
    return reverse("admin:processamento_reprocesso_change", args=[aprovacao.objeto_id]) if pode else ""


registrar_onde_ver(services.ACAO, onde_ver)


def quadro(a: Andamento) -> dict[str, Any]:
    """The numbers of the page, as it shows them: what a script writes over them is the same text."""
    r = a.reprocesso
    return {
        "situacao": r.get_situacao_display(),
        "vivo": r.terminado_em is None,
        "porcento": a.por_cento,
        "feitas": numero(r.feitas),
        "falhas": numero(r.falhas),
        "na_fila": numero(a.na_fila),
        "restantes": numero(a.restantes),
        "total": numero(r.total),
        "ritmo": "" if a.ritmo is None else f"{quantos(round(a.ritmo), 'operação', 'operações')} por segundo",
        "falta": estimativa(a.falta) if a.falta and r.terminado_em is None else "",
    }


def estimativa(falta: timedelta) -> str:
    """`menos de um minuto`, `cerca de 12 minutos`, `cerca de 2 h 5 min`."""
    minutos = round(falta.total_seconds() / 60)
    if minutos < 1:
        return "falta menos de um minuto"
    if minutos < 60:
        return f"falta cerca de {quantos(minutos, 'minuto', 'minutos')}"
    return f"falta cerca de {minutos // 60} h {minutos % 60} min"


def fatos(r: Reprocesso) -> list[Fato]:
    linhas = [
        ("O que foi escolhido", r.descricao, ""),
        ("Motivo", r.motivo, ""),
        ("Pedido por", str(r.pedido_por), ""),
        ("Pedido em", data_hora(r.pedido_em), ""),
        ("Começou em", data_hora(r.iniciado_em), ""),
        ("Terminou em", data_hora(r.terminado_em), ""),
    ]
    aprovacao = Aprovacao.objects.select_related("decidida_por").filter(pk=r.aprovacao_id or 0).first()
    if aprovacao is not None:
        quem = f" por {aprovacao.decidida_por}" if aprovacao.decidida_por else ""
        linhas.append(("Aprovação", f"{aprovacao.get_situacao_display()}{quem}", url_de(aprovacao, aprovacao.pk)))
    return linhas


def grupos(r: Reprocesso) -> list[dict[str, str]]:
    """Failures for the same reason, with the way out and the operations."""
    return [
        {
            "titulo": _titulo(g.codigo),
            "quantas": quantos(g.quantas, "operação", "operações"),
            "exemplo": g.exemplo,
            "saida": CODIGOS[c].saida if (c := g.codigo.partition(":")[0]) in CODIGOS else "",
            "url": _operacoes(f"{r.pk}-{ReprocessoItem.Situacao.FALHOU.value}-{g.codigo}"),
        }
        for g in selectors.grupos_de_falhas(r)
    ]


def _titulo(codigos: str) -> str:
    """`Produto não cadastrado: 102`; a row may have several, separated by commas."""
    partes = []
    for digital in codigos.split(","):
        codigo, _, assunto = digital.partition(":")
        titulo = CODIGOS[codigo].titulo if codigo in CODIGOS else codigo
        partes.append(f"{titulo}: {assunto}" if assunto else titulo)
    return ", ".join(partes[:3]) + (f" e mais {len(partes) - 3}" if len(partes) > 3 else "")


def _operacoes(escolha: str) -> str:
    return f"{reverse('admin:replicacao_operacaopdv_changelist')}?{urlencode({'reprocesso': escolha})}"
