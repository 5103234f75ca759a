"""The pages of the login's lock, which the library wrote in English: words of ours, and nothing of how we make them."""

from __future__ import annotations

from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog

from tests.erp.elenco import superusuario

pytestmark = pytest.mark.django_db
QUANDO = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("modelo", "mais", "dito"),
    [
        (AccessAttempt, {"failures_since_start": 6, "user_agent": "<unknown>"}, "6: bloqueada"),
        (AccessLog, {"user_agent": ""}, "não disse"),
        (AccessFailureLog, {"user_agent": "Mozilla/5.0 <b>", "locked_out": True}, "Mozilla/5.0 <b>"),
    ],
)
def test_a_pagina_diz_em_portugues_quem_quando_e_de_onde(modelo: Any, mais: dict[str, Any], dito: str) -> None:
    campos = {"username": "joao", "ip_address": "10.0.0.1", "path_info": "/admin/login/", "http_accept": "text/html"}
    zeus = superusuario()  # somebody who comes in has the old attempts forgotten
    linha = modelo.objects.create(**campos, **mais)
    modelo.objects.filter(pk=linha.pk).update(attempt_time=QUANDO)
    bruto = zeus.get(f"/admin/axes/{modelo._meta.model_name}/{linha.pk}/change/").content.decode()
    pagina = unescape(bruto)
    assert dito in pagina and "joao em 22/11/2026 23:30" in pagina
    for sobra in ("(True", "(False", "<unknown>", ">Axes<", "Attempted", "Access Log", "Access Failure"):
        assert sobra not in pagina.replace("\n", "")
    assert "<b>" not in bruto
