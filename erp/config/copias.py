"""Backup and restore with PostgreSQL's own programs, which come in the same wheel as the server.

They serve the embedded server and an external one (`DATABASE_URL`) alike. A restore is one transaction: it happens
whole, or the database stays as it was.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from auditoria.atores import ATOR_SISTEMA
from auditoria.contexto import ator_atual
from auditoria.models import Evento
from auditoria.sensivel import sensivel
from auditoria.services import registrar
from erp.config.embutido import binarios_do_pacote
from erp.config.mensageria import TABELA_FILA, TABELA_MENSAGEM

ZERAR = (
    "SET lock_timeout = '15s'; SET client_min_messages = warning;"
    " DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION pg_database_owner;"
)


class ErroDeCopia(Exception):
    """A cópia ou a restauração não pôde ser feita."""


def copiar(arquivo: Path) -> int:
    """Write a backup (pg_dump's custom format) readable by its owner only; return its size in bytes.

    It is written aside and renamed: a file with the final name is a whole backup.
    """
    connection.ensure_connection()
    parcial = arquivo.with_name(f".{arquivo.name}.{os.getpid()}.parcial")
    try:
        arquivo.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(parcial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        # By name, not through standard output: there pg_dump writes its table of contents twice.
        _rodar(
            "pg_dump", "--format=custom", "--no-owner", "--no-privileges",
            f"--exclude-table-data={TABELA_MENSAGEM}", f"--file={parcial}",
        )  # fmt: skip
        _gravar_no_disco(parcial)
        parcial.replace(arquivo)
    except OSError as erro:
        raise ErroDeCopia(f"{arquivo}: {erro.strerror}") from erro
    finally:
        _apagar(parcial)
    return arquivo.stat().st_size


def _apagar(arquivo: Path) -> None:
    with suppress(NotADirectoryError):  # the folder asked for is a file, which is the error being told
        arquivo.unlink(missing_ok=True)


def _gravar_no_disco(arquivo: Path) -> None:
    with arquivo.open("rb") as aberto:
        os.fsync(aberto.fileno())


@sensivel("acesso.banco_copiado", "acesso.banco_restaurado")
@transaction.atomic
def contar(acao: str, arquivo: Path) -> None:
    """Tell the trail that the whole database was taken, or is another from here on; one without a trail tells nothing."""
    if Evento._meta.db_table in connection.introspection.table_names():
        registrar(acao=acao, ator=ator_atual() or ATOR_SISTEMA, depois={"arquivo": arquivo.name})


def esta_vazio() -> bool:
    """True when the database has no table of ours (kombu makes its own as soon as anything connects)."""
    return set(connection.introspection.table_names()) <= {TABELA_FILA, TABELA_MENSAGEM}


def restaurar(arquivo: Path) -> None:
    """Replace all that the database holds by the backup, in one transaction.

    The script is whole before anything is touched, and is fed to one `psql`; if either program fails, the
    transaction is rolled back.
    """
    connection.ensure_connection()
    connection.close()
    leitor = subprocess.Popen(
        [_programa("pg_restore"), "--no-owner", "--no-privileges", "--schema=public", "--file=-", str(arquivo)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/",
    )  # fmt: skip
    escritor = subprocess.Popen(
        [_programa("psql"), "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
         f"--command={ZERAR}", "--file=-"],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=_ambiente(), cwd="/",
    )  # fmt: skip
    _ligar(leitor, escritor)


def _ligar(leitor: subprocess.Popen[bytes], escritor: subprocess.Popen[bytes]) -> None:
    """Feed one program's output to the other, which must not reach its COMMIT unless the first one ended well."""
    assert leitor.stdout and leitor.stderr and escritor.stdin and escritor.stderr
    try:
        shutil.copyfileobj(leitor.stdout, escritor.stdin)
        erro_do_leitor = leitor.stderr.read().decode(errors="replace")
        if leitor.wait():
            escritor.kill()  # its connection drops inside the transaction
            raise ErroDeCopia(f"pg_restore: {erro_do_leitor.strip()}")
        escritor.stdin.close()
    except BrokenPipeError:
        leitor.kill()
    finally:
        erro = escritor.stderr.read().decode(errors="replace")
        codigo = escritor.wait()
        for processo in (leitor, escritor):
            for canal in (processo.stdin, processo.stdout, processo.stderr):
                _fechar(canal)
        leitor.wait()
    if codigo:
        raise ErroDeCopia(f"psql: {erro.strip()}")


def _fechar(canal: Any) -> None:
    with suppress(BrokenPipeError):  # what was still buffered for a program that has ended
        if canal:
            canal.close()


def _rodar(programa: str, *argumentos: str) -> None:
    comando = [_programa(programa), *argumentos]
    feito = subprocess.run(
        comando, stdin=subprocess.DEVNULL, capture_output=True, env=_ambiente(), cwd="/", check=False
    )
    if feito.returncode:
        raise ErroDeCopia(f"{programa}: {feito.stderr.decode(errors='replace').strip()}")


def _programa(nome: str) -> str:
    return str(binarios_do_pacote() / "bin" / nome)


def _ambiente() -> dict[str, str]:
    """libpq's own variables: a password must not be on a command line, where every user of the machine sees it."""
    banco: Mapping[str, Any] = connection.settings_dict
    opcoes: Mapping[str, Any] = banco.get("OPTIONS") or {}
    nomes = {
        "PGHOST": opcoes.get("host") or banco.get("HOST"),
        "PGPORT": opcoes.get("port") or banco.get("PORT"),
        "PGUSER": banco.get("USER"),
        "PGPASSWORD": banco.get("PASSWORD"),
        "PGDATABASE": banco.get("NAME"),
        "PGSSLMODE": opcoes.get("sslmode"),
        "PGSSLROOTCERT": opcoes.get("sslrootcert"),
        "PGSSLCERT": opcoes.get("sslcert"),
        "PGSSLKEY": opcoes.get("sslkey"),
    }
    return {**os.environ, **{nome: str(valor) for nome, valor in nomes.items() if valor}}
