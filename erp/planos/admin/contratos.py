"""Contracts: a list, one page with all there is of each, and what people do to it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import BooleanField, DecimalField, Func, Q, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from auditoria.trilha.passado import PERMISSAO_TRILHA
from clientes.models import Cliente
from erp.acesso.admin_base import AdminBase, SomenteLeitura
from erp.assinaturas.admin.arquivos import PERMISSAO_LER
from erp.assinaturas.admin.assinaturas import PERMISSAO
from erp.cadastros.admin.colunas import coluna_dia
from erp.cadastros.admin.filtros import FilialFilter
from erp.cadastros.admin.rotulos import rotulo
from erp.cadastros.admin.usuario import usuario_de
from erp.cadastros.documentos import PERMISSAO as VER_DOCUMENTOS
from erp.cadastros.documentos import mostrar
from erp.cadastros.formatos import reais
from erp.financeiro.models import EspecieTitulo
from erp.planos.admin.acoes import VENDER, AcoesDeContrato
from erp.planos.admin.assinatura import AcoesDeAssinatura, cabem_de_assinatura
from erp.planos.admin.filtros import AssinaturaFilter, PlanoFilter, SituacaoFilter
from erp.planos.admin.venda import pagina_de_venda
from erp.planos.models import Contratacao, Obito, ParametrosDePlano, Situacao
from erp.planos.selectors.debitos import SQL_VENCIDO
from erp.planos.selectors.ficha import (
    CORES,
    NAO_FORAM,
    avisos_que_nao_foram,
    dinheiro,
    historia,
    parcelas,
    pessoas,
    prazo,
)
from erp.planos.selectors.pessoas import buscar_dependentes

# What fits a contract in each state; what it never had is not offered.
_CABEM = {
    Situacao.ATIVO: {
        "suspender", "combinar", "cancelar_a_pedido", "cancelar_por_atraso", "incluir_dependente", "registrar_aviso",
        "obito_do_titular",
    },
    Situacao.SUSPENSO: {
        "reativar", "combinar", "cancelar_a_pedido", "cancelar_por_atraso", "incluir_dependente", "registrar_aviso",
        "obito_do_titular",
    },
    Situacao.CANCELADO: {"obito_do_titular"},
}  # fmt: skip
ACHADOS = 500  # people with the words of a search
_DE_DIVIDA = {"combinar", "cancelar_por_atraso", "registrar_aviso"}


def em_titulos(contrato: Contratacao) -> str:
    """The list of its titles, from the sale on, for by itself that list shows the last days; by `titulo_documento`."""
    desde = f"{min(contrato.inicio, timezone.localdate(contrato.criada_em)):%d/%m/%Y}"
    filtro = {"documento__exact": contrato.documento, "especie__exact": EspecieTitulo.MENSALIDADE.value}
    return f"{reverse('admin:financeiro_titulo_changelist')}?{urlencode(filtro | {'data_contabil_from': desde})}"


class _Vencido(Func):
    """What is past due and open of the row's contract: for the rows of one page."""

    template = SQL_VENCIDO
    output_field = DecimalField(max_digits=17, decimal_places=2)


@admin.register(Contratacao)
class ContratacaoAdmin(AcoesDeContrato, AcoesDeAssinatura, SomenteLeitura, AdminBase):
    """Newest first by the primary key; `contratacao_situacao`, `contratacao_filial` and the plan's index serve the filters.

    What is past due is computed for the rows of the page.
    """

    class Media:
        css = {"all": ["cadastros/telas.css", "planos/contrato.css"]}

    campo_filial = "filial_id"
    mostra_inteiro = VER_DOCUMENTOS
    list_display = ["numero", "titular_", "plano", "situacao_", "inicio_", "valor", "vencido_", "filial"]
    list_display_links = ["numero", "titular_"]
    list_select_related = ["plano", "titular", "filial"]
    list_filter = [SituacaoFilter, PlanoFilter, AssinaturaFilter, FilialFilter]
    busca_reservada = True
    search_fields = ["numero"]
    search_help_text = (
        "Número do contrato, ou nome, código, CPF ou telefone do titular, ou nome ou CPF de um dependente"
    )
    ordering = ["-id"]
    sortable_by = ()
    inicio_ = coluna_dia("inicio", "início")
    actions_detail = [
        "reativar",
        "suspender",
        "incluir_dependente",
        {
            "title": "Mais",
            "icon": "more_horiz",
            "items": [
                "mandar_para_assinar",
                "mandar_nova_versao",
                "contrato_em_pdf",
                "combinar",
                "registrar_aviso",
                "obito_do_titular",
                "cancelar_por_atraso",
                "cancelar_a_pedido",
            ],
        },
    ]
    fieldsets = [
        (None, {"fields": ["resumo"]}),
        ("Pessoas", {"fields": ["pessoas_"]}),
        ("Contrato assinado", {"fields": ["assinatura_"]}),
        ("Parcelas", {"fields": ["parcelas_"]}),
        ("O que aconteceu", {"fields": ["historia_"]}),
        ("Condições deste contrato", {"fields": ["condicoes"]}),
    ]
    readonly_fields = ["resumo", "pessoas_", "assinatura_", "parcelas_", "historia_", "condicoes"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        inteiro = usuario_de(request).has_perm(VER_DOCUMENTOS)
        linhas: QuerySet[Any] = (
            super()
            .get_queryset(request)
            .annotate(
                inteiro=Value(inteiro, output_field=BooleanField()),
                ve_trilha=Value(usuario_de(request).has_perm(PERMISSAO_TRILHA), output_field=BooleanField()),
                le=Value(usuario_de(request).has_perm(PERMISSAO_LER), output_field=BooleanField()),
                pede=Value(usuario_de(request).has_perm(PERMISSAO), output_field=BooleanField()),
                vencido=_Vencido(Value(timezone.localdate())),
            )
        )
        return linhas

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By the indexes, never by `icontains`: who it is is asked first, for an OR of questions has no index."""
        termo = search_term.strip()
        if not termo:
            return queryset, False
        numero = termo.upper().removeprefix("P")
        achados = Q(numero=int(numero)) if numero.isdecimal() and len(numero) < 19 else Q(pk__in=[])
        ve = usuario_de(request).has_perm(VER_DOCUMENTOS)
        achados |= Q(titular__in=list(Cliente.objects.buscar(termo, finais=ve).values_list("pk", flat=True)[:ACHADOS]))
        achados |= Q(pk__in=list(buscar_dependentes(termo).values_list("contratacao_id", flat=True)[:ACHADOS]))
        return queryset.filter(achados), False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return usuario_de(request).has_perm(VENDER)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return pagina_de_venda(self, request)

    def get_urls(self) -> list[Any]:
        vista = self.admin_site.admin_view(self.add_view)
        return [path("vender/", vista, name="planos_contratacao_vender"), *super().get_urls()]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only what fits the contract as it is."""
        contrato = self.get_object(request, str(object_id))
        if contrato is None:
            return []
        cabem = set(_CABEM[Situacao(contrato.situacao)])
        if not contrato.vencido:
            cabem -= _DE_DIVIDA
        if Obito.objects.filter(cliente=contrato.titular_id).exists():
            cabem -= {"obito_do_titular"}
        cabem |= cabem_de_assinatura(contrato)
        return [a for a in super().get_actions_detail(request, object_id) if a.method.__name__ in cabem]

    @admin.display(description="titular")
    def titular_(self, contrato: Contratacao) -> str:
        return contrato.titular.cliente_varejo

    @rotulo("situação", {str(s.value): cor for s, cor in CORES.items()})
    def situacao_(self, contrato: Contratacao) -> tuple[str, str]:
        return str(contrato.situacao), Situacao(contrato.situacao).label

    @admin.display(description="mensal")
    def valor(self, contrato: Contratacao) -> SafeString:
        return reais(contrato.valor_mensal)

    @admin.display(description="vencido")
    def vencido_(self, contrato: Any) -> SafeString | str:
        return reais(contrato.vencido) if contrato.vencido else mark_safe('<span class="block text-right">–</span>')

    @admin.display(description="")
    def resumo(self, contrato: Any) -> SafeString:
        hoje = timezone.localdate()
        titular = contrato.titular
        endereco = reverse("admin:clientes_cliente_change", args=[titular.pk]) if contrato.inteiro else ""
        contexto = {
            "c": contrato,
            "cor": CORES[Situacao(contrato.situacao)],
            "titular": titular,
            "endereco": endereco,
            "documento": mostrar(titular.documento, inteiro=contrato.inteiro),
            "obito": Obito.objects.filter(cliente=titular).first(),
            "dinheiro": dinheiro(contrato, hoje),
            "em_carencia": contrato.em_carencia(hoje),
            "acordo": contrato.acordo_ate if contrato.acordo_ate and contrato.acordo_ate >= hoje else None,
            "prazo": (achado := prazo(contrato, hoje)),
            "parado": achado and next((a for a in avisos_que_nao_foram(contrato) if a.situacao in NAO_FORAM), None),
        }
        return mark_safe(render_to_string("planos/resumo.html", contexto))

    @admin.display(description="")
    def pessoas_(self, contrato: Any) -> SafeString:
        linhas = [(d, mostrar(d.cpf, inteiro=contrato.inteiro)) for d in pessoas(contrato)]
        contexto = {"linhas": linhas, "c": contrato, "hoje": timezone.localdate()}
        return mark_safe(render_to_string("planos/pessoas.html", contexto))

    @admin.display(description="")
    def parcelas_(self, contrato: Contratacao) -> SafeString:
        contexto = {
            "c": contrato,
            "titulos": parcelas(contrato),
            "hoje": timezone.localdate(),
            "em_titulos": em_titulos(contrato),
        }
        return mark_safe(render_to_string("planos/parcelas.html", contexto))

    @admin.display(description="")
    def historia_(self, contrato: Any) -> SafeString:
        momentos, passado = historia(contrato)
        contexto = {"momentos": momentos, "passado": passado, "ve_trilha": contrato.ve_trilha}
        return mark_safe(render_to_string("planos/historia.html", contexto))

    @admin.display(description="")
    def condicoes(self, contrato: Contratacao) -> SafeString:
        campos = [(str(c.verbose_name), getattr(contrato, c.attname)) for c in ParametrosDePlano._meta.local_fields]
        return mark_safe(render_to_string("planos/condicoes.html", {"campos": campos, "c": contrato}))
