"""Writing audit events."""

import json
import uuid
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple, Protocol

from django.core.serializers.json import DjangoJSONEncoder
from django.db import router, transaction
from django.utils import timezone

from auditoria.contexto import Origem, origem_atual
from auditoria.models import Evento
from auditoria.rules import mascarar, mascarar_texto
from auditoria.uuid7 import uuid7

TipoDeAtor = Literal["usuario", "chave", "rotina", "terminal", "sistema"]


class Ator(NamedTuple):
    """Who acts: the kind, and the name that a person will recognise years later (login, key prefix, path)."""

    tipo: TipoDeAtor
    identificador: str

    def __str__(self) -> str:
        return f"{self.tipo}:{self.identificador}"


ATOR_SISTEMA = Ator("sistema", "sistema")


class _TemLogin(Protocol):
    def get_username(self) -> str: ...


class ForaDeTransacao(RuntimeError):
    """Um evento de auditoria só se registra dentro da transação do ato que ele conta."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def ator_usuario(usuario: _TemLogin) -> Ator:
    """The actor for a member of staff."""
    return Ator("usuario", usuario.get_username())


def registrar(
    *,
    acao: str,
    ator: Ator,
    objeto: str = "",
    objeto_id: str = "",
    antes: Mapping[str, Any] | None = None,
    depois: Mapping[str, Any] | None = None,
    motivo: str = "",
    origem: Origem | None = None,
) -> uuid.UUID:
    """Record a sensitive act in the caller's transaction: it and its event are committed together or not at all.

    `acao` is `app.verbo_passado` (`acesso.chave_criada`), `objeto` the model's label, `objeto_id` its key as text.
    `antes`, `depois` and `motivo` are masked here. Raises `ForaDeTransacao` outside a transaction.
    """
    _exigir_transacao()
    origem = origem or origem_atual()
    evento = Evento(
        ator_tipo=ator.tipo,
        ator=ator.identificador,
        acao=acao,
        objeto=objeto,
        objeto_id=str(objeto_id),
        antes=None if antes is None else mascarar(antes),
        depois=None if depois is None else mascarar(depois),
        motivo=mascarar_texto(motivo),
        ip=origem.ip,
        request_id=origem.request_id,
    )
    evento.save(force_insert=True)
    return evento.pk


_INSERIR_VARIOS = """INSERT INTO auditoria_evento
    (em, ator_tipo, ator, objeto, ip, request_id, id, acao, objeto_id, antes, depois, motivo)
SELECT %s, %s, %s, %s, %s::inet, %s, x.id, x.acao, x.objeto_id, x.antes::jsonb, x.depois::jsonb, x.motivo
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
    AS x(id, acao, objeto_id, antes, depois, motivo)"""


class Ato(NamedTuple):
    """One of many acts recorded at once; the fields are those of `registrar`."""

    acao: str
    objeto_id: str
    antes: Mapping[str, Any] | None = None
    depois: Mapping[str, Any] | None = None
    motivo: str = ""


def registrar_varios(atos: Iterable[Ato], *, ator: Ator, objeto: str) -> int:
    """`registrar`, for the many that a routine does to one kind of object, in few statements. Returns how many."""
    _exigir_transacao()
    origem = origem_atual()
    linhas = [
        (str(uuid7()), ato.acao, ato.objeto_id, _em_json(ato.antes), _em_json(ato.depois), mascarar_texto(ato.motivo))
        for ato in atos
    ]
    if linhas:
        with transaction.get_connection(router.db_for_write(Evento)).cursor() as cursor:
            fixos = [timezone.now(), ator.tipo, ator.identificador, objeto, origem.ip, origem.request_id]
            cursor.execute(_INSERIR_VARIOS, [*fixos, *(list(coluna) for coluna in zip(*linhas, strict=True))])
    return len(linhas)


def _em_json(valores: Mapping[str, Any] | None) -> str | None:
    return None if valores is None else json.dumps(mascarar(valores), cls=DjangoJSONEncoder)


def _exigir_transacao() -> None:
    if not transaction.get_connection(router.db_for_write(Evento)).in_atomic_block:
        raise ForaDeTransacao
