from datetime import UTC, datetime

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from auditoria.models import Evento
from auditoria.selectors import acoes_conhecidas
from auditoria.services import ATOR_SISTEMA, Ator, registrar

pytestmark = pytest.mark.django_db
LISTA = "/admin/auditoria/evento/"


@pytest.fixture
def auditor(client):
    pessoa = User.objects.create_user("auditor", password="x", is_staff=True)
    pessoa.user_permissions.add(Permission.objects.get(content_type__app_label="auditoria", codename="view_evento"))
    client.force_login(pessoa)
    return pessoa


def test_quem_nao_tem_permissao_nao_ve(client):
    client.force_login(User.objects.create_user("bia", password="x", is_staff=True))
    assert client.get(LISTA).status_code == 403


def test_o_superusuario_tambem_so_le(admin_client):
    pk = registrar(acao="teste.feito", ator=ATOR_SISTEMA)
    assert admin_client.get(f"{LISTA}add/").status_code == 403
    assert admin_client.post(f"{LISTA}{pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin_client.post(f"{LISTA}{pk}/change/", {"motivo": "outro"}).status_code == 403
    assert Evento.objects.get(pk=pk).motivo == ""


def test_a_lista_nao_conta_linhas(client, auditor):
    registrar(acao="teste.feito", ator=ATOR_SISTEMA, motivo="porque sim")
    with CaptureQueriesContext(connection) as consultas:
        resposta = client.get(LISTA)
    assert resposta.status_code == 200
    assert "porque sim" in resposta.content.decode()
    assert not [c["sql"] for c in consultas if "COUNT(" in c["sql"].upper()]


@pytest.mark.parametrize(
    ("filtro", "visto"),
    [
        ({"quem": "ana"}, "da-ana"),
        ({"acao": "b.feito"}, "da-bia"),
        ({"objeto": "x.Coisa", "id_objeto": "7"}, "da-ana"),
        ({"em_from": "01/02/2020", "em_to": "28/02/2020"}, None),
    ],
)
def test_filtros(client, auditor, filtro, visto):
    registrar(acao="a.feito", ator=Ator("usuario", "ana"), objeto="x.Coisa", objeto_id="7", motivo="da-ana")
    registrar(acao="b.feito", ator=Ator("usuario", "bia"), objeto="x.Coisa", objeto_id="8", motivo="da-bia")
    corpo = client.get(LISTA, filtro).content.decode()
    for motivo in ("da-ana", "da-bia"):
        assert (motivo in corpo) == (motivo == visto)


@pytest.mark.parametrize(
    ("de", "ate", "visto"),
    [
        ("05/03/2026", "05/03/2026", True),  # both days whole, in São Paulo: 02:30 UTC of the 6th is 23:30 of the 5th
        ("06/03/2026", "", False),
        ("", "04/03/2026", False),
        ("05/03/2026", "", True),
        ("", "", True),
    ],
)
def test_o_periodo_e_de_dias_inteiros_no_horario_daqui(client, auditor, de, ate, visto):
    with time_machine.travel(datetime(2026, 3, 6, 2, 30, tzinfo=UTC), tick=False):
        registrar(acao="a.feito", ator=ATOR_SISTEMA, motivo="na-hora")
    corpo = client.get(LISTA, {"em_from": de, "em_to": ate}).content.decode()
    assert ("na-hora" in corpo) == visto


def test_data_ilegivel_e_dita(client, auditor):
    resposta = client.get(LISTA, {"em_from": "2026-99-99"})
    assert "Data recebida: 2026-99-99" in resposta.content.decode()


def test_a_pagina_de_um_evento_mostra_antes_e_depois_sem_executar_o_que_vem_neles(client, auditor):
    pk = registrar(acao="a.feito", ator=ATOR_SISTEMA, antes={"nome": "<script>1</script>"}, depois={"nome": "São"})
    corpo = client.get(f"{LISTA}{pk}/change/").content.decode()
    assert "São" in corpo and "&lt;script&gt;1" in corpo and "<script>1" not in corpo


def test_acoes_conhecidas_sao_distintas_e_em_ordem():
    for acao in ("b", "a", "b", "c", "a"):
        registrar(acao=acao, ator=ATOR_SISTEMA)
    assert acoes_conhecidas() == ["a", "b", "c"]


def test_acoes_conhecidas_sem_evento_nenhum():
    assert acoes_conhecidas() == []


def test_as_paginas_andam_sem_contar(client, auditor):
    for i in range(51):
        registrar(acao="a.feito", ator=ATOR_SISTEMA, motivo=f"motivo-{i:02}.")
    primeira = client.get(LISTA).content.decode()
    assert 'rel="next"' in primeira and 'rel="prev"' not in primeira
    assert "motivo-50." in primeira and "motivo-00." not in primeira
    segunda = client.get(LISTA, {"p": 2}).content.decode()
    assert 'rel="next"' not in segunda and 'rel="prev"' in segunda
    assert "motivo-00." in segunda
