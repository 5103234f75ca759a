"""Django's own checks, over all the pages: they are loaded with the paths, not with every process."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest
from django.contrib import admin
from django.core.checks import run_checks

from erp.config.embutido import RAIZ


@pytest.mark.django_db
def test_todas_as_paginas_passam_pelas_verificacoes() -> None:
    import_module("erp.config.urls")
    assert len(admin.site._registry) > 50
    assert run_checks() == []


def test_quem_nao_mostra_paginas_nao_as_carrega() -> None:
    """A till or a worker is a third lighter and starts sooner without them."""
    codigo = (
        "import sys, django; django.setup()\n"
        "print([m for m in sys.modules if '.admin.' in m and m.startswith(('erp.', 'pdv.'))])"
    )
    dito = subprocess.run([sys.executable, "-c", codigo], cwd=RAIZ, capture_output=True, text=True, check=True)
    assert dito.stdout.strip() == "[]"
