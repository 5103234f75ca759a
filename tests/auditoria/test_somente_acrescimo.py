"""The audit trail's first guarantee, attacked with raw SQL."""

import pytest
from django.db import IntegrityError, connection, transaction

from auditoria.models import Evento
from auditoria.services import ATOR_SISTEMA, registrar

pytestmark = pytest.mark.django_db


@pytest.fixture
def evento():
    return Evento.objects.get(pk=registrar(acao="teste.feito", ator=ATOR_SISTEMA))


@pytest.mark.parametrize(
    ("comando", "operacao"),
    [
        ("UPDATE auditoria_evento SET motivo = 'outro'", "UPDATE"),
        ("UPDATE auditoria_evento SET motivo = motivo", "UPDATE"),
        ("DELETE FROM auditoria_evento", "DELETE"),
        ("TRUNCATE auditoria_evento", "TRUNCATE"),
        ("TRUNCATE auditoria_evento CASCADE", "TRUNCATE"),
        (
            "INSERT INTO auditoria_evento SELECT * FROM auditoria_evento ON CONFLICT (id) DO UPDATE SET motivo = 'x'",
            "UPDATE",
        ),
    ],
)
def test_o_banco_recusa_em_portugues_e_nomeia_a_tabela(evento, comando, operacao):
    recusa = rf"A tabela auditoria_evento\w* só aceita inclusão: {operacao} recusado."
    with pytest.raises(IntegrityError, match=recusa), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(comando)
    evento.refresh_from_db()
    assert evento.motivo == ""


def test_o_orm_tambem_e_recusado(evento):
    evento.motivo = "outro"
    for tentativa in (evento.save, evento.delete, lambda: Evento.objects.update(motivo="outro")):
        with pytest.raises(IntegrityError, match="só aceita inclusão"), transaction.atomic():
            tentativa()


def test_a_tabela_vazia_tambem_nao_se_trunca():
    with pytest.raises(IntegrityError, match="TRUNCATE recusado"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE auditoria_evento")
