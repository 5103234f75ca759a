"""The migrations tell all that the models say. (The suite's own database is made from them, from empty.)"""

import pytest
from django.core.management import call_command
from django.db import connection

pytestmark = pytest.mark.django_db(databases=["default", "terminal"])


def test_nenhum_modelo_esta_a_frente_das_migracoes() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_nenhum_indice_ficou_pela_metade() -> None:
    """Those made while all sell (CONCURRENTLY) stay, invalid and unused, when making them dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid OR NOT indisready")
        assert cursor.fetchall() == []
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'titulo_documento'")
        (definicao,) = cursor.fetchone()
    assert "(documento, parcela)" in definicao and "mensalidade" in definicao and "manutencao" in definicao
