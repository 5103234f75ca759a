"""COPY: the way rows enter hot tables. Plain values in, text format out."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.backends.utils import CursorWrapper

_NULO = "\\N"


def _texto(valor: str) -> str:
    # str.translate took 280 us on a 6 kB XML with one accent or one line break, these four take 10
    return valor.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _binario(valor: bytes | memoryview) -> str:
    return "\\\\x" + valor.hex()


def lista(valores: Iterable[object]) -> str:
    """A PostgreSQL array literal of numbers: as a parameter, many times cheaper than a list of Decimals."""
    return "{" + ",".join(map(str, valores)) + "}"


_FORMATOS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _: _NULO,
    str: _texto,
    int: str,
    bool: lambda v: "t" if v else "f",
    Decimal: str,
    UUID: str,
    bytes: _binario,
    memoryview: _binario,
    list: lista,
}


class _Instantes(dict[int, tuple[date, str]]):
    """Texts of the dates and times of one COPY: rows of one operation share the very same objects.

    Kept with the object, so that its identity is nobody else's as long as the text is.
    """

    def texto(self, valor: date) -> str:
        achado = self.get(id(valor))
        if achado is None:
            achado = self[id(valor)] = (valor, valor.isoformat())
        return achado[1]


def _formatar(valor: object) -> str:
    """The rest: enums of text or of numbers."""
    return _texto(str(valor)) if isinstance(valor, str) else str(int(valor))  # type: ignore[call-overload]  # IntegerChoices


def copiar(cursor: CursorWrapper, tabela: str, colunas: Sequence[str], linhas: Iterable[Sequence[object]]) -> None:
    """Write `linhas` into `tabela` by COPY, in the caller's transaction.

    Values: None, str, int, bool, Decimal, date, datetime, UUID, bytes, a list of ints, or an enum of str or int.
    Raises Django's IntegrityError or DataError as an INSERT would; then nothing of the call was written.
    """
    instante = _Instantes().texto
    formatos: dict[type, Callable[[Any], str]] = {**_FORMATOS, date: instante, datetime: instante}
    texto = "\n".join(
        ["\t".join([formatos.get(type(v), _formatar)(v) for v in linha]) for linha in linhas]  # inlined: the hot loop
    )
    if not texto:
        return
    nomes = ", ".join(f'"{coluna}"' for coluna in colunas)
    # django's wrapper translates errors of execute() only; copy_expert goes by its own context
    with cursor.db.wrap_database_errors:
        cursor.copy_expert(f'COPY "{tabela}" ({nomes}) FROM STDIN', io.StringIO(texto + "\n"))


def reservar_ids(cursor: CursorWrapper, tabela: str, quantos: int) -> Sequence[int]:
    """Take `quantos` ids from the sequence of `tabela`, so that rows and their children are written in one pass."""
    if quantos == 0:
        return []
    cursor.execute(
        "SELECT nextval(s) FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS s) x, generate_series(1, %s)",
        [f'"{tabela}"', quantos],
    )
    return [linha[0] for linha in cursor.fetchall()]
