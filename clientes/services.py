"""Writing a customer: identity, dates and the audit event, together."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from auditoria.sensivel import sensivel
from clientes.erros import ConflitoDeIdentidade
from clientes.models import CAMPOS, Cliente, ClienteQuerySet
from clientes.monitor import DESPERTADOR
from clientes.rules import documento_valido
from clientes.selectors import outro_dono
from clientes.travas import travar_identidades
from erp.cadastros.documentos import limpar
from erp.cadastros.services import gravar_com_auditoria
from filas import acordar


@sensivel("clientes.cliente_criado", "clientes.cliente_alterado")
@transaction.atomic
def gravar_cliente(cliente: Cliente, *, novo: bool, usuario: User, motivo: str = "") -> bool:
    """Save a customer and record what changed. False, and nothing written, when nothing did.

    Sets CADASTRAMENTO on insert and DATA_PARA_TRANSFERENCIA on each change (§3.1), and flags the document.
    Raises ConflitoDeIdentidade.
    """
    conferir_identidade(cliente, novo=novo)
    return _gravar(cliente, usuario, motivo)


def conferir_identidade(cliente: Cliente, *, novo: bool) -> None:
    """Raise ConflitoDeIdentidade when the code is taken or the document is another national's (§3.9).

    Holds the locks of both until the transaction ends: what is true now still is at the writing.
    """
    codigo, documento = cliente.codigo_cliente, limpar(cliente.cpf_cgc)
    travar_identidades([codigo, documento])
    gravado = Cliente.objects.filter(pk=codigo).first()
    if novo and gravado is not None:
        raise ConflitoDeIdentidade(
            "codigo_cliente",
            f"O código já é de {gravado}.",
            "Procure o cliente pelo código e altere o cadastro dele, ou informe outro código.",
        )
    mudou = gravado is None or (gravado.documento, gravado.estrangeiro) != (documento, cliente.estrangeiro)
    if mudou and documento and not cliente.estrangeiro and (dono := outro_dono(documento, codigo)):
        raise ConflitoDeIdentidade(
            "cpf_cgc",
            f"Este CPF/CNPJ já é de {dono.nome}.",
            "Procure o cliente pelo documento e altere o cadastro dele, ou confira o número.",
        )


@sensivel("clientes.cliente_alterado")
@transaction.atomic
def mudar_status(clientes: ClienteQuerySet, *, status: int, usuario: User, motivo: str) -> int:
    """Take customers out of use or bring them back, each with its event; returns how many changed."""
    mudados = 0
    for cliente in clientes.exclude(status=status).order_by("pk").select_for_update():
        cliente.status = status
        mudados += _gravar(cliente, usuario, motivo)
    return mudados


def _gravar(cliente: Cliente, usuario: User, motivo: str) -> bool:
    antes = Cliente.objects.select_for_update().filter(pk=cliente.pk).first()
    if antes is not None and all(getattr(antes, campo) == getattr(cliente, campo) for campo in CAMPOS):
        return False
    agora = timezone.now()
    cliente.cadastramento = agora if antes is None else antes.cadastramento
    cliente.data_para_transferencia = agora
    cliente.documento_valido = documento_valido(cliente.cpf_cgc, estrangeiro=bool(cliente.estrangeiro))
    acordar(DESPERTADOR)
    return gravar_com_auditoria(cliente, usuario=usuario, motivo=motivo)
