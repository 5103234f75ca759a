"""Changes to the registers that the money and the books depend on: the row and its audit event, together."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Model, ProtectedError

from auditoria.services import ator_usuario, registrar
from erp.cadastros.models import PeriodoContabil
from erp.cadastros.selectors import travar_periodos
from erp.cadastros.usos import usos_de

_FEMININOS = {"filial", "conta", "condicaofinalizador"}


class EmUso(Exception):
    """O cadastro não pode ser excluído porque já foi usado."""

    def __init__(self, objeto: Model, usos: list[str]) -> None:
        self.usos = usos
        super().__init__(f"{objeto} não pode ser excluído: já tem {_enumerar(usos)}.")


@transaction.atomic
def gravar_com_auditoria(objeto: Model, *, usuario: User, motivo: str = "") -> bool:
    """Save a row and say in the audit trail what changed in it. False, and no event, when nothing did.

    Closing or opening a period waits for the postings under way.
    """
    if isinstance(objeto, PeriodoContabil):
        travar_periodos()
    antes = _retrato_gravado(objeto)
    objeto.save()
    depois = _retrato(objeto)
    mudou = [campo for campo in depois if antes is None or antes[campo] != depois[campo]]
    if not mudou:
        return False
    _registrar(
        objeto,
        "criad" if antes is None else "alterad",
        usuario,
        motivo,
        antes=None if antes is None else {campo: antes[campo] for campo in mudou},
        depois={campo: depois[campo] for campo in mudou},
    )
    return True


@transaction.atomic
def excluir_com_auditoria(objeto: Model, *, usuario: User, motivo: str = "") -> None:
    """Delete a row that nobody knows yet. Raises EmUso when a ledger or another register does."""
    if usos := usos_de(objeto):
        raise EmUso(objeto, usos)
    antes, chave = _retrato(objeto), objeto.pk
    try:
        objeto.delete()
    except ProtectedError as erro:
        raise EmUso(objeto, _nomes(erro.protected_objects)) from erro
    objeto.pk = chave  # deletion clears it, and the event names the row
    _registrar(objeto, "excluíd", usuario, motivo, antes=antes)


@transaction.atomic
def mudar_atividade(objetos: Iterable[Model], *, campo: str, valor: bool, usuario: User, motivo: str = "") -> int:
    """Make rows active or inactive, each with its event; returns how many changed."""
    mudados = 0
    for objeto in objetos:
        setattr(objeto, campo, valor)
        mudados += gravar_com_auditoria(objeto, usuario=usuario, motivo=motivo)
    return mudados


def _retrato(objeto: Model) -> dict[str, Any]:
    campos = [c for c in objeto._meta.concrete_fields if not c.primary_key and not c.generated and c.editable]
    return {campo.attname: campo.to_python(campo.value_from_object(objeto)) for campo in campos}


def _retrato_gravado(objeto: Model) -> dict[str, Any] | None:
    if objeto.pk is None:
        return None
    gravado = type(objeto)._base_manager.select_for_update(of=("self",)).filter(pk=objeto.pk).first()
    return None if gravado is None else _retrato(gravado)


def _registrar(objeto: Model, verbo: str, usuario: User, motivo: str, **quadros: Any) -> None:
    meta = objeto._meta
    genero = "a" if meta.model_name in _FEMININOS else "o"
    registrar(
        acao=f"{meta.app_label}.{meta.model_name}_{verbo}{genero}".replace("í", "i"),
        ator=ator_usuario(usuario),
        objeto=meta.label_lower,
        objeto_id=str(objeto.pk),
        motivo=motivo,
        **quadros,
    )


def _nomes(objetos: Iterable[Model]) -> list[str]:
    return sorted({str(objeto._meta.verbose_name_plural) for objeto in objetos})


def _enumerar(nomes: list[str]) -> str:
    return nomes[0] if len(nomes) == 1 else f"{', '.join(nomes[:-1])} e {nomes[-1]}"
