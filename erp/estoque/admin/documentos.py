"""Stock documents: entered by form or by spreadsheet, then only looked at."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.safestring import SafeString, mark_safe
from import_export.forms import ConfirmImportForm
from import_export.results import Result
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from erp.acesso import escopo
from erp.acesso.admin_base import AdminBase, SomenteLeitura
from erp.cadastros.admin.colunas import coluna_instante
from erp.cadastros.admin.filtros import FilialFilter, PeriodoFilter, produtos_do_codigo
from erp.cadastros.admin.usuario import usuario_de
from erp.cadastros.models import Filial, Produto
from erp.cadastros.planilhas.admin import FormularioImportacao, ImportaPlanilha
from erp.estoque.admin.formularios import CabecalhoDocumento, LinhasFormSet, mostrar_erros, preenchidas
from erp.estoque.erros import DocumentoRecusado
from erp.estoque.importacao import ImportacaoDeEstoque
from erp.estoque.models import DocumentoEstoque
from erp.estoque.selectors import linhas_do_documento, movimentos_do_documento
from erp.estoque.services import registrar_documento

PERMISSAO = "estoque.lancar_estoque"
SUGESTOES = 12


class FormularioPlanilhaEstoque(FormularioImportacao, CabecalhoDocumento):
    """The head of the document, and its spreadsheet."""


class ConfirmacaoEstoque(ConfirmImportForm):  # type: ignore[misc]  # import-export has no types
    """What the first page asked, carried through the preview and checked again."""

    natureza = CabecalhoDocumento.base_fields["natureza"]
    filial = forms.ModelChoiceField(Filial.objects.none())
    ocorrido_em = CabecalhoDocumento.base_fields["ocorrido_em"]
    referencia = CabecalhoDocumento.base_fields["referencia"]
    motivo = CabecalhoDocumento.base_fields["motivo"]
    chave = CabecalhoDocumento.base_fields["chave"]

    def __init__(self, *args: Any, filiais: QuerySet[Filial], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["filial"].queryset = filiais


CAMPOS = ("natureza", "filial", "ocorrido_em", "referencia", "motivo", "chave")


@admin.register(DocumentoEstoque)
class DocumentoEstoqueAdmin(ImportaPlanilha, SomenteLeitura, AdminBase):
    importacao = ImportacaoDeEstoque
    import_form_class = FormularioPlanilhaEstoque
    confirm_form_class = ConfirmacaoEstoque
    campo_filial = "filial_id"
    list_display = ["id", "natureza", "filial", "quando", "referencia", "motivo", "criado_por", "lancado"]
    list_display_links = ["id", "natureza"]
    list_select_related = ["filial"]
    list_filter = [FilialFilter, ("natureza", ChoicesDropdownFilter), ("ocorrido_em", PeriodoFilter)]
    search_fields = ["=id", "referencia__startswith"]
    search_help_text = "Número do documento ou começo da referência"
    ordering = ["-id"]
    list_before_template = "cadastros/periodo_da_lista.html"
    quando = coluna_instante("ocorrido_em", "ocorrido em")
    lancado = coluna_instante("criado_em", "lançado em")
    sortable_by = ()
    fieldsets = [
        (None, {"fields": ["natureza", "filial", "ocorrido_em", "referencia", "motivo", "criado_por", "criado_em"]}),
        ("Linhas informadas", {"fields": ["linhas_informadas"]}),
        ("Movimentos lançados", {"fields": ["movimentos"]}),
    ]
    readonly_fields = [
        "natureza", "filial", "ocorrido_em", "referencia", "motivo", "criado_por", "criado_em", "linhas_informadas",
        "movimentos",
    ]  # fmt: skip

    class Media:
        css = {"all": ["cadastros/telas.css"]}

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return usuario_de(request).has_perm(PERMISSAO)

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)

    @admin.display(description="")
    def linhas_informadas(self, documento: DocumentoEstoque) -> SafeString:
        linhas = linhas_do_documento(documento.linhas)
        return mark_safe(render_to_string("estoque/linhas.html", {"linhas": linhas}))

    @admin.display(description="")
    def movimentos(self, documento: DocumentoEstoque) -> SafeString:
        contexto = {"movimentos": movimentos_do_documento(documento.pk)}
        return mark_safe(render_to_string("estoque/movimentos.html", contexto))

    def get_urls(self) -> list[Any]:
        vista = self.admin_site.admin_view(self.procurar_produtos)
        return [path("produtos.json", vista, name="estoque_documentoestoque_produtos"), *super().get_urls()]

    def procurar_produtos(self, request: HttpRequest) -> JsonResponse:
        """Products for the line being typed: the one with this code or barcode, else those with these words."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        texto = request.GET.get("q", "")[:60].strip()
        ativos = Produto.objects.filter(ativo=True, controla_estoque=True)
        achados = produtos_do_codigo(texto) or list(ativos.buscar(texto)[:SUGESTOES])
        return JsonResponse(
            {"produtos": [{"codigo": p.codigo, "descricao": p.descricao, "unidade": p.unidade} for p in achados]}
        )

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The form. What the service refuses comes back beside its line, with everything still typed."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        dados = request.POST if request.method == "POST" else None
        cabecalho = CabecalhoDocumento(dados, filiais=self._filiais(request))
        linhas = LinhasFormSet(dados, prefix="linhas")
        if dados is not None and cabecalho.is_valid() & linhas.is_valid():
            validas = preenchidas(linhas)
            try:
                documento = registrar_documento(
                    linhas=[validas_.linha for validas_ in validas],
                    usuario=usuario_de(request),
                    **cabecalho.cleaned_data,
                )
            except DocumentoRecusado as recusa:
                mostrar_erros(cabecalho, validas, recusa.erros)
            else:
                messages.success(request, f"{documento.get_natureza_display()} lançado(a): documento {documento.pk}.")
                endereco = reverse(f"{self.admin_site.name}:estoque_documentoestoque_change", args=[documento.pk])
                return HttpResponseRedirect(endereco)
        contexto = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Lançar no estoque",
            "cabecalho": cabecalho,
            "linhas": linhas,
            "media": self.media,
        }
        return TemplateResponse(request, "estoque/documento.html", contexto)

    def _filiais(self, request: HttpRequest) -> QuerySet[Filial]:
        return escopo.restringir(Filial.objects.filter(ativa=True), usuario_de(request), "pk")

    def get_import_form_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().get_import_form_kwargs(request), "filiais": self._filiais(request)}

    def get_confirm_form_kwargs(self, request: HttpRequest, import_form: Any = None) -> dict[str, Any]:
        return {**super().get_confirm_form_kwargs(request, import_form), "filiais": self._filiais(request)}

    def get_confirm_form_initial(self, request: HttpRequest, import_form: Any) -> dict[str, Any]:
        iniciais: dict[str, Any] = super().get_confirm_form_initial(request, import_form)
        if import_form is not None:
            iniciais |= {nome: import_form.cleaned_data[nome] for nome in CAMPOS}
        return iniciais

    def opcoes_da_importacao(self, form: Any) -> dict[str, Any]:
        return {nome: form.cleaned_data[nome] for nome in CAMPOS}

    def add_success_message(self, result: Result, request: HttpRequest) -> None:
        movimentos, iguais = result.totals["new"], result.totals["skip"]
        sem = f"; {iguais} linhas já batiam com o saldo" if iguais else ""
        messages.success(request, f"Documento lançado: {movimentos} movimentos de estoque{sem}.")
