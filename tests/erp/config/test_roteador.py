from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connections, router


@pytest.mark.parametrize("label", sorted(config.label for config in apps.get_app_configs()))
def test_cada_app_migra_em_um_banco_so(label: str) -> None:
    aliases = [alias for alias in connections if router.allow_migrate(alias, label)]
    assert aliases == (["terminal"] if label == "terminal" else ["default"])


@pytest.mark.django_db(databases=["default", "terminal"])
def test_o_banco_do_terminal_nao_tem_tabelas_da_retaguarda() -> None:
    tabelas = set(connections["terminal"].introspection.table_names())
    assert "auth_user" not in tabelas
    assert "auth_user" in connections["default"].introspection.table_names()
