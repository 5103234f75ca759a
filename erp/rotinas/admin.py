"""Routines, their executions and their schedules, as staff see them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule
from unfold.decorators import display

from auditoria.filtros import FiltroPeriodo
from erp.acesso.admin_base import AdminBase, SomenteLeitura, acao_com_motivo
from erp.rotinas.models import Execucao, RotinaAgendada
from erp.rotinas.services import solicitar_execucao
from erp.rotinas.tarefas import em_palavras

CORES = {
    "pendente": "info",
    "executando": "info",
    "sucesso": "success",
    "pulada": "warning",
    "erro": "danger",
    "interrompida": "danger",
}

for _modelo in (PeriodicTask, IntervalSchedule, CrontabSchedule, SolarSchedule, ClockedSchedule):
    admin.site.unregister(_modelo)


@admin.register(RotinaAgendada)
class RotinaAgendadaAdmin(SomenteLeitura, AdminBase):
    list_display = ("titulo", "quando", "ultima_situacao", "ultimo_inicio", "caminho", "declarada")
    list_select_related = ("agenda__interval", "agenda__crontab")
    search_fields = ("titulo", "caminho")
    fields = ("titulo", "descricao", "caminho", "quando", "agenda", "ultima_situacao", "ultimo_inicio", "declarada")
    readonly_fields = fields
    actions = ("executar_agora",)
    actions_detail = ("executar_agora",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The schedule's page only for who may open it."""
        ve_agenda = request.user.has_perm("django_celery_beat.view_periodictask")
        return self.fields if ve_agenda else [campo for campo in self.fields if campo != "agenda"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        ultima = Execucao.objects.filter(rotina=OuterRef("caminho")).order_by("-id")
        linhas: QuerySet[Any] = super().get_queryset(request)
        com_o_fim: QuerySet[Any] = linhas.annotate(
            ultima=Subquery(ultima.values("situacao")[:1]),
            ultimo_em=Subquery(ultima.exclude(iniciada_em=None).values("iniciada_em")[:1]),
        )
        return com_o_fim

    @acao_com_motivo(
        titulo="Executar agora",
        explicacao="A rotina roda assim que um trabalhador estiver livre, fora da agenda. "
        "Se já estiver em curso, o pedido fica registrado como pulado.",
        permissao="rotinas.executar_rotina",
        botao="Executar agora",
        icone="play_arrow",
    )
    def executar_agora(self, queryset: QuerySet[RotinaAgendada], motivo: str, usuario: User) -> str:
        pedidos = [
            solicitar_execucao(caminho=rotina.caminho, por=usuario, motivo=motivo)
            for rotina in queryset.order_by("caminho")
        ]
        return (
            "Execução pedida; acompanhe em Execuções de rotinas."
            if len(pedidos) == 1
            else (f"{len(pedidos)} execuções pedidas; acompanhe em Execuções de rotinas.")
        )

    @admin.display(description="quando")
    def quando(self, rotina: RotinaAgendada) -> str:
        return em_palavras(rotina.agenda)

    @display(description="último resultado", label=CORES)  # type: ignore[untyped-decorator]  # unfold is untyped
    def ultima_situacao(self, rotina: Any) -> str:
        return "nunca rodou" if rotina.ultima is None else str(Execucao.Situacao(rotina.ultima).label)

    @admin.display(description="último início")
    def ultimo_inicio(self, rotina: Any) -> str:
        return timezone.localtime(rotina.ultimo_em).strftime("%d/%m/%Y %H:%M:%S") if rotina.ultimo_em else "–"


@admin.register(Execucao)
class ExecucaoAdmin(SomenteLeitura, AdminBase):
    list_display = ("rotina", "resultado", "inicio", "duracao", "contagens_em_texto", "iniciada_por", "erro_curto")
    list_filter = ("situacao", ("criada_em", FiltroPeriodo))
    search_fields = ("rotina__exact",)
    search_help_text = "Caminho exato da rotina, por exemplo rotinas/esquecer_execucoes"
    sortable_by = ()
    fields = (
        "rotina", "resultado", "criada_em", "agendada_para", "iniciada_em", "terminada_em", "duracao", "iniciada_por",
        "contagens_em_texto", "erro", "heartbeat",
    )  # fmt: skip
    readonly_fields = fields

    @display(description="resultado", label=CORES)  # type: ignore[untyped-decorator]  # unfold is untyped
    def resultado(self, execucao: Execucao) -> str:
        return execucao.get_situacao_display()

    @admin.display(description="início")
    def inicio(self, execucao: Execucao) -> str:
        momento = execucao.iniciada_em or execucao.criada_em
        return timezone.localtime(momento).strftime("%d/%m/%Y %H:%M:%S")

    @admin.display(description="duração")
    def duracao(self, execucao: Execucao) -> str:
        if execucao.iniciada_em is None:
            return "–"
        fim = execucao.terminada_em or timezone.now()
        return f"{(fim - execucao.iniciada_em).total_seconds():.1f} s".replace(".", ",")

    @admin.display(description="contagens")
    def contagens_em_texto(self, execucao: Execucao) -> str:
        return ", ".join(f"{nome}: {n}" for nome, n in sorted(execucao.contagens.items())) or "–"

    @admin.display(description="erro")
    def erro_curto(self, execucao: Execucao) -> str:
        ultima_linha = execucao.erro.strip().rpartition("\n")[2]
        return ultima_linha if len(ultima_linha) <= 80 else f"{ultima_linha[:77]}..."


class FormularioDeAgenda(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    class Meta:
        model = PeriodicTask
        fields = ("enabled", "interval", "crontab")
        help_texts = dict.fromkeys(fields, "")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for nome in {"interval", "crontab"} & set(self.fields):
            self.fields[nome].label_from_instance = _em_palavras(nome)  # type: ignore[attr-defined]  # a choice of rows

    def clean(self) -> dict[str, Any]:
        dados: dict[str, Any] = super().clean() or self.cleaned_data
        if bool(dados.get("interval")) == bool(dados.get("crontab")):
            raise forms.ValidationError("Escolha um intervalo ou um horário: um dos dois, e só um.")
        return dados

    def validate_unique(self) -> None:
        """The model says again, in English, what `clean` has said."""
        if not self.errors:
            super().validate_unique()


def _em_palavras(campo: str) -> Callable[[Any], str]:
    return lambda agenda: em_palavras(PeriodicTask(**{campo: agenda}))


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(AdminBase):
    """The schedules. A routine is declared in code: here staff say when it runs, and whether.

    No bulk actions: "executar agora" of the routine asks for a reason, these would not.
    """

    form = FormularioDeAgenda
    list_display = ("name", "quando", "enabled", "last_run_at")
    list_filter = ("enabled",)
    list_select_related = ("interval", "crontab")
    search_fields = ("name",)
    fieldsets = (
        (None, {"fields": ("name", "quando", "enabled", "last_run_at")}),
        ("Quando roda", {"fields": ("interval", "crontab"), "description": "Escolha um só: intervalo ou horário."}),
    )
    readonly_fields = ("name", "quando", "last_run_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description="quando")
    def quando(self, tarefa: PeriodicTask) -> str:
        return em_palavras(tarefa)


@admin.register(IntervalSchedule)
class IntervalScheduleAdmin(AdminBase):
    list_display = ("__str__", "every", "period")


@admin.register(CrontabSchedule)
class CrontabScheduleAdmin(AdminBase):
    list_display = ("__str__", "minute", "hour", "day_of_week", "timezone")
