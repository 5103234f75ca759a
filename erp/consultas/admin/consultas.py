"""What was asked, by whom and why: the CPF masked, never searched for by an address."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from erp.acesso.admin_base import AdminBase, SomenteLeitura
from erp.cadastros.admin.colunas import coluna_instante
from erp.cadastros.admin.filtros import PeriodoFilter
from erp.cadastros.admin.rotulos import rotulo
from erp.cadastros.admin.usuario import usuario_de
from erp.consultas.admin.consultar import PERMISSAO, pagina_de_consultar
from erp.consultas.models import ConsultaCpf
from erp.consultas.portas import SituacaoCadastral, porta
from erp.consultas.selectors import anteriores

S = ConsultaCpf.Situacao
CORES = {S.PEDIDA: "info", S.RESPONDIDA: "success", S.FALHOU: "danger", S.INTERROMPIDA: "warning"}
CORES_DA_RESPOSTA = {
    SituacaoCadastral.REGULAR.value: "success", SituacaoCadastral.PENDENTE.value: "warning",
    SituacaoCadastral.SUSPENSA.value: "warning", SituacaoCadastral.CANCELADA.value: "danger",
    SituacaoCadastral.NULA.value: "danger", SituacaoCadastral.FALECIDO.value: "danger",
    SituacaoCadastral.OUTRA.value: "warning", SituacaoCadastral.NAO_ENCONTRADO.value: "warning",
    SituacaoCadastral.NASCIMENTO_DIVERGE.value: "warning",
}  # fmt: skip


class EmFilter(PeriodoFilter):
    """`consultas_consulta_em`."""

    dias = 90


@admin.register(ConsultaCpf)
class ConsultaCpfAdmin(SomenteLeitura, AdminBase):
    """Newest first; served by the primary key, `consultas_consulta_situacao`, `_para` and `_em`."""

    list_display = ["quando", "cpf", "resposta_", "para_que", "usuario", "situacao_", "custo"]
    list_display_links = ["quando"]
    list_select_related = ["usuario", "resposta"]
    list_filter = [
        ("situacao", ChoicesDropdownFilter), ("finalidade", ChoicesDropdownFilter), ("pedida_em", EmFilter),
    ]  # fmt: skip
    list_before_template = "consultas/antes_da_lista.html"
    ordering = ["-pk"]
    sortable_by = ()
    quando = coluna_instante("pedida_em", "consultada em")
    fieldsets = [
        (None, {"fields": ["cpf_mascarado", "resultado"]}),
        ("Por quê e por quem", {"fields": ["para_que", "base_legal", "detalhe_", "usuario", "pedida_em"]}),
        ("No provedor", {"fields": ["provedor_", "situacao_por_extenso", "custo", "erro_", "terminada_em"]}),
        ("Outras consultas deste CPF", {"fields": ["outras"]}),
    ]  # fmt: skip
    readonly_fields = [
        "resultado", "para_que", "detalhe_", "provedor_", "situacao_por_extenso", "custo", "erro_", "outras",
    ]  # fmt: skip

    class Media:
        css = {"all": ["cadastros/telas.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        ve_nome = Value(usuario_de(request).has_perm(PERMISSAO))
        linhas: QuerySet[Any] = super().get_queryset(request).annotate(ve_nome=ve_nome)
        return linhas

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Adding one is asking."""
        return usuario_de(request).has_perm(PERMISSAO)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """With the door to ask above the list: a plus sign in a corner is not seen."""
        porta_de_entrada = {
            "pode_consultar": self.has_add_permission(request), "consultar": reverse("admin:consultas_consultacpf_add"),
        }  # fmt: skip
        return super().changelist_view(request, {**(extra_context or {}), **porta_de_entrada})

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return pagina_de_consultar(request, self)

    @admin.display(description="CPF")
    def cpf(self, consulta: ConsultaCpf) -> SafeString:
        return format_html('<span class="whitespace-nowrap">{}</span>', consulta.cpf_mascarado)

    @rotulo("a Receita diz", CORES_DA_RESPOSTA)
    def resposta_(self, consulta: ConsultaCpf) -> tuple[str, str] | str:
        if consulta.resposta is None:
            return "–"
        return consulta.resposta.situacao, str(consulta.resposta)

    @rotulo("situação", CORES)
    def situacao_(self, consulta: ConsultaCpf) -> tuple[int, str]:
        return consulta.situacao, str(consulta.get_situacao_display())

    @admin.display(description="situação")
    def situacao_por_extenso(self, consulta: ConsultaCpf) -> str:
        return str(consulta.get_situacao_display())

    @admin.display(description="para quê")
    def para_que(self, consulta: ConsultaCpf) -> str:
        return str(consulta.get_finalidade_display())

    @admin.display(description="crédito")
    def custo(self, consulta: ConsultaCpf) -> str:
        if consulta.do_guardado:
            return "nenhum: resposta guardada"
        return "1" if consulta.situacao == S.RESPONDIDA else "talvez"

    @admin.display(description="detalhe")
    def detalhe_(self, consulta: ConsultaCpf) -> str:
        return consulta.detalhe or "–"

    @admin.display(description="o que houve")
    def erro_(self, consulta: ConsultaCpf) -> str:
        return consulta.erro or "–"

    @admin.display(description="provedor")
    def provedor_(self, consulta: ConsultaCpf) -> str:
        conhecido = porta(consulta.provedor)
        return conhecido.titulo if conhecido else consulta.provedor

    @admin.display(description="a Receita diz")
    def resultado(self, consulta: Any) -> SafeString:
        contexto = {"c": consulta, "r": consulta.resposta, "ve_nome": consulta.ve_nome, "agora": timezone.now()}
        return mark_safe(render_to_string("consultas/resposta.html", contexto))  # the template escapes

    @admin.display(description="")
    def outras(self, consulta: ConsultaCpf) -> SafeString:
        return mark_safe(render_to_string("consultas/outras.html", {"outras": anteriores(consulta)}))  # it escapes
