"""Staff and their groups. A person who leaves is made inactive, never deleted: the audit trail names them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as GroupAdminDoDjango
from django.contrib.auth.admin import UserAdmin as UserAdminDoDjango
from django.contrib.auth.models import Group, Permission, User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from unfold.admin import TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from erp.acesso import escopo
from erp.acesso.admin_base import AdminBase
from erp.acesso.models import EscopoFilial

VERBOS = {"Can add": "Pode incluir", "Can change": "Pode alterar", "Can delete": "Pode excluir", "Can view": "Pode ver"}

admin.site.unregister(User)
admin.site.unregister(Group)


class FormularioDeEscopo(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    filial_id = forms.TypedChoiceField(label="Filial", coerce=int, widget=UnfoldAdminSelectWidget)

    class Meta:
        model = EscopoFilial
        fields = ("filial_id",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        opcoes: dict[Any, str] = dict(escopo.opcoes())
        if self.instance.pk:
            # A filial that is no longer offered must not stop the rest of the page from being saved.
            opcoes.setdefault(self.instance.filial_id, f"Filial {self.instance.filial_id}")
        campo = self.fields["filial_id"]
        assert isinstance(campo, forms.TypedChoiceField)
        campo.choices = [("", "Escolha"), *opcoes.items()]


class EscopoFilialInline(TabularInline):  # type: ignore[misc]  # unfold is untyped
    model = EscopoFilial
    form = FormularioDeEscopo
    extra = 0
    verbose_name = "filial que este usuário vê"
    verbose_name_plural = "filiais que este usuário vê"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _pode_ver(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _pode_mudar(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _pode_mudar(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _pode_mudar(request, obj)


@admin.register(User)
class UserAdmin(UserAdminDoDjango, AdminBase):  # type: ignore[type-arg]  # not subscriptable at run time
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    inlines = (EscopoFilialInline,)
    list_display = ("username", "first_name", "last_name", "grupos", "is_active", "last_login")
    list_filter = ("is_active", "is_staff", "groups")
    busca_reservada = True
    filter_horizontal = ("user_permissions",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Six groups are six boxes to tick; permissions in Portuguese."""
        if db_field.name == "groups":
            kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget()
        return permissoes_em_portugues(super().formfield_for_manytomany(db_field, request, **kwargs))

    @admin.display(description="grupos")
    def grupos(self, usuario: User) -> str:
        if usuario.is_superuser:
            return "administrador"
        return ", ".join(sorted(grupo.name for grupo in usuario.groups.all())) or "nenhum: não vê nada"

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Filiais are given to somebody who exists."""
        return self.inlines if obj else ()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only a superuser makes another; nobody widens their own powers."""
        campos = list(super().get_readonly_fields(request, obj))
        if not request.user.is_superuser:
            campos += ["is_superuser", "user_permissions"]
            if obj is not None and obj.pk == request.user.pk:
                campos += ["groups", "is_staff", "is_active"]
        return campos

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        acima = obj is not None and obj.is_superuser and not request.user.is_superuser
        return super().has_change_permission(request, obj) and not acima

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """The new password and its audit event are one transaction."""
        with transaction.atomic():
            return super().user_change_password(request, id, form_url)


@admin.register(Group)
class GroupAdmin(GroupAdminDoDjango, AdminBase):
    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("permissions")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any) -> Any:
        return permissoes_em_portugues(super().formfield_for_manytomany(db_field, request, **kwargs))


def permissoes_em_portugues(campo: Any) -> Any:
    """Django names its own permissions in English only: `Can view produto`."""
    if isinstance(campo, forms.ModelMultipleChoiceField) and campo.queryset is not None:
        if campo.queryset.model is Permission:
            campo.__dict__["label_from_instance"] = em_portugues  # of this field, not of the class
    return campo


def em_portugues(permissao: Any) -> str:
    """`Cadastros | produto | Pode ver produto`; what the models declare is in Portuguese already."""
    texto = str(permissao)
    for ingles, portugues in VERBOS.items():
        texto = texto.replace(f"| {ingles} ", f"| {portugues} ")
    return texto


def _pode_ver(request: HttpRequest) -> bool:
    return request.user.has_perm("auth.view_user") or request.user.has_perm("auth.change_user")


def _pode_mudar(request: HttpRequest, usuario: Any) -> bool:
    """Whoever may change this user; a person's own filiais are for somebody else to give."""
    if not request.user.has_perm("auth.change_user"):
        return False
    return request.user.is_superuser or usuario is None or usuario.pk != request.user.pk
