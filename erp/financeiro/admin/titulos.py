"""Titles: a window, and the page that settles them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action

from erp.acesso.admin_base import AdminBase, SomenteLeitura
from erp.cadastros.admin.colunas import coluna_dia
from erp.cadastros.admin.filtros import DiaContabilFilter, FilialFilter, OrdemDaJanela, VencimentoFilter
from erp.cadastros.admin.rotulos import rotulo
from erp.cadastros.admin.usuario import usuario_de
from erp.cadastros.documentos import PERMISSAO as PERMISSAO_DOCUMENTO
from erp.cadastros.documentos import limpar, mostrar
from erp.cadastros.formatos import reais
from erp.cadastros.models import Adquirente
from erp.financeiro.admin.formularios import BaixaForm, contas_de, pedidos_de
from erp.financeiro.admin.origem import elo, elo_da_origem
from erp.financeiro.erros import BaixaRecusada
from erp.financeiro.models import Baixa, Sentido, Titulo
from erp.financeiro.rules import ZERO
from erp.financeiro.selectors import SituacaoTitulo, com_aberto, na_situacao
from erp.financeiro.services import baixar_titulos

PERMISSAO = "financeiro.baixar_titulo"
TITULOS_POR_BAIXA = 200
_CORES = {
    SituacaoTitulo.ABERTO: "warning", SituacaoTitulo.PARCIAL: "info", SituacaoTitulo.BAIXADO: "success",
    SituacaoTitulo.ESTORNADO: "danger", SituacaoTitulo.ESTORNO: "danger",
}  # fmt: skip


class QuinzenaFilter(DiaContabilFilter):
    dias = 15


class SituacaoFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    title = "situação"
    parameter_name = "situacao"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*SituacaoTitulo.choices, ("vencido", "Vencido e em aberto")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        escolhida = self.value()
        if escolhida == "vencido":
            return queryset.filter(vencimento__lt=timezone.localdate(), aberto__gt=0)
        return na_situacao(queryset, SituacaoTitulo(escolhida)) if escolhida in SituacaoTitulo.values else queryset


@admin.register(Titulo)
class TituloAdmin(OrdemDaJanela, SomenteLeitura, AdminBase):
    """Served by the primary key (newest first), `titulo_dia` (period), `titulo_vencimento` and `titulo_cliente`.

    What is open is computed for the rows of the page: baixa by title, inverse by estorno_de.
    """

    campo_filial = "filial_id"
    mostra_inteiro = PERMISSAO_DOCUMENTO
    list_display = [
        "documento_", "sentido", "cliente", "parcela_", "vence", "valor_", "aberto_", "situacao_", "filial",
    ]  # fmt: skip
    list_display_links = ["documento_"]
    list_select_related = ["filial"]
    list_filter = [
        SituacaoFilter, ("sentido", ChoicesDropdownFilter), ("especie", ChoicesDropdownFilter), FilialFilter,
        ("vencimento", VencimentoFilter), ("data_contabil", QuinzenaFilter),
    ]  # fmt: skip
    busca_reservada = True
    search_fields = ["documento"]
    search_help_text = "Começo do documento, NSU, código ou CPF/CNPJ do cliente (dentro do período escolhido no filtro)"
    list_before_template = "cadastros/periodo_da_lista.html"
    vence = coluna_dia("vencimento", "vencimento")
    sortable_by = ()
    actions = ["baixar"]
    actions_detail = ["baixar_este"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "situacao_por_extenso", "sentido", "especie", "documento_", "parcela_", "cliente", "devedor", "filial",
                    "valor_", "aberto_", "emissao", "vencimento",
                ]
            },
        ),
        ("Baixas", {"fields": ["baixas_"]}),
        ("De onde veio", {"fields": ["origem_", "inverso", "nsu", "autorizacao", "ocorrido_em", "lancado_em", "data_contabil"]}),
    ]  # fmt: skip
    readonly_fields = [
        "situacao_por_extenso", "documento_", "parcela_", "cliente", "devedor", "valor_", "aberto_", "baixas_", "origem_",
        "inverso",
    ]  # fmt: skip

    class Media:
        css = {"all": ["cadastros/telas.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        inteiro = Value(usuario_de(request).has_perm(PERMISSAO_DOCUMENTO))
        linhas: QuerySet[Any] = com_aberto(super().get_queryset(request)).annotate(documento_inteiro=inteiro)
        return linhas

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """No button to settle what is settled."""
        titulo = self.get_object(request, unquote(str(object_id)))
        return super().get_actions_detail(request, object_id) if titulo is not None and titulo.aberto > 0 else []

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        termo = search_term.strip()
        if not termo:
            return queryset, False
        achados = Q(documento__startswith=termo) | Q(nsu=termo) | Q(codigo_cliente=termo)
        if len(documento := limpar(termo)) in (11, 14):
            achados |= Q(cpf_cnpj=documento)
        return queryset.filter(achados), False

    @admin.display(description="documento")
    def documento_(self, titulo: Titulo) -> str:
        return titulo.documento or f"título {titulo.pk}"

    @admin.display(description="parcela")
    def parcela_(self, titulo: Titulo) -> str:
        return titulo.numero_parcela

    @admin.display(description="valor")
    def valor_(self, titulo: Titulo) -> SafeString:
        return reais(titulo.valor)

    @admin.display(description="em aberto")
    def aberto_(self, titulo: Any) -> SafeString:
        return reais(titulo.aberto)

    @admin.display(description="situação")
    def situacao_por_extenso(self, titulo: Any) -> str:
        return SituacaoTitulo(titulo.situacao).label

    @rotulo("situação", _CORES)
    def situacao_(self, titulo: Any) -> tuple[str, str]:
        return titulo.situacao, SituacaoTitulo(titulo.situacao).label

    @admin.display(description="cliente")
    def cliente(self, titulo: Any) -> str:
        codigo = mostrar(titulo.codigo_cliente, inteiro=titulo.documento_inteiro) if titulo.codigo_cliente else ""
        documento = mostrar(titulo.cpf_cnpj, inteiro=titulo.documento_inteiro)
        return codigo if codigo == documento else " · ".join(filter(None, (codigo, documento))) or "–"

    @admin.display(description="adquirente")
    def devedor(self, titulo: Titulo) -> str:
        if titulo.adquirente_id is None:
            return "–"
        return str(Adquirente.objects.filter(pk=titulo.adquirente_id).first() or titulo.adquirente_id)

    @admin.display(description="")
    def baixas_(self, titulo: Titulo) -> SafeString:
        baixas = Baixa.objects.filter(titulo=titulo).select_related("conta", "estorno").order_by("pk")
        return mark_safe(render_to_string("financeiro/baixas.html", {"baixas": baixas}))

    @admin.display(description="origem")
    def origem_(self, titulo: Titulo) -> str:
        return elo_da_origem(titulo.origem, titulo.origem_id)

    @admin.display(description="estorno")
    def inverso(self, titulo: Titulo) -> str:
        if titulo.estorno_de is not None:
            return elo("financeiro_titulo_change", titulo.estorno_de, f"estorna o título {titulo.estorno_de}")
        inverso = Titulo.objects.filter(estorno_de=titulo.pk).values_list("pk", flat=True).first()
        return elo("financeiro_titulo_change", inverso, f"estornado pelo título {inverso}") if inverso else "–"

    @admin.action(description="Baixar")
    def baixar(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        ids = list(queryset.values_list("pk", flat=True)[: TITULOS_POR_BAIXA + 1])
        if len(ids) > TITULOS_POR_BAIXA:
            messages.error(request, f"São mais de {TITULOS_POR_BAIXA} títulos. Escolha menos de cada vez.")
            return None
        return self._ir_baixar(ids)

    baixar.permissao = PERMISSAO  # type: ignore[attr-defined]  # read by AdminBase.get_actions

    @action(description="Baixar", url_path="baixar-este", permissions=[PERMISSAO], icon="payments")  # type: ignore[untyped-decorator]  # unfold has no types
    def baixar_este(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._ir_baixar([object_id])

    def _ir_baixar(self, ids: list[Any]) -> HttpResponse:
        endereco = reverse(f"{self.admin_site.name}:financeiro_titulo_baixar")
        return HttpResponseRedirect(f"{endereco}?ids={','.join(map(str, ids))}")

    def get_urls(self) -> list[Any]:
        vista = self.admin_site.admin_view(self.pagina_baixar)
        return [path("baixar/", vista, name="financeiro_titulo_baixar"), *super().get_urls()]

    def pagina_baixar(self, request: HttpRequest) -> HttpResponse:
        """The form of one settlement or many. Sent twice, it settles once: each title has a key made of the form's."""
        if not usuario_de(request).has_perm(PERMISSAO):
            raise PermissionDenied
        titulos = self._titulos_pedidos(request)
        abertos = [titulo for titulo in titulos if titulo.aberto > 0]
        dados = request.POST if request.method == "POST" else None
        form = BaixaForm(dados, contas=contas_de(usuario_de(request)))
        pedidos = pedidos_de(dados, form, titulos if dados is not None else abertos)
        erro = ""
        if dados is not None and form.is_valid() and all(linha.form.is_valid() for linha in pedidos):
            try:
                baixas = baixar_titulos(
                    pedidos=[linha.pedido() for linha in pedidos], usuario=usuario_de(request), **form.ato()
                )
            except BaixaRecusada as recusa:
                erro = str(recusa)
            else:
                return self._baixados(request, baixas)
        contexto = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Baixar título" if len(titulos) == 1 else "Baixar títulos",
            "form": form,
            "linhas": pedidos,
            "ids": ",".join(str(titulo.pk) for titulo in titulos),
            "fechados": [] if dados is not None else [titulo for titulo in titulos if titulo.aberto <= 0],
            "total": sum((titulo.aberto * sinal(titulo) for titulo in abertos), ZERO),
            "erro": erro,
            "media": self.media,
        }
        return TemplateResponse(request, "financeiro/baixar.html", contexto, status=409 if erro else 200)

    def _titulos_pedidos(self, request: HttpRequest) -> list[Any]:
        """The titles named in the address that this person sees."""
        texto = request.POST.get("ids") or request.GET.get("ids", "")
        ids = [int(parte) for parte in texto.split(",") if parte.isdecimal() and len(parte) < 19]
        return list(self.get_queryset(request).filter(pk__in=ids[:TITULOS_POR_BAIXA]).order_by("vencimento", "pk"))

    def _baixados(self, request: HttpRequest, baixas: list[Baixa]) -> HttpResponse:
        quantas = "1 título baixado" if len(baixas) == 1 else f"{len(baixas)} títulos baixados"
        messages.success(request, f"{quantas}.")
        site = self.admin_site.name
        if len(baixas) == 1:
            return HttpResponseRedirect(reverse(f"{site}:financeiro_titulo_change", args=[baixas[0].titulo_id]))
        return HttpResponseRedirect(reverse(f"{site}:financeiro_titulo_changelist"))


def sinal(titulo: Titulo) -> int:
    """A receivable brings money, a payable takes it."""
    return 1 if titulo.sentido == Sentido.RECEBER else -1
