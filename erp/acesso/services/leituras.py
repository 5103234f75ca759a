"""Who read in full what the others see masked."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.db.models import Model

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar


@sensivel("acesso.dado_visto")
@transaction.atomic
def registrar_leitura(objeto: Model, *, por: User | AnonymousUser) -> None:
    """The page of one row, opened by who may see its documents; each time that it is opened."""
    registrar(acao="acesso.dado_visto", ator=ator_usuario(por), objeto=objeto._meta.label, objeto_id=str(objeto.pk))
