"""One PostgreSQL server for the whole run, one database for each xdist worker, everything gone at the end.

`DATABASE_URL`, when given, is used instead (its user must be allowed to create databases).
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import hypothesis
import psutil
import pytest
import pytest_django

from auditoria import sensivel
from tests import sensiveis

PASTA = "RETAGUARDA_PASTA_DE_TESTES"
PREFIXO = "retaguarda-testes-"
DE_UMA_PROVA = 3600  # seconds
# What takes a minute in one file is not left for the end, where one worker would be busy and the others idle.
# A browser stays where it is: after it no test of its process may be asynchronous.
DEMORADOS = (
    "tests/bench/",
    "tests/concorrencia/test_fila",
    "tests/erp/config/test_embutido",
    "tests/erp/contatos/test_mortos",
    "tests/falhas/",
    "tests/fluxos/test_todas_as_especies",
    "tests/pdv/terminal/test_replicador",
    "tests/test_elos",
    "tests/test_portas",
)
# What asks nothing of the run's database: the second and the third worker begin with it, while the first makes that.
SEM_BANCO = ("tests/erp/config/test_instalacao", "tests/falhas/test_replicador_morto")

# A loaded machine is no defect: no example has a time limit, and none is refused for being slow to make.
hypothesis.settings.register_profile(
    "retaguarda", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("retaguarda")


def _ambiente_de_testes(pasta: Path) -> None:
    """What the settings must find: nothing of the developer's own `.env`, data or till."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "erp.config.settings"
    # Tests start hundreds of processes: each would compile the whole project again, a quarter of its start.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    os.environ.setdefault("DATABASE_URL", "")
    # a real MongoDB is for the tests of the archive, which take it from here (tests/ferretdb/servidor.py)
    os.environ.setdefault("MONGO_DOS_TESTES", os.environ.get("AUDITORIA_MONGO_URL", ""))
    os.environ |= {
        "RETAGUARDA_DADOS": str(pasta),
        "RETAGUARDA_ESTATICOS": str(pasta / "estaticos"),
        "TERMINAL_DATABASE_URL": "",
        "CELERY_BROKER_URL": "",
        "SECRET_KEY": "",
        "ALLOWED_HOSTS": "127.0.0.1,localhost,testserver",
        "AUDITORIA_MONGO_URL": "",
        "DEBUG": "0",
        "HTTPS": "0",
        "LOG_NIVEL": "WARNING",
        "SINCRONIZACAO_URL": "",
        "SINCRONIZACAO_CHAVE": "",
        "ILLI_URL": "",  # no message of a test goes out by a setting that the test did not make
        "ILLI_TOKEN": "",
        "EFI_CLIENT_ID": "",
        "INFOSIMPLES_TOKEN": "",
        "SERPRO_CHAVE": "",
        "EFI_CLIENT_SECRET": "",
        "PLUGSIGN_TOKEN": "",
        "WHATSAPP_TOKEN": "",
        "FILAS_NOTIFICAR_PARA": "",
        "EMAIL_URL": "",
        "CONTATOS_SILENCIO": "00:00-00:00",  # a message of a test goes out at any hour
        "ROTINA_EMAILS": "",
        "AUDITORIA_CHAVE_ASSINATURA": "",
        "AUDITORIA_CHAVES_ANTERIORES": "",
        "AUDITORIA_CHAVE_MESTRA": "",
        "AUDITORIA_RESUMOS": "",
        "AUDITORIA_RESUMO_PARA": "",
    }


# Made by the first process (pytest, or xdist's controller); its workers inherit the name. It must be here, before
# pytest-django reads the settings, and not in a fixture.
_MINHA = PASTA not in os.environ
if _MINHA:
    os.environ[PASTA] = tempfile.mkdtemp(prefix=f"{PREFIXO}{os.getpid()}-")
_ambiente_de_testes(Path(os.environ[PASTA]))
Path(os.environ["RETAGUARDA_ESTATICOS"]).mkdir(exist_ok=True)
sensivel.observar_com(sensiveis.Observador(Path(os.environ[PASTA])))
django.setup()

from django.conf import settings  # noqa: E402  # it reads what was set above

import tests.acoes  # noqa: E402, F401  # the actions of tests join the list, once Django is there
from tests import filhos  # noqa: E402  # beside the other

# A million rounds for each person of a test prove nothing; what the installation uses is still understood.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]


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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with tests that are rolled back, as pytest-django has them; then what takes long; then the others.

    The tests of a file stay together and in their order. Plans of queries are looked at by the first, while the
    server has not yet vacuumed what the others leave behind. After the very first file comes what needs no database.
    """
    desfeitos = {item.path: None for item in items if _desfeito(item)}  # in their order
    primeiro = next(iter(desfeitos), None)

    def lugar(item: pytest.Item) -> int:
        if item.path == primeiro:
            return 0
        if item.nodeid.startswith(SEM_BANCO):
            return 1
        if item.path in desfeitos:
            return 2
        return 3 if item.nodeid.startswith(DEMORADOS) else 4

    items.sort(key=lugar)


def _desfeito(item: pytest.Item) -> bool:
    marca = item.get_closest_marker("django_db")
    return marca is not None and not marca.kwargs.get("transaction")


def pytest_sessionfinish(session: pytest.Session) -> None:
    filhos.fechar_todas()


def pytest_unconfigure(config: pytest.Config) -> None:
    if _MINHA and not hasattr(config, "workerinput") and PASTA in os.environ:
        _destruir(Path(os.environ.pop(PASTA)))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The till's database of a test is a file too: threads and processes share it as they do at a till."""
    from erp.config.celery import app

    arquivo = tmp_path_factory.mktemp("terminal") / "terminal.sqlite3"
    # No dependency on the default database either: a run of the till's tests alone needs no PostgreSQL. Its tables are
    # made without the migrations, which every till in a process of its own goes through.
    settings.DATABASES["terminal"].setdefault("TEST", {}).update(NAME=str(arquivo), DEPENDENCIES=[], MIGRATE=False)
    if settings.DATABASES["default"]["ENGINE"] != "erp.config.banco":
        app.conf.update(broker_url="memory://")  # somebody's own server: no wake-up of a test may reach its workers
    from tests import matriz

    matriz.pegar(Path(os.environ[PASTA]), embutido=settings.DATABASES["default"]["ENGINE"] == "erp.config.banco")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> None:
    """Between transactional tests the database is emptied our way: fast, and through the guards of the ledgers."""
    from django.core.management import call_command
    from django.test import TransactionTestCase

    from tests import limpeza, matriz, vigias

    with django_db_blocker.unblock():
        if limpeza.e_de_teste():
            vigias.ensurdecer()
            matriz.sem_esperar_o_disco()
        matriz.deixar(Path(os.environ[PASTA]))
        call_command("migrate", "terminal", database="terminal", fake=True, verbosity=0)  # its tables are there
        if not limpeza.e_de_teste() or not limpeza.pode_limpar():
            return  # the till's tests alone; or somebody's own server and a plain user: Django's way, and slower
        limpeza.guardar_inicio()
    caso_de_teste: Any = TransactionTestCase  # what the stubs lack of it is Django's all the same
    limpar_como_django = caso_de_teste._fixture_teardown

    def limpar(caso: TransactionTestCase) -> None:
        if "default" not in caso.databases:
            limpar_como_django(caso)
            return
        limpeza.limpar()
        if "terminal" in caso.databases:
            call_command("flush", verbosity=0, interactive=False, database="terminal", inhibit_post_migrate=True)

    caso_de_teste._fixture_teardown = limpar  # for the rest of the run


@pytest.fixture(scope="session", autouse=True)
def _entrar_a_forca_nao_e_entrar() -> Iterator[None]:
    """`force_login` is no door that people have: it leaves no event of an entry among those of a test."""
    from django.contrib.auth.signals import user_logged_in
    from django.test import Client

    from erp.acesso import entradas

    entrar = Client.force_login

    def force_login(cliente: Client, user: object, backend: str | None = None) -> None:
        user_logged_in.disconnect(dispatch_uid=entradas.UID)
        try:
            entrar(cliente, user, backend)  # type: ignore[arg-type]  # as it came
        finally:
            user_logged_in.connect(entradas.ao_entrar, dispatch_uid=entradas.UID)

    Client.force_login = force_login  # type: ignore[method-assign, assignment]  # for the whole run
    yield
    Client.force_login = entrar  # type: ignore[method-assign]


@pytest.fixture(scope="session", autouse=True)
def _estaticos_sem_coleta() -> None:
    """Pages name their static files without `collectstatic` having run."""

    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
