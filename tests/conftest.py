"""One PostgreSQL server for the whole run, one database for each xdist worker, everything gone at the end.

`DATABASE_URL`, when given, is used instead (its user must be allowed to create databases).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import django
import psutil
import pytest
import pytest_django

PASTA = "RETAGUARDA_PASTA_DE_TESTES"
PREFIXO = "retaguarda-testes-"


def _ambiente_de_testes(pasta: Path) -> None:
    """What the settings must find: nothing of the developer's own `.env`, data or till."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "erp.config.settings"
    os.environ.setdefault("DATABASE_URL", "")
    os.environ |= {
        "RETAGUARDA_DADOS": str(pasta),
        "RETAGUARDA_ESTATICOS": str(pasta / "estaticos"),
        "TERMINAL_DATABASE_URL": "",
        "CELERY_BROKER_URL": "",
        "SECRET_KEY": "",
        "ALLOWED_HOSTS": "127.0.0.1,localhost,testserver",
        "DEBUG": "0",
        "HTTPS": "0",
        "LOG_NIVEL": "WARNING",
        "ILLI_URL": "",  # no message of a test goes out by a setting that the test did not make
        "ILLI_TOKEN": "",
        "FILAS_NOTIFICAR_PARA": "",
        "EMAIL_URL": "",
        "ROTINA_EMAILS": "",
    }


# Made by the first process (pytest, or xdist's controller); its workers inherit the name. It must be here, before
# pytest-django reads the settings, and not in a fixture.
_MINHA = PASTA not in os.environ
if _MINHA:
    os.environ[PASTA] = tempfile.mkdtemp(prefix=f"{PREFIXO}{os.getpid()}-")
_ambiente_de_testes(Path(os.environ[PASTA]))
Path(os.environ["RETAGUARDA_ESTATICOS"]).mkdir(exist_ok=True)
django.setup()


# Imports inside the functions below: what they name reads the settings, which may wait for the run's own folder.
def _destruir(pasta: Path) -> None:
    from erp.config.embutido import servidor_padrao

    servidor_padrao(pasta).destruir()
    shutil.rmtree(pasta, ignore_errors=True)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Take away what a run that was killed left behind: its server would live for ever."""
    if not _MINHA:
        return
    for pasta in Path(tempfile.gettempdir()).glob(f"{PREFIXO}*"):
        dono = pasta.name.removeprefix(PREFIXO).partition("-")[0]
        if dono.isdigit() and not psutil.pid_exists(int(dono)):
            _destruir(pasta)


def pytest_unconfigure(config: pytest.Config) -> None:
    if _MINHA and not hasattr(config, "workerinput") and PASTA in os.environ:
        _destruir(Path(os.environ.pop(PASTA)))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The till's database of a test is a file too: threads and processes share it as they do at a till."""
    from django.conf import settings

    from erp.config.celery import app

    arquivo = tmp_path_factory.mktemp("terminal") / "terminal.sqlite3"
    # No dependency on the default database either: a run of the till's tests alone needs no PostgreSQL. Its tables are
    # made without the migrations, which every till in a process of its own goes through.
    settings.DATABASES["terminal"].setdefault("TEST", {}).update(NAME=str(arquivo), DEPENDENCIES=[], MIGRATE=False)
    if settings.DATABASES["default"]["ENGINE"] != "erp.config.banco":
        app.conf.broker_url = "memory://"  # somebody's own server: no wake-up of a test may reach its workers


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> None:
    """Between transactional tests the database is emptied our way: fast, and through the guards of the ledgers."""
    from django.core.management import call_command
    from django.test import TransactionTestCase

    from tests import limpeza

    with django_db_blocker.unblock():
        call_command("migrate", "terminal", database="terminal", fake=True, verbosity=0)  # its tables are there
        if not limpeza.e_de_teste() or not limpeza.pode_limpar():
            return  # the till's tests alone; or somebody's own server and a plain user: Django's way, and slower
        limpeza.guardar_inicio()
    limpar_como_django = TransactionTestCase._fixture_teardown

    def limpar(caso: TransactionTestCase) -> None:
        if "default" not in caso.databases:
            limpar_como_django(caso)
            return
        limpeza.limpar()
        if "terminal" in caso.databases:
            call_command("flush", verbosity=0, interactive=False, database="terminal", inhibit_post_migrate=True)

    TransactionTestCase._fixture_teardown = limpar  # type: ignore[method-assign]  # for the rest of the run


@pytest.fixture(scope="session", autouse=True)
def _estaticos_sem_coleta() -> None:
    """Pages name their static files without `collectstatic` having run."""
    from django.conf import settings

    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
