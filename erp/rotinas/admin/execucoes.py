"""Executions: the list, and the page of one; of a simulation, what would be done."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.db.models.functions import Right
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from auditoria.filtros import FiltroPeriodo
from erp.acesso.admin_base import AdminBase, SomenteLeitura
from erp.rotinas.admin.ficha_da_execucao import ficha
from erp.rotinas.admin.fichas import em_texto, quem
from erp.rotinas.admin.textos import CORES, VAZIO, duracao, momento, referencia, titulo_da
from erp.rotinas.models import Execucao
from erp.rotinas.registro import todas
from erp.rotinas.retratos import FIM_DO_ERRO, tempo_de

LISTA = "admin:rotinas_execucao_changelist"
_CORES = {situacao.value: cor for situacao, cor in CORES.items()}


class FiltroDaRotina(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    """By `execucao_rotina`, by what the routine is called."""

    title = "rotina"
    parameter_name = "rotina"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted(((r.caminho, r.titulo) for r in todas()), key=lambda par: par[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(rotina=caminho) if (caminho := self.value()) else queryset


@admin.register(Execucao)
class ExecucaoAdmin(SomenteLeitura, AdminBase):
    list_display = (
        "rotina_", "resultado", "inicio", "duracao", "referencia_", "contagens_em_texto", "iniciada_por_", "erro_curto",
    )  # fmt: skip
    list_filter = (FiltroDaRotina, "situacao", ("criada_em", FiltroPeriodo))
    search_fields = ("rotina__exact",)
    search_help_text = "Caminho exato da rotina, por exemplo PlanoContratacao/SuspensaoRotina"
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        linhas: QuerySet[Any] = super().get_queryset(request)
        com_o_fim: QuerySet[Any] = linhas.defer("erro").annotate(fim_do_erro=Right("erro", FIM_DO_ERRO))
        return com_o_fim

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_permission(request) or object_id is None:
            raise PermissionDenied
        execucao = None
        if object_id.isdecimal() and len(object_id) < 19:
            linhas = Execucao.objects.select_related("aprovacao__decidida_por")
            execucao = linhas.filter(pk=int(object_id)).first()
        if execucao is None:
            messages.warning(request, "Esta execução não existe; as terminadas são apagadas com o tempo.")
            return HttpResponseRedirect(reverse(LISTA))
        partes = ficha(execucao, timezone.now(), request)
        nome = "Simulação" if execucao.simulacao else "Execução"
        contexto = {
            **self.admin_site.each_context(request),
            "title": f"{nome} nº {execucao.pk}: {partes['titulo_da_rotina']}",
            "opts": self.opts,
            "original": execucao,
            "voltar": partes["rotina_url"] or reverse(LISTA),
            **partes,
        }
        return TemplateResponse(request, "admin/rotinas/execucao.html", contexto)

    @admin.display(description="rotina")
    def rotina_(self, execucao: Execucao) -> str:
        return titulo_da(execucao.rotina)

    @display(description="resultado", label=_CORES)  # type: ignore[untyped-decorator]  # unfold is untyped
    def resultado(self, execucao: Execucao) -> tuple[int, str]:
        nome = execucao.get_situacao_display()
        return execucao.situacao, f"simulação: {nome}" if execucao.simulacao else nome

    @admin.display(description="início")
    def inicio(self, execucao: Execucao) -> str:
        return momento(execucao.iniciada_em or execucao.criada_em)

    @admin.display(description="duração")
    def duracao(self, execucao: Execucao) -> str:
        return duracao(tempo_de(execucao, timezone.now()))

    @admin.display(description="referência")
    def referencia_(self, execucao: Execucao) -> str:
        return referencia(execucao.rotina, execucao.referencia)

    @admin.display(description="contagens")
    def contagens_em_texto(self, execucao: Execucao) -> str:
        return em_texto(execucao.contagens) or VAZIO

    @admin.display(description="por")
    def iniciada_por_(self, execucao: Execucao) -> str:
        return quem(execucao.iniciada_por)

    @admin.display(description="erro")
    def erro_curto(self, execucao: Any) -> str:
        ultima_linha = execucao.fim_do_erro.strip().rpartition("\n")[2]
        return ultima_linha if len(ultima_linha) <= 80 else f"{ultima_linha[:77]}..."
