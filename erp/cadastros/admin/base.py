"""What the pages of the registers share: changes are audited by the service, and what was used is not deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import label_for_field
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from erp.acesso import escopo
from erp.acesso.admin_base import AdminBase, acao_com_motivo, valor_no_caminho
from erp.cadastros.admin.campos import CampoDecimal
from erp.cadastros.admin.usuario import usuario_de
from erp.cadastros.services import EmUso, excluir_com_auditoria, gravar_com_auditoria, mudar_atividade
from erp.cadastros.usos import usos_de

NUMEROS: Mapping[type[models.Field[Any, Any]], Mapping[str, Any]] = {models.DecimalField: {"form_class": CampoDecimal}}


class CadastroAdmin(AdminBase):
    """`campo_ativo` names the field that takes a row out of use; empty where there is none."""

    campo_ativo = ""
    formfield_overrides = NUMEROS

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool) -> None:
        if self.campo_filial is not None and not escopo.ve_filial(
            usuario_de(request), valor_no_caminho(obj, self.campo_filial)
        ):
            raise PermissionDenied
        gravar_com_auditoria(obj, usuario=usuario_de(request), motivo=str(form.cleaned_data.get("motivo", "")))

    def save_formset(
        self, request: HttpRequest, form: ModelForm[Any], formset: BaseModelFormSet[Any, Any], change: bool
    ) -> None:
        mudados = formset.save(commit=False)
        for objeto in formset.deleted_objects:
            excluir_com_auditoria(objeto, usuario=usuario_de(request))
        for objeto in mudados:
            gravar_com_auditoria(objeto, usuario=usuario_de(request))
        formset.save_m2m()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        excluir_com_auditoria(obj, usuario=usuario_de(request))

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Before asking "are you sure", say what knows this row, and the way out."""
        objeto = self.get_object(request, object_id)
        if objeto is not None and self.has_delete_permission(request, objeto):
            usos = usos_de(objeto) or _nomes(self.get_deleted_objects([objeto], request)[3])
            if usos:
                return self._recusar_exclusao(request, objeto, EmUso(objeto, usos))
        try:
            return super().delete_view(request, object_id, extra_context)
        except EmUso as erro:  # used since the check above
            return self._recusar_exclusao(request, objeto, erro)

    def _recusar_exclusao(self, request: HttpRequest, objeto: Any, erro: EmUso) -> HttpResponse:
        saida = (
            f" Em vez disso, desmarque «{label_for_field(self.campo_ativo, self.model)}» e salve: "
            "ninguém mais o usa e o histórico continua inteiro."
            if self.campo_ativo
            else ""
        )
        messages.error(request, f"{erro}{saida}")
        nome = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(nome, args=[objeto.pk]))

    def _auditar(self, request: HttpRequest, objeto: Any, verbo: str, antes: dict[str, Any] | None = None) -> None:
        """Nothing: the service that wrote the row has recorded it, before and after."""


def _nomes(protegidos: list[str]) -> list[str]:
    """Admin describes what protects a row as "Tipo: nome", some of it as links."""
    return sorted({str(descricao).partition(":")[0].lower() for descricao in protegidos})


def acoes_de_atividade(permissao: str, campo: str) -> tuple[Any, Any]:
    """The actions that take rows out of use and bring them back, to be named `inativar` and `ativar` in a class."""

    @acao_com_motivo(
        titulo="Tornar inativos",
        explicacao="Deixam de aparecer nas telas de lançamento. O histórico continua inteiro e dá para voltar atrás.",
        permissao=permissao,
        botao="Tornar inativos",
    )
    def inativar(self: CadastroAdmin, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
        mudados = mudar_atividade(queryset, campo=campo, valor=False, usuario=usuario, motivo=motivo)
        return f"Tornados inativos: {mudados}."

    @acao_com_motivo(
        titulo="Tornar ativos",
        explicacao="Voltam a aparecer nas telas de lançamento.",
        permissao=permissao,
        botao="Tornar ativos",
    )
    def ativar(self: CadastroAdmin, queryset: QuerySet[Any], motivo: str, usuario: User) -> str:
        mudados = mudar_atividade(queryset, campo=campo, valor=True, usuario=usuario, motivo=motivo)
        return f"Tornados ativos: {mudados}."

    return inativar, ativar
