"""The pages of an import: file, preview, confirmation. django-import-export's flow, made strict and Portuguese."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from import_export.admin import ImportMixin
from import_export.results import Result, RowResult
from unfold.contrib.import_export.forms import ImportForm

from erp.cadastros.planilhas.importacao import FormatoPlanilha, ImportacaoDePlanilha
from erp.cadastros.planilhas.leitura import PlanilhaInvalida

DA_BIBLIOTECA = ("resource", "import_file", "format")


class FormularioImportacao(ImportForm):  # type: ignore[misc]  # unfold has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["import_file"].label = "Planilha"
        self.fields["import_file"].help_text = "CSV ou XLSX. Nada é gravado antes de você conferir e confirmar."
        self.fields["import_file"].error_messages |= {
            "empty": "O arquivo está vazio.",
            "required": "Escolha o arquivo.",
        }
        self.fields["import_file"].widget.attrs["accept"] = ".csv,.txt,.xlsx"

    def campos_proprios(self) -> list[Any]:
        """What a subclass asks besides the file."""
        return [campo for campo in self.visible_fields() if campo.name not in DA_BIBLIOTECA]

    def campos_ocultos(self) -> list[Any]:
        return [campo for campo in self.hidden_fields() if campo.name not in DA_BIBLIOTECA]


class ImportaPlanilha(ImportMixin):  # type: ignore[misc]  # import-export has no types
    """Mixin of an admin, before `AdminBase`: adds the button and the pages of one `ImportacaoDePlanilha`."""

    importacao: type[ImportacaoDePlanilha]
    permissoes_da_importacao = ("add", "change")
    import_form_class = FormularioImportacao
    import_template_name = "cadastros/importacao.html"
    import_formats = (FormatoPlanilha,)
    skip_admin_log = True  # the import records one audit event; 20,000 log rows tell nobody anything
    show_change_form_export = False

    def get_import_formats(self) -> list[type[FormatoPlanilha]]:
        return [FormatoPlanilha]

    def get_import_resource_classes(self, request: HttpRequest) -> list[type[ImportacaoDePlanilha]]:
        return [self.importacao]

    def has_import_permission(self, request: HttpRequest) -> bool:
        return all(getattr(self, f"has_{permissao}_permission")(request) for permissao in self.permissoes_da_importacao)

    def get_urls(self) -> list[Any]:
        vista = self.admin_site.admin_view(self.baixar_modelo)
        nome = f"{self.opts.app_label}_{self.opts.model_name}_modelo"
        return [path("import/modelo.csv", vista, name=nome), *super().get_urls()]

    def baixar_modelo(self, request: HttpRequest) -> HttpResponse:
        """An empty spreadsheet with the right titles, as Excel in Brazil opens it."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        texto = io.StringIO()
        csv.writer(texto, delimiter=";").writerow([coluna.nome for coluna in self.importacao.colunas])
        resposta = HttpResponse("\ufeff" + texto.getvalue(), content_type="text/csv; charset=utf-8")
        resposta["Content-Disposition"] = f'attachment; filename="{self.opts.model_name}.csv"'
        return resposta

    def get_import_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_import_context_data(**kwargs), "importacao": self.importacao}

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        resposta: TemplateResponse = super().import_action(request, **kwargs)
        assert resposta.context_data is not None
        resposta.context_data["title"] = f"Importar {self.opts.verbose_name_plural} de planilha"
        return resposta

    def add_data_read_fail_error_to_form(self, form: Any, e: Exception) -> None:
        if not isinstance(e, PlanilhaInvalida):
            raise e
        form.add_error("import_file", str(e))

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.pop("request", None)
        kwargs["opcoes"] = self.opcoes_da_importacao(kwargs.pop("form", None))
        return {**kwargs, "rollback_on_validation_errors": True}

    def opcoes_da_importacao(self, form: Any) -> dict[str, Any]:
        """What the form asks besides the file."""
        return {}

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            resposta: HttpResponse = super().process_import(request, **kwargs)
        except FileNotFoundError:
            messages.warning(request, "Esta planilha já foi importada ou a página venceu. Envie de novo se precisar.")
            return HttpResponseRedirect(self._endereco("changelist"))
        return resposta

    def process_result(self, result: Result, request: HttpRequest) -> HttpResponse:
        """All or nothing also here: between preview and confirmation the registers may have changed."""
        if result.has_errors() or result.has_validation_errors():
            problemas = [str(erro.error) for erro in result.base_errors]
            problemas += [
                f"linha {linha.number}: {' '.join(linha.error.messages)}" for linha in result.invalid_rows[:5]
            ]
            messages.error(request, f"Nada foi gravado: o cadastro mudou desde a conferência. {' '.join(problemas)}")
            return HttpResponseRedirect(self._endereco("import"))
        resposta: HttpResponse = super().process_result(result, request)
        return resposta

    def add_success_message(self, result: Result, request: HttpRequest) -> None:
        novos, alterados, iguais = (
            result.totals[tipo]
            for tipo in (RowResult.IMPORT_TYPE_NEW, RowResult.IMPORT_TYPE_UPDATE, RowResult.IMPORT_TYPE_SKIP)
        )
        messages.success(
            request, f"Planilha importada: {novos} novos, {alterados} alterados, {iguais} já estavam assim."
        )

    def _endereco(self, pagina: str) -> str:
        site, opts = self.admin_site.name, self.opts
        return reverse(f"{site}:{opts.app_label}_{opts.model_name}_{pagina}")
