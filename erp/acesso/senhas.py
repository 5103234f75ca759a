"""The two forms that check a person's own password: to enter, and to change it.

Whoever checks a password may write it: Django stores it anew when the hasher's settings are no longer those that it was
stored with. That change is nobody's act, and is declared as what it is.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from unfold.forms import AdminOwnPasswordChangeForm, AuthenticationForm

from auditoria.declaracoes import declarar
from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar

RECODIFICADA = "senha guardada de novo, ao entrar"


class FormularioDeEntrada(AuthenticationForm):  # type: ignore[misc]  # unfold has no types
    def clean(self) -> Any:
        with declarar(RECODIFICADA):
            return super().clean()


class FormularioDaPropriaSenha(AdminOwnPasswordChangeForm):  # type: ignore[misc]  # unfold has no types
    def clean_old_password(self) -> Any:
        with declarar(RECODIFICADA):
            return super().clean_old_password()

    @sensivel("acesso.senha_mudada")
    def save(self, commit: bool = True) -> User:
        """The new password and its event, together."""
        with transaction.atomic():
            usuario: User = super().save(commit)
            registrar(
                acao="acesso.senha_mudada", ator=ator_usuario(usuario), objeto="auth.User", objeto_id=str(usuario.pk)
            )
        return usuario
