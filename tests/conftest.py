"""One PostgreSQL server for the whole run, one database for each xdist worker, everything gone at the end."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

PASTA = "RETAGUARDA_PASTA_DE_TESTES"


def _ambiente_de_testes(pasta: Path) -> None:
    """What the settings must find: nothing of the developer's own `.env`, data or till."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "erp.config.settings")
    os.environ["RETAGUARDA_DADOS"] = str(pasta)
    os.environ["RETAGUARDA_ESTATICOS"] = str(pasta / "estaticos")
    os.environ["TERMINAL_DATABASE_URL"] = ""
    os.environ["CELERY_BROKER_URL"] = ""
    os.environ["DEBUG"] = "0"
    os.environ["LOG_NIVEL"] = "WARNING"
    if "DATABASE_URL" not in os.environ:
        os.environ["DATABASE_URL"] = ""


# Made by the first process (pytest, or xdist's controller); its workers inherit the name. It must be here, before
# pytest-django reads the settings, and not in a fixture.
_MINHA = PASTA not in os.environ
if _MINHA:
    os.environ[PASTA] = tempfile.mkdtemp(prefix="retaguarda-testes-")
_ambiente_de_testes(Path(os.environ[PASTA]))


def pytest_unconfigure(config: pytest.Config) -> None:
    if not _MINHA or hasattr(config, "workerinput"):
        return
    from erp.config.embutido import servidor_padrao

    servidor = servidor_padrao(Path(os.environ[PASTA]))
    servidor.parar()
    shutil.rmtree(servidor.pasta, ignore_errors=True)
    shutil.rmtree(os.environ[PASTA], ignore_errors=True)
    os.environ.pop(PASTA, None)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_xdist_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The till's database of a test is a file too: threads and processes share it as they do at a till."""
    from django.conf import settings

    arquivo = tmp_path_factory.mktemp("terminal") / "terminal.sqlite3"
    settings.DATABASES["terminal"].setdefault("TEST", {})["NAME"] = str(arquivo)
