"""`manage.py preparar`: everything a start needs, as often as one likes, by as many processes as one likes."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection, connections, transaction
from django.db.backends.utils import CursorWrapper

from auditoria.sensivel import sensivel
from auditoria.services import ATOR_SISTEMA, registrar
from erp.config import mensageria
from erp.config.celery import app
from erp.config.roteador import TERMINAL

TRAVA = 7_241_001
ADMINISTRADOR = "admin"


class Command(BaseCommand):
    help = "Prepara tudo para o início: banco, migrações, grupos, arquivos estáticos e o primeiro administrador."
    requires_system_checks: list[str] = []  # they may need the tables made here

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--espera", type=int, default=60, help="segundos a esperar pelo banco (padrão: 60)")
        parser.add_argument("--sem-estaticos", action="store_true", help="não junta os arquivos estáticos")

    def handle(self, *args: Any, **options: Any) -> None:
        esperar_banco(options["espera"])
        with um_por_vez():
            call_command("migrate", interactive=False, verbosity=0)
            # the till's app alone: to know that the others have nothing there, all of them would be walked through
            call_command("migrate", TERMINAL, database=TERMINAL, interactive=False, verbosity=0)
            for fila in (app.conf.task_default_queue, settings.FILA_DOS_PDVS, settings.FILA_DO_MUNDO):
                mensageria.preparar_tabelas(fila)
            if not options["sem_estaticos"] and not settings.DEBUG:
                call_command("collectstatic", interactive=False, verbosity=0)
            senha = criar_primeiro_administrador()
        if senha:
            self.stdout.write(
                f"\n  Administrador criado. Usuário: {ADMINISTRADOR}   Senha: {senha}\n"
                "  Esta senha aparece só agora. Troque-a no primeiro acesso.\n"
            )
        self.stdout.write("Retaguarda preparada.")


def esperar_banco(segundos: int) -> None:
    """Wait for a database that is still starting; the embedded one is started by the attempt itself."""
    limite = time.monotonic() + segundos
    while True:
        try:
            return connection.ensure_connection()
        except DatabaseError as erro:
            if time.monotonic() > limite:
                raise CommandError(f"o banco de dados não respondeu em {segundos} s: {erro}") from erro
            time.sleep(0.5)


@contextmanager
def um_por_vez() -> Iterator[None]:
    """One preparation at a time, by a lock on a connection of its own: migrations may close the usual one.

    Asked for again and again: who waits inside the server holds a snapshot, and an index that is being made
    CONCURRENTLY by the one who prepares would wait for that, for ever.
    """
    guarda = connections.create_connection("default")
    try:
        with guarda.cursor() as cursor:
            while not _conseguiu(cursor):
                time.sleep(0.2)
        yield
    finally:
        guarda.close()


def _conseguiu(cursor: CursorWrapper) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [TRAVA])
    return bool(cursor.fetchone()[0])


@sensivel("acesso.administrador_criado")
def criar_primeiro_administrador() -> str | None:
    """Create `admin` where nobody exists yet, and return the password, which is kept nowhere; else None.

    Once there is any user this never acts again, even if the administrators were taken away on purpose.
    """
    with transaction.atomic():
        if User.objects.exists():
            return None
        senha = secrets.token_urlsafe(15)
        usuario = User.objects.create_superuser(ADMINISTRADOR, password=senha)
        registrar(
            acao="acesso.administrador_criado", ator=ATOR_SISTEMA, objeto="auth.User", objeto_id=str(usuario.pk),
            depois={"username": usuario.get_username(), "is_superuser": True},
        )  # fmt: skip
    return senha
