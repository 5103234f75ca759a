"""Writing audit events."""

import io
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.core.serializers.json import DjangoJSONEncoder
from django.db import router, transaction
from django.utils import timezone

from auditoria.acoes import ACOES, AcaoDesconhecida
from auditoria.atores import ATOR_SISTEMA, Ator, TipoDeAtor, ator_usuario
from auditoria.contexto import Origem, ator_atual, contar, origem_atual
from auditoria.models import Evento
from auditoria.pessoas.cifra import anotar, cifrar_quadros
from auditoria.pessoas.identidade import referencia
from auditoria.pessoas.politica import mascarar_pessoais
from auditoria.rules import mascarar, mascarar_texto
from auditoria.sensivel import contar_ao_observador
from auditoria.uuid7 import uuid7

_NULO = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")  # the escape, and not a backslash that is a text's own
_codificar = DjangoJSONEncoder(ensure_ascii=False, allow_nan=False).encode
_Linha = tuple[str, str, str, str | None, str | None, str]
Valores = Mapping[str, Any] | None

__all__ = [
    "ATOR_SISTEMA",
    "Ato",
    "Ator",
    "ConteudoInvalido",
    "ForaDeTransacao",
    "SemAtor",
    "TipoDeAtor",
    "ator_usuario",
    "registrar",
    "registrar_varios",
]


class SemAtor(RuntimeError):
    """Um evento de auditoria tem quem o fez: ninguém foi dito, e nada está agindo aqui."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class ForaDeTransacao(RuntimeError):
    """Um evento de auditoria só se registra dentro da transação do ato que ele conta."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class ConteudoInvalido(ValueError):
    """Este valor não pode ser guardado, e portanto não pode ser selado, em um evento de auditoria."""

    def __init__(self, recebido: str) -> None:
        super().__init__(f"{self.__doc__} Recebido: {recebido}.")


def registrar(
    *,
    acao: str,
    ator: Ator | None = None,
    objeto: str = "",
    objeto_id: str = "",
    antes: Valores = None,
    depois: Valores = None,
    motivo: str = "",
    origem: Origem | None = None,
    pessoa: str = "",
) -> uuid.UUID:
    """Record a sensitive act in the caller's transaction: it and its event are committed together or not at all.

    `acao` is one of `auditoria.acoes` (`acesso.chave_criada`), `objeto` the model's label, `objeto_id` its key as text.
    `antes`, `depois` and `motivo` are masked here. The trigger on the table hands the event over to the sealer.
    `ator` is by default who acts here (`contexto.ator_atual`).
    `pessoa`, a CPF or a CNPJ: what `auditoria.pessoas.politica` wants recoverable is kept beside the mask, encrypted under
    this person's key.
    Raises `ForaDeTransacao` outside a transaction, `SemAtor` where nobody acts, `ValueError` for what no event could hold
    (`ConteudoInvalido`) and for an action that is not in the list (`AcaoDesconhecida`).
    """
    pk, chave = uuid7(), None
    if pessoa:
        _exigir_transacao()
        antes, depois, chave = cifrar_quadros(pessoa=pessoa, acao=acao, evento=pk, antes=antes, depois=depois)
    antes, depois = mascarar_pessoais(objeto, antes, depois)
    linha = _linha(pk, acao, str(objeto_id), antes, depois, motivo)
    _executar(_INSERIR_UM, ator, objeto, origem or origem_atual(), linha)
    if chave is not None:
        anotar(chave, pk)
    contar_ao_observador([acao])
    return pk


_COLUNAS = "em, ator_tipo, ator, objeto, ip, request_id, id, acao, objeto_id, antes, depois, motivo"
# A plain row is planned in two thirds of the time of the arrays of many.
_INSERIR_UM = f"INSERT INTO auditoria_evento ({_COLUNAS}) VALUES ({', '.join(['%s'] * 12)})"
_COPIAR = f"COPY auditoria_evento ({_COLUNAS}) FROM STDIN"


class Ato(NamedTuple):
    """One of many acts recorded at once; the fields are those of `registrar`."""

    acao: str
    objeto_id: str
    antes: Valores = None
    depois: Valores = None
    motivo: str = ""


def registrar_varios(atos: Iterable[Ato], *, ator: Ator | None = None, objeto: str) -> int:
    """`registrar`, for the many that a routine does to one kind of object, in one COPY. Returns how many."""
    linhas = [
        _linha(uuid7(), a.acao, a.objeto_id, *mascarar_pessoais(objeto, a.antes, a.depois), a.motivo) for a in atos
    ]
    _exigir_transacao()
    if not linhas:
        return 0
    iguais = "\t".join(_celula(valor) for valor in _de_todos(ator, objeto, origem_atual()))
    texto = "\n".join(["\t".join([iguais, *map(_celula, linha)]) for linha in linhas])
    # django's wrapper translates errors of execute() only; copy_expert goes by its own context
    with _conexao().cursor() as cursor, cursor.db.wrap_database_errors:
        cursor.copy_expert(_COPIAR, io.StringIO(texto + "\n"))
    contar_ao_observador(linha[1] for linha in linhas)
    return len(linhas)


def _celula(valor: str | None) -> str:
    """One value of a COPY."""
    if valor is None:
        return "\\N"
    if "\0" in valor:
        raise ConteudoInvalido("um texto com o caractere nulo")
    return valor.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _linha(pk: uuid.UUID, acao: str, objeto_id: str, antes: Valores, depois: Valores, motivo: str) -> _Linha:
    if acao not in ACOES:
        raise AcaoDesconhecida(acao)
    return str(pk), acao, referencia(objeto_id), _em_json(antes), _em_json(depois), mascarar_texto(motivo)


def _executar(sql: str, dito: Ator | None, objeto: str, origem: Origem, resto: Sequence[Any]) -> None:
    _exigir_transacao()
    with _conexao().cursor() as cursor:
        cursor.execute(sql, [*_de_todos(dito, objeto, origem), *resto])


def _de_todos(dito: Ator | None, objeto: str, origem: Origem) -> tuple[str, str, str, str, str | None, str]:
    """The first columns, the same for all that are told at once."""
    ator = dito or ator_atual()
    if ator is None:
        raise SemAtor
    contar(1)
    return timezone.now().isoformat(), ator.tipo, ator.identificador, objeto, origem.ip, origem.request_id


def _exigir_transacao() -> None:
    if not _conexao().in_atomic_block:
        raise ForaDeTransacao


def _conexao() -> Any:
    return transaction.get_connection(router.db_for_write(Evento))


def _em_json(valores: Valores) -> str | None:
    if valores is None:
        return None
    try:
        texto = _codificar(mascarar(valores))
    except ValueError as erro:  # infinity, what is no number, an integer of thousands of digits
        raise ConteudoInvalido(str(erro)) from erro
    if "\\u0000" in texto and _NULO.search(texto):
        raise ConteudoInvalido("um texto com o caractere nulo")
    return texto
