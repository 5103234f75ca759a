"""Card sales: the layouts of acquirers' files, the files, and the sales that they settle (lines: `linhas_tef.py`)."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import DropdownFilter
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from auditoria.atores import nome_do_ator
from erp.acesso import escopo
from erp.acesso.admin_base import AdminBase, SomenteLeitura
from erp.acesso.erros import ErroDefinitivo
from erp.cadastros.admin.base import CadastroAdmin
from erp.cadastros.admin.colunas import coluna_dia, coluna_instante
from erp.cadastros.admin.filtros import FilialFilter, PeriodoFilter
from erp.cadastros.admin.rotulos import rotulo
from erp.cadastros.admin.usuario import usuario_de
from erp.cadastros.formatos import reais, texto_reais
from erp.cobrancas.models import ArquivoTef, LayoutTef, LinhaTef, TefEvento
from erp.cobrancas.services.casamento_tef import casar_pendentes
from erp.cobrancas.services.tef import importar
from erp.cobrancas.tef.arquivo import sem_zeros
from erp.financeiro.admin.origem import COR, elo

PERMISSAO: Final = "cobrancas.add_arquivotef"
NA_HORA: Final = 300  # lines settled while the person waits; the routine goes on with the others
E, S = TefEvento.Estado, LinhaTef.Situacao


@admin.register(LayoutTef)
class LayoutTefAdmin(CadastroAdmin):
    campo_filial = "conta__filial_id"
    list_display = ["nome", "adquirente", "conta"]
    list_select_related = ["adquirente", "conta"]
    sortable_by = ()
    fieldsets = [
        (None, {"fields": ["nome", "adquirente", "conta"]}),
        (
            "Como as colunas se chamam no arquivo",
            {
                "fields": [
                    ("coluna_nsu", "coluna_autorizacao"), ("coluna_data", "coluna_pagamento"), "coluna_parcela",
                    ("coluna_valor", "coluna_taxa", "coluna_liquido"),
                ],
                "description": "Copie os títulos da primeira linha do arquivo (maiúsculas e acentos não importam). Sem a taxa, "
                "diga o líquido; sem os dois, a taxa é zero.",
            },
        ),
    ]  # fmt: skip

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Its files speak of it."""
        return False


class FormularioDoArquivo(forms.Form):
    layout = forms.ModelChoiceField(
        LayoutTef.objects.none(), label="Leiaute", empty_label="Escolha de qual adquirente é", widget=UnfoldAdminSelectWidget,
        error_messages={"required": "Escolha o leiaute."},
    )  # fmt: skip
    arquivo = forms.FileField(
        label="Arquivo", widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.txt,.xlsx"}),
        help_text="O relatório de pagamentos da adquirente, em CSV ou XLSX, com os títulos na primeira linha.",
        error_messages={"required": "Escolha o arquivo.", "empty": "O arquivo está vazio."},
    )  # fmt: skip

    def __init__(self, *args: Any, layouts: QuerySet[LayoutTef], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["layout"].queryset = layouts  # type: ignore[attr-defined]  # a choice of rows, above
        if len(unicos := list(layouts[:2])) == 1:
            self.fields["layout"].initial = unicos[0]


@admin.register(ArquivoTef)
class ArquivoTefAdmin(SomenteLeitura, AdminBase):
    lista_vazia = (
        "Importe o relatório de pagamentos da adquirente. Antes, diga em «Leiautes de arquivos de cartões» "
        "como as colunas dele se chamam."
    )
    campo_filial = "layout__conta__filial_id"
    list_display = ["em_", "nome", "layout", "linhas", "fora", "por_"]
    list_display_links = ["em_", "nome"]
    list_select_related = ["layout"]
    ordering = ["-pk"]
    sortable_by = ()
    em_ = coluna_instante("em", "importado em")
    fields = ["layout", "nome", "em", "por_", "linhas", "achou", "as_linhas", "o_que_nao_se_entende"]
    readonly_fields = ["por_", "achou", "as_linhas", "o_que_nao_se_entende"]

    class Media:
        css = {"all": ["cadastros/telas.css"]}

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return usuario_de(request).has_perm(PERMISSAO)

    @admin.display(description="por")
    def por_(self, arquivo: ArquivoTef) -> str:
        return nome_do_ator(arquivo.por)

    @admin.display(description="não se entendem")
    def fora(self, arquivo: ArquivoTef) -> str:
        return str(arquivo.recusadas) if arquivo.recusadas else "–"

    @admin.display(description="o que se achou")
    def achou(self, arquivo: ArquivoTef) -> str:
        """One look at the lines of one file (`tef_linha_uma`)."""
        contagem = dict(arquivo.das_linhas.order_by().values_list("situacao").annotate(n=Count("id")))
        return ", ".join(f"{S(s).label.lower()}: {n}" for s, n in sorted(contagem.items())) or "nenhuma linha"

    @admin.display(description="linha a linha")
    def as_linhas(self, arquivo: ArquivoTef) -> str:
        endereco = f"{reverse('admin:cobrancas_linhatef_changelist')}?arquivo={arquivo.pk}"
        return format_html('<a class="{}" href="{}">ver as linhas</a>', COR, endereco)

    @admin.display(description="o que não se entende")
    def o_que_nao_se_entende(self, arquivo: ArquivoTef) -> str:
        if not arquivo.recusadas:
            return "nada"
        linhas = format_html_join("", "<li>linha {}: {}</li>", ((n, motivo) for n, motivo in arquivo.recusas))
        dica = "Corrija só estas linhas e importe-as num arquivo à parte, com os mesmos títulos."
        return format_html("<ul>{}</ul><p>{}</p>", linhas, dica)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The file of an acquirer: kept whole or refused whole, and its first lines settled at once."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        layouts = escopo.restringir(LayoutTef.objects.order_by("nome"), usuario_de(request), "conta__filial_id")
        envio = request.method == "POST"
        form = FormularioDoArquivo(request.POST if envio else None, request.FILES if envio else None, layouts=layouts)
        erro = ""
        if envio and form.is_valid():
            arquivo = form.cleaned_data["arquivo"]
            try:
                importado, recusadas = importar(
                    layout=form.cleaned_data["layout"], nome=arquivo.name, conteudo=arquivo.read(),
                    usuario=usuario_de(request),
                )  # fmt: skip
            except ErroDefinitivo as recusa:
                erro = str(recusa)
            else:
                return self._importado(request, importado, recusadas)
        contexto = {
            **self.admin_site.each_context(request), "opts": self.opts, "title": "Importar arquivo de cartões",
            "formulario": form, "erro": erro, "sem_layout": not layouts.exists(), "media": self.media,
        }  # fmt: skip
        return TemplateResponse(request, "cobrancas/importar_tef.html", contexto, status=409 if erro else 200)

    def _importado(self, request: HttpRequest, arquivo: ArquivoTef, recusadas: int) -> HttpResponse:
        casadas = casar_pendentes(arquivo=arquivo, limite=NA_HORA).casadas
        n, pagas = (
            _quantas(arquivo.linhas, "linha", "linhas"),
            _quantas(casadas, "venda liquidada", "vendas liquidadas"),
        )
        messages.success(request, f"Importado: {n}, {pagas} agora.")
        if recusadas:
            pagina = reverse("admin:cobrancas_arquivotef_change", args=[arquivo.pk])
            quais = _quantas(recusadas, "linha não se entende e ficou", "linhas não se entendem e ficaram")
            aviso = '{} de fora: <a class="underline" href="{}">veja quais e por quê</a>.'
            messages.warning(request, format_html(aviso, quais, pagina))
        return HttpResponseRedirect(f"{reverse('admin:cobrancas_linhatef_changelist')}?arquivo={arquivo.pk}")


def _quantas(n: int, uma: str, varias: str) -> str:
    return f"{n} {uma if n == 1 else varias}"


class AtencaoFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    """`tef_problema`."""

    title = "o que pede atenção"
    parameter_name = "atencao"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("sim", "Sem confirmação no prazo, ou desfeita")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.exclude(problema="") if self.value() == "sim" else queryset


@admin.register(TefEvento)
class TefEventoAdmin(SomenteLeitura, AdminBase):
    """Card sales, one row an instalment; newest first, served by the primary key, `tef_problema`, `tef_dia`, `tef_filial`."""

    lista_vazia = "As vendas em cartão dos PDVs aparecem aqui sozinhas, de 14 em 14 minutos."
    campo_filial = "filial_id"
    list_display = ["dia_", "nsu", "autorizacao", "parcela_", "valor_", "previsto", "estado_", "liquidado", "problema"]
    list_display_links = ["dia_", "nsu"]
    list_filter = [AtencaoFilter, FilialFilter, ("dia", PeriodoFilter)]
    list_before_template = "cadastros/periodo_da_lista.html"
    search_fields = ("nsu", "autorizacao")  # shows the box
    search_help_text = "NSU ou autorização, inteiros, de uma venda dos dias mostrados"
    ordering = ["-pk"]
    sortable_by = ()
    dia_ = coluna_dia("dia", "venda de")
    previsto = coluna_dia("previsto_em", "previsto para")
    liquidado = coluna_instante("liquidado_em", "liquidado em")
    fields = [
        "estado", "problema", "em_reais", "parcela_", "dia", "previsto_em", "liquidado_em", "titulo_", "cobranca_", "nsu",
        "autorizacao", "filial", "mudou_em",
    ]  # fmt: skip
    readonly_fields = ["parcela_", "em_reais", "titulo_", "cobranca_"]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Equal to what was typed, among the days of the period (`tef_dia`)."""
        if not (termo := search_term.strip()[:128]):
            return queryset, False
        return queryset.filter(Q(nsu=sem_zeros(termo)) | Q(autorizacao__in={termo, termo.upper()})), False

    @admin.display(description="valor")
    def em_reais(self, evento: TefEvento) -> str:
        return f"R$ {texto_reais(evento.valor)}"

    @admin.display(description="parcela")
    def parcela_(self, evento: TefEvento) -> str:
        return f"{evento.parcela}/{evento.parcelas}"

    @admin.display(description="valor")
    def valor_(self, evento: TefEvento) -> SafeString:
        return reais(evento.valor)

    @rotulo(
        "estado",
        {E.PENDENTE: "warning", E.CONFIRMADA: "success", E.DESFEITA: "danger", E.CANCELADA: "info", E.NEGADA: "danger"},
    )
    def estado_(self, evento: TefEvento) -> tuple[int, str]:
        return evento.estado, str(evento.get_estado_display())

    @admin.display(description="título")
    def titulo_(self, evento: TefEvento) -> str:
        return elo("financeiro_titulo_change", evento.titulo_id, f"título {evento.titulo_id}")

    @admin.display(description="liquidação")
    def cobranca_(self, evento: TefEvento) -> str:
        if evento.cobranca_id is None:
            return "ainda não"
        return elo("cobrancas_cobranca_change", evento.cobranca_id, f"cobrança nº {evento.cobranca_id}")
