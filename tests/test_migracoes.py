"""The migrations tell all that the models say. (The suite's own database is made from them, from empty.)"""

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.django_db(databases=["default", "terminal"])


def test_nenhum_modelo_esta_a_frente_das_migracoes() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
