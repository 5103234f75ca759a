"""Django's own tables of people, groups and permissions: these only carry the triggers that watch them."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission, User

from auditoria.vigias import vigiar

USUARIO, GRUPO, PERMISSAO = "auth.user", "auth.group", "auth.permission"


class UsuarioVigiado(User):
    class Meta:
        proxy = True
        default_permissions = ()
        triggers = (
            *vigiar(USUARIO, ignorar=("last_login",)),
            *vigiar(USUARIO, ligacao="groups", chave="user_id"),
            *vigiar(USUARIO, ligacao="user_permissions", chave="user_id"),
        )


class GrupoVigiado(Group):
    class Meta:
        proxy = True
        default_permissions = ()
        triggers = (*vigiar(GRUPO), *vigiar(GRUPO, ligacao="permissions", chave="group_id"))


class PermissaoVigiada(Permission):
    class Meta:
        proxy = True
        default_permissions = ()
        triggers = vigiar(PERMISSAO, inclusoes=False)  # a permission that nobody was given gives nothing
