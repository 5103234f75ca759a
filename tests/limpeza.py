"""Empty the database after a transactional test, in milliseconds.

Django's own way truncates every table (hundreds of files) and emits post_migrate (permissions, groups and schedules are
made again): over a second a test. Here only the tables that hold rows are emptied, with their triggers and foreign keys
asleep, and what the migrations had put in comes back from a copy. Sequences go on, as with Django.
"""

from __future__ import annotations

from django.db import connection

_copiadas: dict[str, list[str]] = {}  # database -> tables that had rows before the first test


def e_de_teste() -> bool:
    """A run of the till's tests alone makes no test database: nothing of ours may touch the one that is there."""
    return str(connection.settings_dict["NAME"]).startswith("test_")


def pode_limpar() -> bool:
    """Putting triggers to sleep takes a superuser, which the embedded server's user is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])


def _com_linhas() -> list[str]:
    with connection.cursor() as cursor:
        tabelas = [t for t in connection.introspection.table_names(cursor) if t != "django_migrations"]
        cursor.execute(
            " UNION ALL ".join(f"SELECT '{t}' WHERE EXISTS (SELECT 1 FROM \"{t}\")" for t in tabelas)  # our own names
        )
        return [nome for (nome,) in cursor.fetchall()]


def guardar_inicio() -> None:
    """Copy what is there before the first test."""
    banco = str(connection.settings_dict["NAME"])
    if banco in _copiadas:
        return
    tabelas = _com_linhas()
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA IF NOT EXISTS inicio")
        for tabela in tabelas:
            cursor.execute(f'CREATE TABLE IF NOT EXISTS inicio."{tabela}" AS TABLE public."{tabela}"')
    _copiadas[banco] = tabelas


def limpar() -> None:
    """Bring every table back to what it held before the first test."""
    iniciais = _copiadas[str(connection.settings_dict["NAME"])]
    comandos = [f'DELETE FROM "{tabela}"' for tabela in _com_linhas()]
    comandos += [f'INSERT INTO "{tabela}" SELECT * FROM inicio."{tabela}"' for tabela in iniciais]
    with connection.cursor() as cursor:
        cursor.execute(
            "; ".join(["SET session_replication_role = replica", *comandos, "SET session_replication_role = origin"])
        )
