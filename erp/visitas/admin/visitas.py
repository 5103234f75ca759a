"""Visits: asked for, marked, made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, TextFilter

from erp.acesso import escopo
from erp.acesso.acoes import Envio, Painel
from erp.acesso.admin_base import acao_com_motivo
from erp.acesso.erros import ErroDefinitivo
from erp.cadastros.admin.base import CadastroAdmin
from erp.cadastros.admin.colunas import coluna_dia
from erp.cadastros.admin.filtros import FilialFilter, VencimentoFilter
from erp.cadastros.admin.rotulos import rotulo
from erp.cadastros.admin.usuario import usuario_de
from erp.colaboradores.models import Colaborador
from erp.visitas.admin.formularios import FormularioMarcar, FormularioVisita
from erp.visitas.models import Visita
from erp.visitas.models.visita import Situacao, VisitaQuerySet
from erp.visitas.services import cancelar, concluir, gravar_visita, marcar

POR_VEZ = 200
PERMISSAO = "visitas.marcar_visita"
_CORES = {
    Situacao.PEDIDA: "warning", Situacao.MARCADA: "info", Situacao.REALIZADA: "success",
    Situacao.NAO_REALIZADA: "danger", Situacao.CANCELADA: "danger",
}  # fmt: skip


class QuandoFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    title = "quando"
    parameter_name = "quando"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("hoje", "Hoje"), ("amanha", "Amanhã"), ("sem", "Sem dia marcado")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        hoje = timezone.localdate()
        if self.value() == "sem":
            return queryset.filter(situacao=Situacao.PEDIDA)
        dias: dict[str | None, date] = {"hoje": hoje, "amanha": hoje + timedelta(days=1)}
        return queryset.filter(dia=dias[self.value()]) if self.value() in dias else queryset


class ColaboradorFilter(TextFilter):  # type: ignore[misc]  # unfold has no types
    """One employee, by matrícula."""

    title = "matrícula do colaborador"
    parameter_name = "colaborador"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        texto = (self.value() or "").strip()
        if not texto:
            return queryset
        return queryset.filter(colaborador__in=Colaborador.objects.filter(matricula=texto).values("pk"))


def painel_de_marcar(usuario: User, queryset: QuerySet[Any]) -> Painel:
    contexto = {"visitas": list(queryset[:20]), "mais": queryset[20:21].exists()}
    return Painel(
        "visitas/marcar.html",
        contexto,
        rotulos={"colaborador": "Quem vai", "dia": "Em que dia", "hora": "Hora combinada"},
    )


def _cada(queryset: QuerySet[Any], agir: Callable[[int], Any]) -> int:
    ids = list(queryset.order_by().values_list("pk", flat=True)[: POR_VEZ + 1])
    if len(ids) > POR_VEZ:
        raise ValidationError(f"São mais de {POR_VEZ} visitas: escolha menos de cada vez.")
    for visita_id in sorted(ids):
        agir(visita_id)
    return len(ids)


def _quantas(n: int, feito: str) -> str:
    return f"1 visita {feito}." if n == 1 else f"{n} visitas {feito}s."


@admin.register(Visita)
class VisitaAdmin(CadastroAdmin):
    form = FormularioVisita
    campo_filial = "filial_id"
    list_display = [
        "numero",
        "quando",
        "hora_",
        "solicitante",
        "motivo",
        "endereco",
        "colaborador",
        "mapa",
        "situacao_",
    ]
    list_display_links = ["numero", "solicitante"]
    list_select_related = ["colaborador"]
    list_filter = [
        QuandoFilter, ("situacao", ChoicesDropdownFilter), ("dia", VencimentoFilter), ColaboradorFilter, FilialFilter,
    ]  # fmt: skip
    search_fields = ["busca"]
    search_help_text = "Número da visita, ou palavras de quem pediu ou do endereço"
    autocomplete_fields = ["cliente"]
    sortable_by = ()
    quando = coluna_dia("dia", "dia")
    readonly_fields = ["historico"]
    actions = ["marcar", "realizada", "nao_realizada", "cancelar"]
    actions_detail = ["marcar", "realizada", "nao_realizada", "cancelar"]

    class Media:
        css = {"all": ["cadastros/telas.css"]}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        quem = ["filial", "cliente", ("solicitante", "telefone"), "motivo", ("endereco", "complemento"), "posicao"]
        if obj is None and self.has_add_permission(request):
            ajuda = "Em branco, a visita fica pedida, à espera de quem vá."
            return [
                (None, {"fields": quem}),
                ("Quem vai", {"fields": ["colaborador", ("dia", "hora")], "description": ajuda}),
            ]
        if not self.has_change_permission(request, obj):  # without a form, its own fields are not there
            quem[-1:] = [("latitude", "longitude")]
        return [
            (None, {"fields": quem}),
            ("Quem vai", {"fields": ["colaborador", ("dia", "hora")]}),
            ("Histórico", {"fields": ["historico"]}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who goes and when change by the action, which keeps what was before."""
        return [*self.readonly_fields, "colaborador", "dia"] if obj else self.readonly_fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A visit is cancelled, and its history stays."""
        return False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The declared fields are no columns: where they are only shown, the form must not ask for them."""
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj is not None:
            form.base_fields.pop("colaborador", None)
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool) -> None:
        if not escopo.ve_filial(usuario_de(request), obj.filial_id):
            raise PermissionDenied
        gravar_visita(obj, usuario=usuario_de(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        termo = search_term.strip()
        if not termo:
            return queryset, False
        if termo.isascii() and termo.isdecimal() and len(termo) < 10:
            return queryset.filter(pk=int(termo)), False
        assert isinstance(queryset, VisitaQuerySet)
        return queryset.buscar(termo), False

    @admin.display(description="visita")
    def numero(self, visita: Visita) -> str:
        return f"nº {visita.pk}"

    @admin.display(description="hora")
    def hora_(self, visita: Visita) -> str:
        return f"{visita.hora:%H:%M}" if visita.hora else "–"

    @admin.display(description="no mapa", boolean=True)
    def mapa(self, visita: Visita) -> bool:
        return visita.latitude is not None

    @rotulo("situação", _CORES)
    def situacao_(self, visita: Visita) -> tuple[int, str]:
        return visita.situacao, Situacao(visita.situacao).label

    @admin.display(description="")
    def historico(self, visita: Visita) -> SafeString:
        mudancas = visita.mudancas.select_related("colaborador").order_by("-pk")[:50]
        return mark_safe(render_to_string("visitas/historico.html", {"mudancas": mudancas}))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """What this visit still admits."""
        visita = self.get_object(request, str(object_id))
        para = {
            "marcar": Situacao.MARCADA, "realizada": Situacao.REALIZADA, "nao_realizada": Situacao.NAO_REALIZADA,
            "cancelar": Situacao.CANCELADA,
        }  # fmt: skip
        return [
            acao for acao in super().get_actions_detail(request, object_id)
            if visita is not None and (visita.situacao, para[acao.method.__name__]) in Visita.TRANSICOES
        ]  # fmt: skip

    @acao_com_motivo(
        titulo="Marcar",
        explicacao="Diga quem vai e quando. A rota do dia sai às cinco da manhã; a de hoje, ao rodar a rotina de novo.",
        permissao=PERMISSAO,
        botao="Marcar",
        icone="event",
        formulario=FormularioMarcar,
        painel=painel_de_marcar,
    )
    def marcar(self, queryset: QuerySet[Any], motivo: str, usuario: User, envio: Envio) -> str:
        if envio.campos["colaborador"] is None:
            raise ErroDefinitivo("SEM_COLABORADOR", "Falta quem vai.", "Escreva a matrícula.")
        n = _cada(queryset, lambda pk: marcar(visita_id=pk, **envio.campos, motivo=motivo, usuario=usuario))
        return _quantas(n, "marcada")

    @acao_com_motivo(
        titulo="Realizada", explicacao="A visita foi feita. Conte o que houve.", permissao=PERMISSAO, botao="Foi realizada",
        icone="check_circle",
    )  # fmt: skip
    def realizada(self, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
        n = _cada(queryset, lambda pk: concluir(visita_id=pk, realizada=True, motivo=motivo, usuario=usuario))
        return _quantas(n, "realizada")

    @acao_com_motivo(
        titulo="Não realizada", explicacao="Ninguém fez a visita. Depois dá para marcar de novo.", permissao=PERMISSAO,
        botao="Não foi realizada", icone="unpublished",
    )  # fmt: skip
    def nao_realizada(self, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
        n = _cada(queryset, lambda pk: concluir(visita_id=pk, realizada=False, motivo=motivo, usuario=usuario))
        return _quantas(n, "não realizada")

    @acao_com_motivo(
        titulo="Cancelar", explicacao="Ninguém vai mais. Não volta atrás: peça outra visita.", permissao=PERMISSAO,
        botao="Cancelar a visita", perigosa=True, icone="cancel",
    )  # fmt: skip
    def cancelar(self, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
        return _quantas(_cada(queryset, lambda pk: cancelar(visita_id=pk, motivo=motivo, usuario=usuario)), "cancelada")
