"""The events' table in partitions by month, whatever it holds; what Django knows of it stays as it was."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import migrations

from auditoria import particoes

_TABELA = particoes.TABELA
_INDICES = """SELECT c.relname, pg_get_indexdef(c.oid), k.conname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    LEFT JOIN pg_constraint k ON k.conindid = c.oid AND k.contype = 'p'
    WHERE i.indrelid = 'auditoria_evento'::regclass ORDER BY c.relname"""
_GATILHOS = """SELECT tgname, pg_get_triggerdef(oid), obj_description(oid, 'pg_trigger') FROM pg_trigger
    WHERE tgrelid = 'auditoria_evento'::regclass AND NOT tgisinternal ORDER BY tgname"""


def converter(apps: Any, schema_editor: Any) -> None:
    """All in one transaction: readers and writers wait, and nothing is lost if it is cut short.

    1. Put the table aside, with its rows; its indexes and constraints give up their names, its triggers go.
    2. Make the table again, in partitions, with the same columns, constraints and indexes.
    3. What was put aside becomes the partition of all that there was until the end of this month. What in it has an
       identifier of no such time goes where it belongs. Nothing is copied but that.
    4. The triggers again, on the table and on each partition. Nothing waited for its seal twice, for they were not there.
    """
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT relkind FROM pg_class WHERE oid = %s::regclass", [_TABELA])
        if cursor.fetchone()[0] == "p":
            return
        cursor.execute(f"LOCK TABLE {_TABELA} IN ACCESS EXCLUSIVE MODE")
        agora = datetime.now(UTC)
        inicio, fim = particoes.mes(agora), particoes.seguinte(agora)
        antiga = f"{_TABELA}_ate_{inicio:%Y_%m}"
        cursor.execute(_GATILHOS)
        gatilhos = cursor.fetchall()
        cursor.execute(_INDICES)
        indices = cursor.fetchall()
        _por_de_lado(cursor, antiga, indices, [nome for nome, _, _ in gatilhos])
        _fazer_de_novo(cursor, antiga, indices)
        if not _aproveitar(cursor, antiga, particoes.fronteira(fim)):
            particoes.criar(cursor, inicio)
        for nome, definicao, comentario in gatilhos:
            cursor.execute(definicao)
            cursor.execute(f'COMMENT ON TRIGGER "{nome}" ON {_TABELA} IS %s', [comentario])
        particoes.igualar_todos(cursor)


def _por_de_lado(cursor: Any, antiga: str, indices: list[Any], gatilhos: list[str]) -> None:
    for nome in gatilhos:
        cursor.execute(f'DROP TRIGGER "{nome}" ON {_TABELA}')
    cursor.execute(f"ALTER TABLE {_TABELA} RENAME TO {antiga}")
    for nome, _, chave in indices:
        novo = f"{nome}_{antiga.removeprefix(_TABELA + '_')}"
        if chave:
            cursor.execute(f'ALTER TABLE {antiga} RENAME CONSTRAINT "{chave}" TO "{novo}"')
        else:
            cursor.execute(f'ALTER INDEX "{nome}" RENAME TO "{novo}"')


def _fazer_de_novo(cursor: Any, antiga: str, indices: list[Any]) -> None:
    cursor.execute(
        f"""CREATE TABLE {_TABELA} (LIKE {antiga} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)
            PARTITION BY RANGE (id)"""
    )
    for nome, definicao, chave in indices:
        if chave:
            cursor.execute(f'ALTER TABLE {_TABELA} ADD CONSTRAINT "{chave}" PRIMARY KEY (id)')
        else:
            cursor.execute(definicao)
    particoes.criar_resto(cursor)
    inicio = particoes.mes(datetime.now(UTC))
    for _ in range(particoes.ADIANTE):
        inicio = particoes.seguinte(inicio)
        particoes.criar(cursor, inicio)


def _aproveitar(cursor: Any, antiga: str, ate: UUID) -> bool:
    """Whether what was put aside has become a partition; without rows it is gone."""
    primeira = particoes.fronteira(particoes.INICIO)
    cursor.execute(f"SELECT id FROM {antiga} WHERE id >= %s AND id < %s ORDER BY id LIMIT 1", [primeira, ate])
    achada = cursor.fetchone()
    de = particoes.fronteira(particoes.mes(particoes.instante(achada[0]))) if achada else ate
    cursor.execute(
        f"""WITH fora AS (DELETE FROM {antiga} WHERE id < %s OR id >= %s RETURNING *)
            INSERT INTO {_TABELA} SELECT * FROM fora""",
        [de, ate],
    )
    if achada is None:
        cursor.execute(f"DROP TABLE {antiga}")
        return False
    cursor.execute(f"ALTER TABLE {_TABELA} ATTACH PARTITION {antiga} FOR VALUES FROM ('{de}') TO ('{ate}')")
    return True


class Migration(migrations.Migration):

    dependencies = [
        ("auditoria", "0004_exportar"),
    ]

    operations = [
        migrations.RunPython(converter, migrations.RunPython.noop),
    ]
