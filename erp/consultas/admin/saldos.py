"""How many queries are left at each provider, as a chart and as the readings that it is made of."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from unfold.contrib.filters.admin import DropdownFilter

from erp.acesso.admin_base import AdminBase, SomenteLeitura
from erp.cadastros.admin.colunas import coluna_instante
from erp.cadastros.admin.rotulos import rotulo
from erp.cadastros.admin.usuario import usuario_de
from erp.consultas.grafico import desenhar
from erp.consultas.models import SaldoConsulta
from erp.consultas.portas import PortaDeConsultas, configuradas, porta
from erp.consultas.provedores import PROVEDORES
from erp.consultas.selectors import PERIODOS, Periodo, serie, ultimos
from erp.consultas.services import CAMINHO

PADRAO = PERIODOS[1]


class PeriodoDoGraficoFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    """`consultas_saldo_em`: the same stretch for the chart and for the list."""

    title = "período"
    parameter_name = "dias"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(p.dias), p.titulo) for p in PERIODOS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(em__gt=timezone.now() - timedelta(days=periodo_de(self.value()).dias))


class ProvedorFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    """`consultas_saldo_provedor`."""

    title = "provedor"
    parameter_name = "provedor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(p.nome, p.titulo) for p in PROVEDORES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(provedor=self.value()) if self.value() else queryset


@admin.register(SaldoConsulta)
class SaldoConsultaAdmin(SomenteLeitura, AdminBase):
    """The readings, newest first, under the chart of each provider."""

    list_display = ["quando", "provedor_", "saldo", "minimo", "atencao"]
    list_display_links = None
    list_per_page = 20
    list_filter = [PeriodoDoGraficoFilter, ProvedorFilter]
    list_before_template = "consultas/saldos_topo.html"
    ordering = ["-em", "-pk"]
    sortable_by = ()
    quando = coluna_instante("em", "lido em")

    class Media:
        css = {"all": ["cadastros/telas.css", "consultas/saldos.css"]}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        agora, periodo = timezone.now(), periodo_de(request.GET.get("dias"))
        portas = configuradas()
        lidos = ultimos([p.nome for p in portas])
        ve_rotina = usuario_de(request).has_perm("rotinas.view_rotinaagendada")
        topo = {
            "cartoes": [_cartao(p, lidos.get(p.nome), periodo, agora) for p in portas],
            "periodos": [{"titulo": p.titulo, "dias": p.dias, "este": p == periodo} for p in PERIODOS],
            "rotina": f"{reverse('admin:rotinas_rotinaagendada_changelist')}?{urlencode({'caminho': CAMINHO})}"
            if ve_rotina
            else "",
        }
        return super().changelist_view(request, {**(extra_context or {}), "creditos": topo})

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A reading has no page of its own: the list says it all."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:consultas_saldoconsulta_changelist"))

    @admin.display(description="provedor")
    def provedor_(self, lido: SaldoConsulta) -> str:
        conhecido = porta(lido.provedor)
        return conhecido.titulo if conhecido else lido.provedor

    @rotulo("", {True: "danger", False: "success"})
    def atencao(self, lido: SaldoConsulta) -> tuple[bool, str]:
        return lido.abaixo, "abaixo do mínimo" if lido.abaixo else "em ordem"


def periodo_de(dias: str | None) -> Periodo:
    """The stretch asked for; a week for anything else."""
    return next((p for p in PERIODOS if str(p.dias) == dias), PADRAO)


def _cartao(p: PortaDeConsultas, lido: SaldoConsulta | None, periodo: Periodo, agora: datetime) -> dict[str, Any]:
    grafico = desenhar(serie(p.nome, periodo, agora), lido.minimo) if lido else None
    return {"titulo": p.titulo, "lido": lido, "grafico": grafico}
