"""Asking for a run: for which day or month, when the routine is of one."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextInputWidget

from erp.acesso.acoes import FormularioDeMotivo, Painel
from erp.rotinas import registro
from erp.rotinas.models import RotinaAgendada
from erp.rotinas.registro import DA_COMPETENCIA, Rotina


def campo_de_dia() -> forms.DateField:
    return forms.DateField(
        label="Para o dia",
        required=False,
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        error_messages={"invalid": "Escreva a data como 31/12/2026."},
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date", "class": "rot-curto"}),
    )


class FormularioDeExecucao(FormularioDeMotivo):
    referencia = campo_de_dia()

    def clean_referencia(self) -> date | None:
        return _que_ja_chegou(self.cleaned_data["referencia"])


class FormularioDeSimulacao(forms.Form):
    referencia = campo_de_dia()

    def clean_referencia(self) -> date | None:
        return _que_ja_chegou(self.cleaned_data["referencia"])


def _que_ja_chegou(dia: date | None) -> date | None:
    if dia is not None and dia > timezone.localdate():
        raise ValidationError("Este dia ainda não chegou.")
    return dia


def painel_do_pedido(usuario: User, queryset: QuerySet[Any]) -> Painel | None:
    """Above the reason of "executar agora": what the routine does, and the day, when it is of one."""
    rotina: RotinaAgendada | None = queryset.first()
    if rotina is None:
        return None
    declarada = registro.obter(rotina.caminho)
    contexto = {"titulo": rotina.titulo, "descricao": rotina.descricao, "referencia": dica_do_dia(declarada)}
    if not rotina.configurada:
        contexto["aviso"] = "Esta rotina ainda não está configurada: não há o que executar."
    return Painel(
        "admin/rotinas/_pedido.html",
        contexto,
        botao=f"Executar agora: {rotina.titulo}"[:80],
        pode=rotina.configurada,
        rotulos={"referencia": "Para o dia"} if declarada.referencia else {},
    )


def dica_do_dia(rotina: Rotina) -> str:
    """What the date means for this routine; nothing when it is of no day."""
    if rotina.referencia is None:
        return ""
    if rotina.referencia is DA_COMPETENCIA:
        return "Esta rotina cuida de um mês: escolha qualquer dia dele. Em branco, o mês de hoje."
    return "Esta rotina cuida de um dia. Em branco, hoje."
