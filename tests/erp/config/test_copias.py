"""Taking the whole database, and putting another in its place, are told to the trail."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from auditoria.contexto import agindo
from auditoria.models import Evento
from auditoria.services import Ator
from erp.config.copias import contar

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("acao", ["acesso.banco_copiado", "acesso.banco_restaurado"])
def test_fica_quem_e_que_arquivo(acao: str) -> None:
    with agindo(Ator("sistema", "manage.py banco")):
        contar(acao, Path("/copias/a.dump"))
    evento = Evento.objects.get()
    assert (evento.acao, evento.ator, evento.depois) == (acao, "manage.py banco", {"arquivo": "a.dump"})


def test_um_banco_sem_trilha_tambem_se_copia(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection.introspection, "table_names", list)
    contar("acesso.banco_copiado", Path("a.dump"))
    assert not Evento.objects.exists()
