"""The events that PostgreSQL has, with their seals. Each filter has its index, and a page is found by its place.

No OFFSET and no COUNT: the ten-millionth event costs what the first does.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.utils import OperationalError

from auditoria import serial
from auditoria.serial import Linha
from auditoria.trilha.filtro import Filtro, Trecho, Visto

PACIENCIA: Final = "8s"  # that a person waits for a page
_LIMITE: Final = "statement_timeout"
_CAMPOS: Final = len(Linha._fields)
_SELO: Final = "s.sequencia, s.selado_em, s.hash"
_UM: Final = f"""SELECT {serial.COLUNAS}, {_SELO} FROM auditoria_evento e
    LEFT JOIN auditoria_selo s ON s.evento = e.id WHERE e.id = %s"""
_INICIO: Final = """SELECT least((SELECT min(em) FROM auditoria_evento),
    (SELECT selado_em FROM auditoria_selo ORDER BY sequencia LIMIT 1))"""


class ProcuraDemorada(RuntimeError):
    """A procura demorou demais e foi interrompida. Restrinja o período, ou filtre por menos coisas ao mesmo tempo."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def procurar(filtro: Filtro, trecho: Trecho) -> list[Visto]:
    """A stretch of the events of one way of writing, in the order of the stretch. Raises `ProcuraDemorada`."""
    onde, valores = _condicoes(filtro, trecho)
    ordem = "ASC" if trecho.para_cima else "DESC"
    sql = f"""SELECT {serial.COLUNAS}, {_SELO} FROM (
            SELECT * FROM auditoria_evento {onde} ORDER BY em {ordem}, id {ordem} LIMIT %s
        ) e LEFT JOIN auditoria_selo s ON s.evento = e.id ORDER BY e.em {ordem}, e.id {ordem}"""
    return [_visto(linha) for linha in _com_paciencia(sql, [*valores, trecho.limite])]


def um(id_: UUID) -> Visto | None:
    """One event, if PostgreSQL has it."""
    with connection.cursor() as cursor:
        cursor.execute(_UM, [id_])
        linha = cursor.fetchone()
    return _visto(linha) if linha else None


def inicio() -> datetime | None:
    """Since when there is a trail: its first event, or the first seal, which stays when its event leaves."""
    with connection.cursor() as cursor:
        cursor.execute(_INICIO)
        desde: datetime | None = cursor.fetchone()[0]
    return desde


def _condicoes(filtro: Filtro, trecho: Trecho) -> tuple[str, list[Any]]:
    pedidas: list[tuple[str, Any]] = [
        ("ator = %s", filtro.ator), ("acao = %s", filtro.acao), ("objeto = %s", filtro.objeto),
        ("objeto_id = %s", filtro.objeto_id), ("em >= %s", filtro.desde), ("em < %s", filtro.ate),
    ]  # fmt: skip
    textos = [texto for texto, valor in pedidas if valor]
    valores = [valor for _, valor in pedidas if valor]
    if trecho.de is not None:
        textos.append(f"(em, id) {'>' if trecho.para_cima else '<'} (%s, %s)")
        valores += trecho.de
    return f"WHERE {' AND '.join(textos)}" if textos else "", valores


def _com_paciencia(sql: str, valores: list[Any]) -> list[tuple[Any, ...]]:
    """Two filters of which each has millions and both have none could read them all: somebody would wait for that."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('statement_timeout'), set_config(%s, %s, true)", [_LIMITE, PACIENCIA]
            )
            [de_antes, _] = cursor.fetchone()
            cursor.execute(sql, valores)
            linhas = list(cursor.fetchall())
            cursor.execute("SELECT set_config(%s, %s, true)", [_LIMITE, de_antes])  # of a transaction that goes on
    except OperationalError as erro:
        if getattr(erro.__cause__, "pgcode", None) == "57014":
            raise ProcuraDemorada from erro
        raise
    return linhas


def _visto(linha: tuple[Any, ...]) -> Visto:
    sequencia, selado_em, selo = linha[_CAMPOS:]
    return Visto(Linha(*linha[:_CAMPOS]), sequencia, selado_em, bytes(selo) if selo is not None else b"")
