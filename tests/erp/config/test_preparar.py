from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from auditoria.models import Evento
from erp.config.management.commands.preparar import ADMINISTRADOR, criar_primeiro_administrador


@pytest.mark.django_db
def test_o_primeiro_administrador_nasce_uma_vez_e_deixa_o_seu_evento_sem_a_senha() -> None:
    senha = criar_primeiro_administrador()
    assert senha is not None and User.objects.get().check_password(senha)
    assert criar_primeiro_administrador() is None
    evento = Evento.objects.get()
    assert (evento.acao, evento.objeto_id) == ("acesso.administrador_criado", str(User.objects.get().pk))
    assert evento.depois == {"username": ADMINISTRADOR, "is_superuser": True}
    assert senha not in str(evento.depois) + evento.motivo
