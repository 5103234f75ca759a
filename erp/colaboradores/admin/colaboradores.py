"""The employees: who they are, what schedule they follow, and the way to their sheets."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import DropdownFilter
from unfold.widgets import UnfoldAdminTextInputWidget
from validate_docbr import CPF, PIS

from erp.acesso import escopo
from erp.cadastros.admin.base import CadastroAdmin
from erp.cadastros.admin.colunas import coluna_dia
from erp.cadastros.admin.filtros import FilialFilter
from erp.cadastros.admin.formularios import FormularioModelo
from erp.cadastros.admin.municipios import CampoMunicipio, coluna_municipio
from erp.cadastros.admin.usuario import usuario_de
from erp.cadastros.documentos import PERMISSAO, formatar, limpar, mostrar
from erp.colaboradores.admin.espelho import PaginasDoPonto
from erp.colaboradores.models import Colaborador, ColaboradorQuerySet, Escala, EscalaColaborador
from erp.colaboradores.services.cadastro import excluir_vigencia, gravar_colaborador, gravar_vigencia

_TRABALHO = ("filial", "municipio", "cargo", "admissao", "desligamento", "controla_ponto")
_VISITAS = ("endereco", "latitude", "longitude")


class CampoDocumento(forms.CharField):
    """Eleven digits with right check digits, however they are punctuated."""

    def __init__(self, validador: Any, nome: str, **kwargs: Any) -> None:
        super().__init__(label=nome, widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}), **kwargs)
        self.validador, self.nome = validador, nome

    def prepare_value(self, value: Any) -> Any:
        return formatar(value) if isinstance(value, str) and self.nome == "CPF" else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return limpar(str(initial or "")) != limpar(str(data or ""))

    def clean(self, value: Any) -> str:
        texto = limpar(str(super().clean(value)))
        if texto and not self.validador.validate(texto):
            raise forms.ValidationError(f"{self.nome} inválido: confira os 11 números e os dígitos finais.")
        return texto


class CampoGraus(forms.CharField):
    """Decimal degrees with comma or dot, as maps give them; rounded to six places, a hand's breadth. Empty is None."""

    def __init__(self, limite: int, nome: str) -> None:
        super().__init__(
            label=nome, required=False, max_length=30, widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"})
        )
        self.limite = limite

    def prepare_value(self, value: Any) -> Any:
        return f"{value.normalize():f}".replace(".", ",") if isinstance(value, Decimal) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.clean(data) != initial)
        except forms.ValidationError:
            return True

    def clean(self, value: Any) -> Any:
        texto = str(super().clean(value)).replace(",", ".")
        if not texto:
            return None
        if not re.fullmatch(r"[+-]?\d{1,3}(\.\d{1,20})?", texto, re.ASCII):
            raise forms.ValidationError("Escreva em graus decimais, como -19,92.")
        graus = round(Decimal(texto), 6)
        if abs(graus) > self.limite:
            raise forms.ValidationError(f"{self.label} vai de -{self.limite} a {self.limite}.")
        return graus


class FormularioColaborador(FormularioModelo):
    latitude = CampoGraus(90, "Latitude")
    longitude = CampoGraus(180, "Longitude")
    cpf = CampoDocumento(CPF(), "CPF")
    pis = CampoDocumento(PIS(), "PIS", required=False, help_text="Como o relógio antigo conhece a pessoa.")
    municipio = CampoMunicipio(help_text="Onde trabalha: valem os feriados deste município e do estado dele.")


class VigenciaInline(TabularInline):  # type: ignore[misc]  # unfold has no types
    model = EscalaColaborador
    extra = 0
    verbose_name_plural = "Escalas: cada uma vale até começar a seguinte"
    ordering = ["-desde"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        linhas: QuerySet[Any] = super().get_queryset(request)
        return linhas.select_related("escala")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "escala":
            kwargs["queryset"] = Escala.objects.order_by("-ativa", "nome")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class SituacaoFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    title = "situação"
    parameter_name = "situacao"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("ativos", "Ativos"), ("desligados", "Desligados"), ("sem_escala", "Ativos sem escala")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "ativos":
            return queryset.filter(desligamento__isnull=True)
        if self.value() == "desligados":
            return queryset.filter(desligamento__isnull=False)
        if self.value() == "sem_escala":
            return queryset.filter(desligamento__isnull=True, controla_ponto=True, escalas__isnull=True)
        return queryset


class FilialDoColaboradorFilter(FilialFilter):
    caminho = "filial_id"


@admin.register(Colaborador)
class ColaboradorAdmin(PaginasDoPonto, CadastroAdmin):
    """Who may not read documents sees the CPF masked, and changes nothing."""

    form = FormularioColaborador
    campo_filial = "filial_id"
    mostra_inteiro = PERMISSAO
    inlines = [VigenciaInline]
    list_display = ["nome", "matricula", "cargo", "filial", "municipio_", "escala_atual", "desligamento_", "espelho_"]
    list_display_links = ["nome", "matricula"]
    list_select_related = ["filial"]
    list_filter = [SituacaoFilter, FilialDoColaboradorFilter]
    busca_reservada = True
    search_fields = ["busca"]
    search_help_text = "Palavras do nome, matrícula ou CPF inteiro"
    ordering = ["nome", "matricula"]
    sortable_by = ()
    municipio_ = coluna_municipio("municipio")
    desligamento_ = coluna_dia("desligamento", "desligamento")
    readonly_fields = ["cpf_", "municipio_", "espelho_"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        muda = self.has_change_permission(request, obj) if obj else True
        pessoa = ["nome", "matricula", "cpf", "pis"] if muda else ["nome", "matricula", "cpf_"]
        trabalho = [*_TRABALHO] if muda else [("municipio_" if nome == "municipio" else nome) for nome in _TRABALHO]
        return [
            (None, {"fields": pessoa}),
            ("Trabalho", {"fields": [*trabalho, "espelho_"] if obj else trabalho}),
            (
                "De onde saem as visitas",
                {
                    "fields": _VISITAS,
                    "description": "As rotas do dia começam e terminam aqui. Em graus decimais: -19,92.",
                },
            ),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        linhas: QuerySet[Any] = super().get_queryset(request)
        atual = EscalaColaborador.objects.filter(colaborador=OuterRef("pk"), desde__lte=timezone.localdate())
        escala = Subquery(atual.order_by("-desde").values("escala__nome")[:1])
        anotadas: QuerySet[Any] = linhas.annotate(escala_agora=escala)
        return anotadas

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By the indexes, never by `icontains`."""
        if not search_term.strip():
            return queryset, False
        assert isinstance(queryset, ColaboradorQuerySet)
        return queryset.buscar(search_term), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and usuario_de(request).has_perm(PERMISSAO)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and usuario_de(request).has_perm(PERMISSAO)

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool) -> None:
        if not escopo.ve_filial(usuario_de(request), obj.filial_id):
            raise PermissionDenied
        gravar_colaborador(obj, usuario=usuario_de(request))

    def save_formset(
        self, request: HttpRequest, form: ModelForm[Any], formset: BaseModelFormSet[Any, Any], change: bool
    ) -> None:
        mudadas = formset.save(commit=False)
        for vigencia in formset.deleted_objects:
            excluir_vigencia(vigencia, usuario=usuario_de(request))
        for vigencia in mudadas:
            gravar_vigencia(vigencia, usuario=usuario_de(request))
        formset.save_m2m()

    @admin.display(description="CPF")
    def cpf_(self, pessoa: Colaborador) -> str:
        return mostrar(pessoa.cpf, inteiro=False)

    @admin.display(description="escala", ordering=F("escala_agora"))
    def escala_atual(self, pessoa: Any) -> str:
        if not pessoa.controla_ponto:
            return "não controla ponto"
        return str(pessoa.escala_agora or "nenhuma")

    @admin.display(description="espelho de ponto")
    def espelho_(self, pessoa: Colaborador) -> SafeString:
        endereco = reverse("admin:colaboradores_colaborador_espelho", args=[pessoa.pk])
        return format_html(
            '<a class="text-primary-600 dark:text-primary-500 font-medium whitespace-nowrap" href="{}">Ver o mês</a>',
            endereco,
        )
