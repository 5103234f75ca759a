"""Clocks, their files, and their marks: brought in by file, then only looked at."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from erp.acesso import escopo
from erp.acesso.admin_base import AdminBase, SomenteLeitura
from erp.acesso.erros import ErroDefinitivo
from erp.cadastros.admin.base import CadastroAdmin, acoes_de_atividade
from erp.cadastros.admin.colunas import coluna_instante
from erp.cadastros.admin.filtros import FilialFilter, PeriodoFilter
from erp.cadastros.admin.usuario import usuario_de
from erp.colaboradores.admin.busca import BuscaPorColaborador
from erp.colaboradores.models import ImportacaoMarcacoes, Marcacao, Relogio
from erp.colaboradores.services.marcacoes import ARQUIVO_MAXIMO, PERMISSAO, importar_marcacoes


@admin.register(Relogio)
class RelogioAdmin(CadastroAdmin):
    campo_filial = "filial_id"
    campo_ativo = "ativo"
    list_display = ["nome", "identificacao", "filial", "ativo"]
    list_select_related = ["filial"]
    list_filter = ["ativo", "filial"]
    search_fields = ["nome", "=identificacao"]
    search_help_text = "Nome ou identificação do relógio"
    inativar, ativar = acoes_de_atividade("colaboradores.change_relogio", "ativo")
    actions = ["inativar", "ativar"]
    fieldsets = [(None, {"fields": ["nome", "identificacao", "filial", "ativo"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The identification is what every file says: it never changes."""
        return ["identificacao"] if obj else []


class FormularioImportacao(forms.Form):
    relogio = forms.ModelChoiceField(
        Relogio.objects.none(), label="Relógio", widget=UnfoldAdminSelectWidget,
        error_messages={"required": "Escolha o relógio."},
    )  # fmt: skip
    arquivo = forms.FileField(
        label="Arquivo", widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".txt,.csv,.afd"}),
        help_text="O AFD que o relógio gera (Portaria 671 ou 1510), ou uma planilha CSV com as colunas nsr, cpf, data e hora.",
        error_messages={"required": "Escolha o arquivo.", "empty": "O arquivo está vazio."},
    )  # fmt: skip

    def __init__(self, *args: Any, relogios: QuerySet[Relogio], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["relogio"].queryset = relogios  # type: ignore[attr-defined]  # a choice of rows, above

    def clean_arquivo(self) -> Any:
        arquivo = self.cleaned_data["arquivo"]
        if arquivo.size > ARQUIVO_MAXIMO:
            raise forms.ValidationError("O arquivo passa de 64 MB: peça ao relógio um período menor.")
        return arquivo


@admin.register(ImportacaoMarcacoes)
class ImportacaoMarcacoesAdmin(SomenteLeitura, AdminBase):
    campo_filial = "relogio__filial_id"
    list_display = ["em_", "relogio", "arquivo", "lidas", "novas", "recusadas", "por"]
    list_display_links = ["em_", "arquivo"]
    list_select_related = ["relogio", "por"]
    list_filter = ["relogio"]
    ordering = ["-id"]
    sortable_by = ()
    em_ = coluna_instante("em", "importado em")
    fieldsets = [
        (None, {"fields": ["relogio", "arquivo", "em", "por", "lidas", "novas", "recusadas"]}),
        ("Avisos e recusas", {"fields": ["detalhes"]}),
    ]
    readonly_fields = ["detalhes"]

    class Media:
        css = {"all": ["cadastros/telas.css"]}

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return usuario_de(request).has_perm(PERMISSAO)

    @admin.display(description="")
    def detalhes(self, importacao: ImportacaoMarcacoes) -> SafeString:
        contexto = {"importacao": importacao, "restantes": importacao.recusadas - len(importacao.recusas)}
        return mark_safe(render_to_string("colaboradores/recusas.html", contexto))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The file of a clock. What is refused as a whole comes back to the page; what is refused by line is listed."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        relogios = escopo.restringir(Relogio.objects.filter(ativo=True), usuario_de(request), "filial_id")
        envio = request.method == "POST"
        formulario = FormularioImportacao(
            request.POST if envio else None, request.FILES if envio else None, relogios=relogios
        )
        erro = ""
        if envio and formulario.is_valid():
            arquivo = formulario.cleaned_data["arquivo"]
            try:
                importacao = importar_marcacoes(
                    relogio=formulario.cleaned_data["relogio"], arquivo=arquivo.name, conteudo=arquivo.read(),
                    usuario=usuario_de(request),
                )  # fmt: skip
            except ErroDefinitivo as recusa:
                erro = str(recusa)
            else:
                return self._importado(request, importacao)
        contexto = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Importar marcações",
            "formulario": formulario,
            "erro": erro,
            "sem_relogio": not relogios.exists(),
            "media": self.media,
        }
        resposta = TemplateResponse(request, "colaboradores/importar.html", contexto)
        resposta.status_code = 409 if erro else 200
        return resposta

    def _importado(self, request: HttpRequest, importacao: ImportacaoMarcacoes) -> HttpResponse:
        novas = f"{importacao.novas} {'marcação nova' if importacao.novas == 1 else 'marcações novas'}"
        ja_havia = importacao.lidas - importacao.novas - importacao.recusadas
        partes = [novas, f"{ja_havia} já estavam aqui" if ja_havia > 0 else ""]
        messages.success(
            request, f"{'; '.join(filter(None, partes))}. As folhas desses dias são refeitas em um minuto."
        )
        if importacao.recusadas:
            recusadas = f"{importacao.recusadas} {'recusada' if importacao.recusadas == 1 else 'recusadas'}"
            messages.warning(request, f"{recusadas}: veja abaixo quais e por quê.")
        return HttpResponseRedirect(reverse("admin:colaboradores_importacaomarcacoes_change", args=[importacao.pk]))


class FilialDaMarcacaoFilter(FilialFilter):
    caminho = "colaborador__filial_id"


@admin.register(Marcacao)
class MarcacaoAdmin(BuscaPorColaborador, SomenteLeitura, AdminBase):
    """Served by `marcacao_momento`: a mark is only looked at; what is wrong with it is said by a treatment."""

    campo_filial = "colaborador__filial_id"
    list_display = ["momento_", "colaborador", "relogio", "nsr", "origem"]
    list_display_links = ["momento_"]
    list_select_related = ["colaborador", "relogio"]
    list_filter = [("momento", PeriodoFilter), FilialDaMarcacaoFilter]
    list_before_template = "cadastros/periodo_da_lista.html"
    ordering = ["-momento", "-id"]
    sortable_by = ()
    momento_ = coluna_instante("momento", "momento")
    fields = ["colaborador", "momento", "relogio", "nsr", "origem", "importacao", "recebida_em"]
