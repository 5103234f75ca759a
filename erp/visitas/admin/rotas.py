"""The files of routes: a window, and the download, which is audited."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Value
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from erp.acesso.admin_base import AdminBase, SomenteLeitura
from erp.cadastros.admin.colunas import coluna_dia, coluna_instante
from erp.cadastros.admin.filtros import PeriodoFilter
from erp.cadastros.admin.rotulos import rotulo
from erp.cadastros.admin.usuario import usuario_de
from erp.colaboradores.models import Colaborador
from erp.visitas.admin.visitas import ColaboradorFilter
from erp.visitas.models import ArquivoRota
from erp.visitas.services import ler_rota
from erp.visitas.services.rotas import ArquivoPerdido

PERMISSAO = "visitas.baixar_rota"


@admin.register(ArquivoRota)
class ArquivoRotaAdmin(SomenteLeitura, AdminBase):
    campo_filial = "colaborador__filial_id"
    list_display = ["dia_", "colaborador", "versao_", "visitas", "perdidas", "km", "feita", "baixar_"]
    list_display_links = ["dia_", "colaborador"]
    list_select_related = ["colaborador"]
    list_filter = [("dia", PeriodoFilter), ColaboradorFilter]
    list_before_template = "cadastros/periodo_da_lista.html"
    busca_reservada = True
    search_fields = ["colaborador"]
    search_help_text = "Matrícula ou palavras do nome do colaborador"
    ordering = ["-dia", "colaborador", "-versao"]
    sortable_by = ()
    dia_ = coluna_dia("dia", "dia")
    feita = coluna_instante("feito_em", "feita em")
    actions_detail = ["baixar"]
    fields = ["colaborador", "dia_", "versao_por_extenso", "visitas", "perdidas", "km", "feita", "sha256"]
    readonly_fields = ["dia_", "versao_por_extenso", "perdidas", "km", "feita"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        depois = ArquivoRota.objects.filter(
            colaborador=OuterRef("colaborador"), dia=OuterRef("dia"), versao__gt=OuterRef("versao")
        )
        pode = Value(usuario_de(request).has_perm(PERMISSAO))
        linhas: QuerySet[Any] = super().get_queryset(request).annotate(superada=Exists(depois), pode_baixar=pode)
        return linhas

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        achados = Colaborador.objects.buscar(search_term)
        return queryset.filter(colaborador__in=achados.values("pk")), False

    @rotulo("versão", {True: "warning", False: "success"})
    def versao_(self, rota: Any) -> tuple[bool, str]:
        return rota.superada, self.versao_por_extenso(rota)

    @admin.display(description="versão")
    def versao_por_extenso(self, rota: Any) -> str:
        return f"{rota.versao}ª, já refeita" if rota.superada else f"{rota.versao}ª, a que vale"

    @admin.display(description="sem coordenadas")
    def perdidas(self, rota: ArquivoRota) -> str:
        return str(rota.sem_coordenadas or "–")

    @admin.display(description="km em linha reta")
    def km(self, rota: ArquivoRota) -> str:
        return f"{rota.metros / 1000:.1f}".replace(".", ",")

    @admin.display(description="arquivo")
    def baixar_(self, rota: Any) -> SafeString | str:
        if not rota.pode_baixar:
            return "–"
        endereco = reverse("admin:visitas_arquivorota_baixar", args=[rota.pk])
        return format_html('<a class="text-primary-600 dark:text-primary-500" href="{}">Baixar</a>', endereco)

    @action(description="Baixar", url_path="baixar", permissions=[PERMISSAO], icon="download")  # type: ignore[untyped-decorator]  # unfold has no types
    @sensivel("visitas.rota_baixada")
    def baixar(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The file as it was made, never another; each download is in the audit trail, for it has addresses of people."""
        usuario = usuario_de(request)
        if not usuario.has_perm(PERMISSAO) or not self.has_view_permission(request):
            raise PermissionDenied
        rota: Any = self.get_object(request, object_id)
        if rota is None:
            raise Http404("Esta rota não existe.")
        try:
            conteudo = ler_rota(rota)
        except ArquivoPerdido as erro:
            messages.error(request, str(erro))
            return HttpResponseRedirect(reverse("admin:visitas_arquivorota_change", args=[rota.pk]))
        with transaction.atomic():
            registrar(
                acao="visitas.rota_baixada", ator=ator_usuario(usuario), objeto=ArquivoRota._meta.label_lower,
                objeto_id=str(rota.pk),
                depois={"colaborador": rota.colaborador.matricula, "dia": str(rota.dia), "versao": rota.versao},
            )  # fmt: skip
        nome = f"rota-{rota.dia:%Y-%m-%d}-{rota.colaborador_id}-v{rota.versao}.csv"
        return HttpResponse(
            conteudo,
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{nome}"', "X-Content-Type-Options": "nosniff"},
        )
