import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from auditoria.contexto import Origem
from auditoria.models import Evento
from auditoria.services import ATOR_SISTEMA, Ator, ForaDeTransacao, ator_usuario, registrar


@pytest.mark.django_db
def test_guarda_quem_o_que_quando_de_onde_e_por_que():
    antes_de = datetime.now(UTC)
    pk = registrar(
        acao="estoque.ajustado",
        ator=Ator("chave", "0123456789ab"),
        objeto="estoque.Saldo",
        objeto_id="7",
        antes={"quantidade": Decimal("1.50")},
        depois={"quantidade": Decimal("2.50"), "cpf": "52998224725", "quando": datetime(2026, 1, 2, tzinfo=UTC)},
        motivo="contagem; avisar 52998224725",
        origem=Origem("10.0.0.7", "req-1"),
    )
    evento = Evento.objects.get(pk=pk)
    assert isinstance(pk, uuid.UUID) and pk.version == 7
    assert (evento.ator_tipo, evento.ator, evento.acao) == ("chave", "0123456789ab", "estoque.ajustado")
    assert (evento.objeto, evento.objeto_id) == ("estoque.Saldo", "7")
    assert evento.antes == {"quantidade": "1.50"}
    assert evento.depois == {"quantidade": "2.50", "cpf": "***.982.247-**", "quando": "2026-01-02T00:00:00Z"}
    assert evento.motivo == "contagem; avisar ***.982.247-**"
    assert (evento.ip, evento.request_id) == ("10.0.0.7", "req-1")
    assert timedelta(0) <= evento.em - antes_de < timedelta(seconds=10)
    assert evento.em.tzinfo is not None


@pytest.mark.django_db
def test_o_ator_de_um_usuario_e_o_login_dele():
    ana = User(username="ana")
    assert ator_usuario(ana) == Ator("usuario", "ana")
    assert str(ator_usuario(ana)) == "usuario:ana"


@pytest.mark.django_db(transaction=True)
def test_fora_de_transacao_e_recusado():
    with pytest.raises(ForaDeTransacao, match="dentro da transação"):
        registrar(acao="teste.feito", ator=ATOR_SISTEMA)
    assert not Evento.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_o_evento_some_com_o_ato_desfeito_e_fica_com_o_ato_feito():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        registrar(acao="teste.desfeito", ator=ATOR_SISTEMA)
        raise ZeroDivisionError
    with transaction.atomic():
        registrar(acao="teste.feito", ator=ATOR_SISTEMA)
    assert list(Evento.objects.values_list("acao", flat=True)) == ["teste.feito"]


@pytest.mark.django_db
@pytest.mark.parametrize(("acao", "ator"), [("", "ana"), ("teste.feito", "")])
def test_evento_sem_acao_ou_sem_ator_e_recusado_pelo_banco(acao, ator):
    with pytest.raises(IntegrityError), transaction.atomic():
        Evento.objects.create(acao=acao, ator_tipo="usuario", ator=ator)
