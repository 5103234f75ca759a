"""Accounting periods: included open, closed and opened again by actions that ask why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminTextInputWidget

from erp.acesso.acoes import Envio, Painel
from erp.acesso.admin_base import acao_com_motivo
from erp.cadastros.admin.base import CadastroAdmin
from erp.cadastros.admin.colunas import coluna_instante
from erp.cadastros.admin.formularios import FormularioModelo
from erp.cadastros.admin.rotulos import rotulo
from erp.cadastros.models import PeriodoContabil
from erp.cadastros.pendencias import pendencias_entre
from erp.cadastros.periodos import (
    PERMISSAO_FECHAR,
    PERMISSAO_REABRIR,
    PeriodoRecusado,
    fechar_periodos,
    reabrir_periodos,
)

PERIODOS_POR_VEZ = 24


class FormularioPeriodo(FormularioModelo):
    motivo = forms.CharField(
        label="Motivo", max_length=200, widget=UnfoldAdminTextInputWidget(), help_text="Fica na auditoria."
    )

    def clean(self) -> dict[str, Any]:
        dados: dict[str, Any] = super().clean() or {}
        inicio, fim = dados.get("inicio"), dados.get("fim")
        if inicio and fim and fim < inicio:
            self.add_error("fim", "O fim é antes do início.")
        return dados


def painel_do_fechamento(usuario: User, queryset: QuerySet[Any]) -> Painel:
    """What is still pending of the days to be closed."""
    periodos = [{"periodo": p, "pendencias": pendencias_entre(p.inicio, p.fim)} for p in queryset[:PERIODOS_POR_VEZ]]
    return Painel("cadastros/fechar_periodo.html", {"periodos": periodos})


def _servir(servico: Callable[..., list[PeriodoContabil]], queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
    ids = list(queryset.order_by().values_list("pk", flat=True)[: PERIODOS_POR_VEZ + 1])
    if len(ids) > PERIODOS_POR_VEZ:
        raise ValidationError(f"São mais de {PERIODOS_POR_VEZ} períodos: escolha menos de cada vez.")
    try:
        feitos = servico(ids=ids, motivo=motivo, usuario=usuario)
    except PeriodoRecusado as recusa:
        raise ValidationError(f"Nada foi feito: {recusa}.") from recusa
    return ", ".join(str(periodo) for periodo in feitos)


@admin.register(PeriodoContabil)
class PeriodoContabilAdmin(CadastroAdmin):
    form = FormularioPeriodo
    list_display = ["__str__", "situacao", "quando"]
    quando = coluna_instante("fechado_em", "fechado ou reaberto em")
    list_filter = ["fechado"]
    date_hierarchy = None
    readonly_fields = ["situacao_por_extenso", "quando"]
    actions = ["fechar", "reabrir"]
    actions_detail = ["fechar", "reabrir"]

    @acao_com_motivo(
        titulo="Fechar",
        explicacao="O que for destes dias passa a ser lançado no primeiro dia aberto depois deles. "
        "Nada do que já foi lançado muda.",
        permissao=PERMISSAO_FECHAR,
        botao="Fechar o período",
        icone="lock",
        painel=painel_do_fechamento,
    )
    def fechar(self, queryset: QuerySet[Any], motivo: str, usuario: User, envio: Envio) -> str:
        return f"Fechado: {_servir(fechar_periodos, queryset, motivo, usuario)}."

    @acao_com_motivo(
        titulo="Reabrir",
        explicacao="O que for destes dias volta a ser lançado neles. O que já foi lançado depois deles fica onde está.",
        permissao=PERMISSAO_REABRIR,
        botao="Reabrir o período",
        perigosa=True,
        icone="lock_open",
    )
    def reabrir(self, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
        return f"Reaberto: {_servir(reabrir_periodos, queryset, motivo, usuario)}."

    @rotulo("situação", {"fechado": "danger", "aberto": "success"})
    def situacao(self, periodo: PeriodoContabil) -> tuple[str, str]:
        return ("fechado", "Fechado") if periodo.fechado else ("aberto", "Aberto")

    @admin.display(description="situação")
    def situacao_por_extenso(self, periodo: PeriodoContabil) -> str:
        return self.situacao(periodo)[1]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        campos = ["inicio", "fim", "motivo"] if self.has_change_permission(request, obj) else ["inicio", "fim"]
        return [
            (
                None,
                {
                    "fields": campos if obj is None else [*campos, "situacao_por_extenso", "quando"],
                    "description": "O que acontecer num dia fechado é lançado no primeiro dia aberto depois dele. "
                    "Inclua o período e depois use Fechar, que mostra o que ainda falta lançar nele. "
                    "Fechar não muda nada do que já foi lançado.",
                },
            )
        ]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Closing what is open, opening what is closed."""
        periodo = self.get_object(request, str(object_id))
        cabe = "reabrir" if periodo is not None and periodo.fechado else "fechar"
        return [acao for acao in super().get_actions_detail(request, object_id) if acao.method.__name__ == cabe]

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool) -> None:
        if not change:
            obj.fechado = False
        super().save_model(request, obj, form, change)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The days of a closed period do not move: it is opened first."""
        return (obj is None or not obj.fechado) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A period is opened again, never deleted: the trail of who closed it stays."""
        return False
