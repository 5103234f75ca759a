"""Staff that sees the PDV's pages, and what the pages need of a test."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from erp.acesso.models import EscopoFilial
from erp.cadastros.models import Filial


@pytest.fixture
def sem_manifesto(settings: Any) -> None:
    """Static files by their own names: no collectstatic in a test."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


def pessoa(nome: str, *grupos: str, filiais: tuple[Filial, ...] = ()) -> User:
    """A member of staff in these groups, who sees these filiais."""
    usuario, _ = User.objects.get_or_create(username=nome)
    usuario.is_staff = True
    usuario.save()
    usuario.groups.set(Group.objects.filter(name__in=grupos))
    for filial in filiais:
        EscopoFilial.objects.get_or_create(usuario=usuario, filial_id=filial.pk)
    return usuario


def entrar(usuario: User) -> Client:
    cliente = Client()
    cliente.force_login(usuario)
    return cliente
