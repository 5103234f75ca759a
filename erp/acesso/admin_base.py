"""What every admin page of the project is built on.

`AdminBase` gives a list without COUNT(*), only the filiais of whoever looks, and an audit event for each inclusion,
change and deletion. `SomenteLeitura` takes the doors away. `acao_com_motivo` makes an action that asks why.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db.models import ForeignKey, Model, QuerySet
from django.forms import Form, ModelChoiceField, ModelForm
from django.http import HttpRequest, HttpResponse

from auditoria.janela import AdminSemContagem, PaginadorSemContagem, SomenteLeitura, e_chave
from auditoria.rules import OCULTO
from auditoria.services import ator_usuario, registrar
from erp.acesso import escopo
from erp.acesso.acoes import acao_com_motivo
from erp.acesso.busca import ComBuscaReservada
from erp.acesso.services.leituras import registrar_leitura

__all__ = ["AdminBase", "PaginadorSemContagem", "SomenteLeitura", "acao_com_motivo", "valor_no_caminho"]


class BuscaDeLinha(AutocompleteSelect):
    """What came in the address or in the form and is no key of the other table is shown as nothing chosen.

    It asks by POST (`erp/config/site.py`), for what is typed may be a CPF.
    """

    class Media:
        js = ("admin/js/jquery.init.js", "acesso/busca_de_linha.js")  # in this order

    def build_attrs(self, base_attrs: dict[str, Any], extra_attrs: dict[str, Any] | None = None) -> dict[str, Any]:
        return super().build_attrs(base_attrs, extra_attrs) | {"data-ajax--type": "POST"}

    def optgroups(self, name: str, value: Sequence[str], attr: dict[str, Any] | None = None) -> Any:
        modelo = self.field.remote_field.model
        return super().optgroups(name, [texto for texto in value if e_chave(modelo, str(texto))], attr)


class AdminBase(ComBuscaReservada, AdminSemContagem):
    """`campo_filial` is the path from the row to its filial's id (`operacao__filial_id`), or None for no filial.

    `lista_vazia` says, where nothing was written yet, how something comes to be there.
    `mostra_inteiro` is the permission by which the page of a row shows documents whole: opened by who has it, that is told.
    """

    campo_filial: str | None = None
    lista_vazia: str = ""
    mostra_inteiro: str = ""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        linhas = super().get_queryset(request)
        return linhas if self.campo_filial is None else escopo.restringir(linhas, _usuario(request), self.campo_filial)

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        """A list of choices shows what the list of those rows would show to the same person."""
        alvo = self.admin_site._registry.get(db_field.remote_field.model)
        if isinstance(alvo, AdminBase) and alvo.campo_filial is not None and "queryset" not in kwargs:
            kwargs["queryset"] = alvo.get_queryset(request)
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", BuscaDeLinha(db_field, self.admin_site, using=kwargs.get("using")))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        resposta = super().change_view(request, object_id, *args, **kwargs)
        visto = request.method == "GET" and resposta.status_code == 200
        if visto and self.mostra_inteiro and _usuario(request).has_perm(self.mostra_inteiro):
            registrar_leitura(self.model(pk=unquote(object_id)), por=_usuario(request))
        return resposta

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool) -> None:
        """Nobody writes a row into a filial that they do not see."""
        if self.campo_filial is not None and not escopo.ve_filial(
            _usuario(request), valor_no_caminho(obj, self.campo_filial)
        ):
            raise PermissionDenied
        super().save_model(request, obj, form, change)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without the bulk deletion (one by one, it shows what goes with it), nor what this person may not do."""
        acoes: dict[str, Any] = super().get_actions(request)
        return {nome: acao for nome, acao in acoes.items() if nome != "delete_selected" and _pode(request, acao[0])}

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        acoes: list[Any] = super().get_actions_detail(request, object_id)  # type: ignore[misc]  # unfold's own
        return [acao for acao in acoes if _pode(request, acao.method)]

    def construct_change_message(
        self, request: HttpRequest, form: Form, formsets: Any, add: bool = False
    ) -> list[dict[str, dict[str, list[str]]]]:
        mensagem = super().construct_change_message(request, form, formsets, add)
        request._auditoria_formulario = (form, mensagem)  # type: ignore[attr-defined]  # read by log_* just after
        return mensagem

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._auditar(request, obj, "incluido")
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._auditar(request, obj, "alterado")
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        for objeto in queryset:
            self._auditar(request, objeto, "excluido", _retrato(objeto))
        return super().log_deletions(request, queryset)

    def _auditar(self, request: HttpRequest, objeto: Any, verbo: str, antes: dict[str, Any] | None = None) -> None:
        form, mensagem = getattr(request, "_auditoria_formulario", (None, []))
        depois: dict[str, Any] | None = None
        if form is not None and verbo != "excluido":
            mudados = list(form.changed_data)
            antes = None if verbo == "incluido" else {nome: _texto(form.initial.get(nome)) for nome in mudados}
            # a new password is changed under a name that no field of its form has
            depois = {nome: _texto(form.cleaned_data.get(nome, OCULTO)) for nome in mudados}
            if vinculados := [item for item in mensagem if "name" in next(iter(item.values()))]:
                depois["vinculados"] = [str(item) for item in vinculados]
        registrar(
            acao=f"{self.opts.app_label}.{self.opts.model_name}_{verbo}",
            ator=ator_usuario(_usuario(request)),
            objeto=self.opts.label,
            objeto_id=str(objeto.pk),
            antes=antes,
            depois=depois,
        )


def _usuario(request: HttpRequest) -> User | AnonymousUser:
    assert isinstance(request.user, User | AnonymousUser)
    return request.user


def _pode(request: HttpRequest, acao: Any) -> bool:
    permissao = getattr(acao, "permissao", None)
    return permissao is None or _usuario(request).has_perm(permissao)


def valor_no_caminho(objeto: Any, caminho: str) -> Any:
    """What a path (`operacao__filial_id`) leads to from a row; None when a step of it is empty."""
    for nome in caminho.split("__"):
        objeto = None if objeto is None else getattr(objeto, nome)
    return objeto


def _retrato(objeto: Model) -> dict[str, Any]:
    """What goes with it too: the permissions of a group."""
    campos = [*objeto._meta.concrete_fields, *objeto._meta.many_to_many]
    return {campo.name: _texto(campo.value_from_object(objeto)) for campo in campos}


def _texto(valor: Any) -> Any:
    """As JSON can hold it: rows by what they are called, lists of rows as lists."""
    if valor is None or isinstance(valor, bool | int | str):
        return valor
    if isinstance(valor, QuerySet | list | tuple | set):
        return [_texto(item) for item in valor]
    return str(valor)
