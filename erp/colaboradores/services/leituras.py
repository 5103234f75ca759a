"""What is taken away of an employee."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import User
from django.db import transaction

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from erp.colaboradores.models import Colaborador


@sensivel("colaboradores.espelho_baixado")
@transaction.atomic
def registrar_espelho_baixado(*, pessoa: Colaborador, mes: date, usuario: User) -> None:
    """Who took the sheet of a month, and whose."""
    registrar(
        acao="colaboradores.espelho_baixado", ator=ator_usuario(usuario), objeto="colaboradores.Colaborador",
        objeto_id=str(pessoa.pk), depois={"mes": f"{mes:%Y-%m}"},
    )  # fmt: skip
