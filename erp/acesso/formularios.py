"""One-time forms: a token that the page carries, that only its user can send, and that acts once."""

import uuid
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.core import signing
from django.db import IntegrityError, transaction

from erp.acesso.erros import ErroDefinitivo
from erp.acesso.models import FormularioEnviado

VALIDADE_SEGUNDOS = 3600
_SAL = "acesso.formularios"


class FormularioRepetido(ErroDefinitivo):
    """This very form was already sent and acted."""

    def __init__(self) -> None:
        super().__init__("FORMULARIO_REPETIDO", "Esta confirmação já tinha sido enviada.", "Nada foi feito de novo.")


class FormularioInvalido(ErroDefinitivo):
    """The token is not of this user and act, or is too old."""

    def __init__(self) -> None:
        super().__init__("FORMULARIO_INVALIDO", "Esta página de confirmação venceu.", "Confira e confirme outra vez.")


def emitir(usuario: AbstractUser, acao: str, dados: Any = None) -> str:
    """A token for a page that this user is shown; `dados` (JSON) come back on `ler`."""
    conteudo = {"id": str(uuid.uuid4()), "usuario": usuario.pk, "acao": acao, "dados": dados}
    return signing.dumps(conteudo, salt=_SAL)


def ler(token: str, usuario: AbstractUser, acao: str) -> tuple[uuid.UUID, Any]:
    """The token's id and data. Raises `FormularioInvalido`."""
    try:
        conteudo = signing.loads(token, salt=_SAL, max_age=VALIDADE_SEGUNDOS)
    except signing.BadSignature:
        raise FormularioInvalido from None
    if conteudo["usuario"] != usuario.pk or conteudo["acao"] != acao:
        raise FormularioInvalido
    return uuid.UUID(conteudo["id"]), conteudo["dados"]


def usar(identificador: uuid.UUID, usuario: AbstractUser, acao: str) -> None:
    """Spend a token in the transaction of the act itself: undone with it, and a double click waits for it.

    Raises `FormularioRepetido`.
    """
    try:
        with transaction.atomic():
            FormularioEnviado.objects.create(id=identificador, usuario=usuario.get_username(), acao=acao)
    except IntegrityError:
        raise FormularioRepetido from None
