"""A real chromium against a real server."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ARGUMENTOS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def _chromium() -> str:
    achado = shutil.which("chromium") or shutil.which("chromium-browser")
    if achado is not None:
        return achado
    motivo = "chromium não está instalado (apt-get install chromium)"
    if os.environ.get("CI"):
        pytest.fail(motivo)
    pytest.skip(motivo)


@pytest.fixture(scope="session")
def navegador() -> Iterator[Browser]:
    """One chromium for the run. Playwright keeps an event loop in this thread, which Django would take for async code."""
    executavel = _chromium()
    antes = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as p:
        aberto = p.chromium.launch(executable_path=executavel, args=ARGUMENTOS)
        yield aberto
        aberto.close()
    if antes is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
    else:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = antes


@pytest.fixture
def pagina(navegador: Browser, live_server: Any, settings: Any) -> Iterator[Page]:
    """A blank page; the test fails on any error of a script in it."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    contexto = navegador.new_context(
        base_url=live_server.url,
        locale="pt-BR",
        timezone_id="America/Sao_Paulo",
        viewport={"width": 1400, "height": 900},
    )
    contexto.set_default_timeout(20_000)
    tela = contexto.new_page()
    erros: list[str] = []
    tela.on("pageerror", lambda erro: erros.append(str(erro)))
    yield tela
    contexto.close()
    assert erros == []
