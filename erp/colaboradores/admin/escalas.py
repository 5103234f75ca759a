"""The schedule editor: a week day by day, or a cycle line by line."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from erp.cadastros.admin.base import CadastroAdmin, acoes_de_atividade
from erp.cadastros.admin.formularios import FormularioModelo
from erp.colaboradores.jornada import ler_horarios, mostrar_horarios, mostrar_minutos
from erp.colaboradores.models import Escala
from erp.colaboradores.services.cadastro import escala_usada

SEMANA = ("segunda", "terca", "quarta", "quinta", "sexta", "sabado", "domingo")
_ROTULOS = ("Segunda-feira", "Terça-feira", "Quarta-feira", "Quinta-feira", "Sexta-feira", "Sábado", "Domingo")
_OPCOES = ("folga_em_feriado", "intervalo_pre_assinalado", "prorroga_noturno")


def _ler(texto: str) -> str:
    """As it is kept: read and written back. A day off is empty."""
    try:
        trechos = ler_horarios(texto)
    except ValueError as erro:
        raise forms.ValidationError(f"{str(erro)[0].upper()}{str(erro)[1:]}.") from erro
    return mostrar_horarios(trechos) if trechos else ""


def _campo(rotulo: str) -> forms.CharField:
    widget = UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"})
    return forms.CharField(label=rotulo, required=False, max_length=80, widget=widget)


class FormularioEscala(FormularioModelo):
    segunda, terca, quarta, quinta, sexta, sabado, domingo = map(_campo, _ROTULOS)
    ciclo = forms.CharField(
        label="Dias do ciclo",
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4, "placeholder": "07:00-19:00\nfolga"}),
        help_text="Uma linha por dia, na ordem; escreva folga no dia sem trabalho. A 12x36 tem duas linhas.",
    )

    class Meta:
        model = Escala
        fields = ("nome", "tipo", *_OPCOES, "ativa")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        gravados = list(self.instance.horarios or [])
        for i, nome in enumerate(SEMANA):
            if nome in self.fields and self.instance.tipo == Escala.Tipo.SEMANAL and gravados:
                self.fields[nome].initial = gravados[i]
        if "ciclo" in self.fields and self.instance.tipo == Escala.Tipo.CICLO:
            self.fields["ciclo"].initial = "\n".join(texto or "folga" for texto in gravados)

    def clean(self) -> dict[str, Any]:
        dados: dict[str, Any] = super().clean() or {}
        if dados.get("tipo") == Escala.Tipo.CICLO:
            linhas = [("ciclo", texto) for texto in dados.get("ciclo", "").strip().splitlines()]
            if not 1 <= len(linhas) <= 62:
                self.add_error("ciclo", "Escreva de 1 a 62 linhas, uma por dia.")
        else:
            linhas = [(nome, dados.get(nome, "")) for nome in SEMANA]
        horarios = []
        for posicao, (nome, texto) in enumerate(linhas, start=1):
            try:
                horarios.append(_ler(texto))
            except forms.ValidationError as erro:
                onde = f"Linha {posicao}: " if nome == "ciclo" else ""
                self.add_error(nome, f"{onde}{erro.messages[0]}")
        if linhas and not any(horarios) and not self.errors:
            self.add_error(linhas[0][0], "A escala não tem nenhum dia de trabalho.")
        self.instance.horarios = horarios
        return dados


@admin.register(Escala)
class EscalaAdmin(CadastroAdmin):
    form = FormularioEscala
    campo_ativo = "ativa"
    list_display = ["nome", "tipo", "resumo", "por_semana", "ativa"]
    list_filter = ["tipo", "ativa"]
    search_fields = ["nome"]
    search_help_text = "Nome da escala"
    inativar, ativar = acoes_de_atividade("colaboradores.change_escala", "ativa")
    actions = ["inativar", "ativar"]
    conditional_fields = {nome: "tipo == 'semanal'" for nome in SEMANA} | {"ciclo": "tipo == 'ciclo'"}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            return [
                (
                    None,
                    {"fields": ["nome", "tipo", "dias", *_OPCOES, "ativa"], "description": self._porque(request, obj)},
                )
            ]
        return [
            (None, {"fields": ["nome", "tipo", "ativa"]}),
            (
                "Horários",
                {
                    "fields": [*SEMANA, "ciclo"],
                    "description": "Escreva como 08:00-12:00 13:00-17:00, com o intervalo entre os dois trechos. "
                    "Deixe em branco o dia de folga. 19:00-07:00 termina no dia seguinte.",
                },
            ),
            ("Regras", {"fields": list(_OPCOES)}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["dias"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["fields"] = ["nome", "tipo", *_OPCOES, "ativa"]
        return super().get_form(request, obj, change, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A schedule that made a sheet is copied, not changed: what was expected of a day stays what it was."""
        return super().has_change_permission(request, obj) and (obj is None or not escala_usada(obj.pk))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """`?copiar=` begins a new schedule from another."""
        iniciais: dict[str, Any] = super().get_changeform_initial_data(request)
        pk = request.GET.get("copiar", "")
        modelo = Escala.objects.filter(pk=int(pk)).first() if pk.isascii() and pk.isdigit() and len(pk) < 18 else None
        if modelo is None:
            return iniciais
        iniciais |= {"tipo": modelo.tipo, **{nome: getattr(modelo, nome) for nome in _OPCOES}}
        if modelo.tipo == Escala.Tipo.CICLO:
            return iniciais | {"ciclo": "\n".join(texto or "folga" for texto in modelo.horarios)}
        return iniciais | dict(zip(SEMANA, modelo.horarios, strict=True))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request)

    def _porque(self, request: HttpRequest, escala: Escala) -> SafeString | str:
        if not request.user.has_perm("colaboradores.change_escala"):
            return ""
        endereco = f"{reverse('admin:colaboradores_escala_add')}?copiar={escala.pk}"
        return format_html(
            "Já há folhas feitas por esta escala, por isso ela não muda. "
            '<a class="text-primary-600 dark:text-primary-500 font-medium" href="{}">Copie-a</a>, mude a cópia e ponha '
            "os colaboradores nela a partir de um dia.",
            endereco,
        )

    @admin.display(description="horários")
    def resumo(self, escala: Escala) -> str:
        distintos = list(dict.fromkeys(texto or "folga" for texto in escala.horarios))
        return "; ".join(distintos[:3]) + ("…" if len(distintos) > 3 else "")

    @admin.display(description="em média, por semana")
    def por_semana(self, escala: Escala) -> str:
        total = sum(t.fim - t.inicio for texto in escala.horarios for t in ler_horarios(texto))
        return mostrar_minutos(total * 7 // len(escala.horarios))

    @admin.display(description="dias")
    def dias(self, escala: Escala) -> SafeString:
        nomes = _ROTULOS if escala.tipo == Escala.Tipo.SEMANAL else [f"{i}º dia" for i in range(1, 63)]
        linhas = [
            format_html("<div>{}: <b>{}</b></div>", nome, texto or "folga")
            for nome, texto in zip(nomes, escala.horarios, strict=False)
        ]
        return format_html("{}" * len(linhas), *linhas)
