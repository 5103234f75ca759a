import re
from datetime import UTC, datetime
from html import unescape
from urllib.parse import unquote_plus

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from auditoria.acoes import SEM_AUTOR
from auditoria.models import Evento
from auditoria.selador import selar
from auditoria.selectors import acoes_conhecidas
from auditoria.services import ATOR_SISTEMA, Ator, registrar
from auditoria.uuid7 import uuid7
from tests.auditoria.elenco import atacar

pytestmark = pytest.mark.django_db
LISTA = "/admin/auditoria/evento/"
SINAIS = re.compile(r"529\D?982\D?247|99999\D?8888|maria")


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
    for acao in ("b.feito", "a.feito", "b.feito", "a.b", "a.feito"):
        registrar(acao=acao, ator=ATOR_SISTEMA)
    assert acoes_conhecidas() == ["a.b", "a.feito", "b.feito"]


def test_acoes_conhecidas_sem_evento_nenhum():
    assert acoes_conhecidas() == []


def test_as_paginas_andam_sem_contar_e_sem_pular(client, auditor):
    for i in range(51):
        registrar(acao="a.feito", ator=ATOR_SISTEMA, motivo=f"motivo-{i:02}.")
    primeira = client.get(LISTA, {"acao": "a.feito"}).content.decode()
    assert 'rel="next"' in primeira and 'rel="prev"' not in primeira
    assert "motivo-50." in primeira and "motivo-01." in primeira and "motivo-00." not in primeira
    with CaptureQueriesContext(connection) as consultas:
        segunda = client.get(f"{LISTA}{elo(primeira, 'next')}").content.decode()
    assert not [c["sql"] for c in consultas if "OFFSET" in c["sql"].upper()]
    assert 'rel="next"' not in segunda and "motivo-00." in segunda and "motivo-01." not in segunda
    de_volta = client.get(f"{LISTA}{elo(segunda, 'prev')}", follow=True).content.decode()
    assert "motivo-50." in de_volta and "motivo-01." in de_volta and "motivo-00." not in de_volta


def elo(pagina: str, qual: str) -> str:
    achado = re.search(rf'rel="{qual}" href="([^"]+)"', pagina)
    assert achado
    return unescape(achado[1])


@pytest.mark.parametrize("ponto", ["1", "2026-11-22_x", "9999-99-99T00:00:00Z_x", "2026-11-22T21:06:26_" + "0" * 32])
def test_um_lugar_que_nao_se_le_e_o_comeco(client, auditor, ponto):
    registrar(acao="a.feito", ator=ATOR_SISTEMA, motivo="aqui")
    assert "aqui" in client.get(LISTA, {"antes_de": ponto}).content.decode()


def test_o_mesmo_objeto_escrito_de_dois_jeitos_e_uma_historia_so(client, auditor):
    registrar(acao="a.feito", ator=ATOR_SISTEMA, objeto="auth.User", objeto_id="7", motivo="maior")
    registrar(acao="a.feito", ator=ATOR_SISTEMA, objeto="auth.user", objeto_id="7", motivo="menor")
    registrar(acao="a.feito", ator=ATOR_SISTEMA, objeto="auth.user", objeto_id="8", motivo="outro")
    corpo = client.get(LISTA, {"objeto": "auth.USER", "id_objeto": "7"}).content.decode()
    assert corpo.index("menor") < corpo.index("maior") and "outro" not in corpo


def test_sem_nenhum_a_pagina_diz_desde_quando_ha_trilha(client, auditor):
    registrar(acao="a.feito", ator=ATOR_SISTEMA)
    selar()
    corpo = client.get(LISTA, {"quem": "ninguem"}).content.decode()
    assert f"A trilha existe desde {timezone.localtime():%d/%m/%Y}" in corpo


def test_um_evento_mexido_e_dito_na_lista_e_na_sua_pagina(client, auditor):
    pk = registrar(acao="a.feito", ator=ATOR_SISTEMA, motivo="certo")
    assert "Espera o selo" in client.get(LISTA).content.decode()
    selar()
    assert "Não confere" not in client.get(LISTA).content.decode()
    assert "conferido agora" in client.get(f"{LISTA}{pk}/change/").content.decode()
    atacar(f"UPDATE auditoria_evento SET motivo = 'outro' WHERE id = '{pk}'")
    assert "Não confere" in client.get(LISTA).content.decode()
    assert "alguém mexeu nele" in client.get(f"{LISTA}{pk}/change/").content.decode()


@pytest.mark.parametrize("id_", ["x", "0" * 32, "00000000-0000-7000-8000-000000000000"])
def test_evento_que_nao_existe_leva_a_lista(client, auditor, id_):
    assert "Este evento não existe" in client.get(f"{LISTA}{id_}/change/", follow=True).content.decode()


def test_o_documento_que_se_digita_nao_vai_para_o_endereco(client, auditor):
    cpf = "52998224725"
    registrar(acao="a.feito", ator=ATOR_SISTEMA, objeto="clientes.cliente", objeto_id=cpf, motivo="dela")
    registrar(acao="a.feito", ator=ATOR_SISTEMA, objeto="clientes.cliente", objeto_id="111", motivo="de outra")
    resposta = client.post(LISTA, {"objeto": "clientes.cliente", "id_objeto": cpf}, follow=True)
    [(endereco, _)] = resposta.redirect_chain
    assert cpf not in endereco
    corpo = resposta.content.decode()
    assert "dela" in corpo and "de outra" not in corpo


@pytest.mark.parametrize(
    ("campo", "digitado"),
    [
        ("quem", "52998224725"),
        ("quem", "529.982.247-25"),
        ("quem", "maria.silva@exemplo.com"),
        ("acao", "o CPF 529 982 247 25"),
        ("objeto", "fone (21) 99999-8888"),
        ("id_objeto", "529.982.247-25"),
        ("id_objeto", "CPF52998224725"),
        ("id_objeto", "maria.silva@exemplo.com"),
        ("em_from", "529.982.247-25"),
    ],
)
def test_nenhum_campo_do_filtro_leva_dado_pessoal_ao_endereco_e_todos_filtram(client, auditor, campo, digitado):
    dela = {"acao": "a.feito", "objeto": "x.coisa", "id_objeto": "7", "quem": "ana"} | {campo: digitado}
    with connection.cursor() as cursor:  # as it was recorded before documents were masked, or by hand
        cursor.execute(
            """INSERT INTO auditoria_evento (id, em, ator_tipo, ator, acao, objeto, objeto_id, motivo, request_id)
               VALUES (%s, now(), 'usuario', %s, %s, %s, %s, 'dela', '')""",
            [uuid7(), dela["quem"], dela["acao"], dela["objeto"], dela["id_objeto"]],
        )
    registrar(acao="b.feito", ator=ATOR_SISTEMA, motivo="de outra")
    resposta = client.post(LISTA, {campo: digitado}, follow=True)
    [(endereco, _)] = resposta.redirect_chain
    assert not SINAIS.search(unquote_plus(endereco)), endereco
    corpo = resposta.content.decode()
    if campo in ("quem", "acao", "objeto"):
        assert "dela" in corpo and "de outra" not in corpo and digitado in corpo
    assert not [elo for elo in re.findall(r'href="([^"]*)"', corpo) if SINAIS.search(unquote_plus(unescape(elo)))]


def test_os_elos_de_um_evento_levam_a_quem_e_ao_que_sem_os_mostrar_no_endereco(client, auditor):
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO auditoria_evento (id, em, ator_tipo, ator, acao, objeto, objeto_id, motivo, request_id)
               VALUES (%s, now(), 'usuario', 'maria.silva@exemplo.com', 'a.feito', 'x.coisa', '52998224725', 'dela', '')""",
            [uuid7()],
        )
    registrar(acao="b.feito", ator=ATOR_SISTEMA, motivo="de outra")
    elos = re.findall(r'href="([^"]*velado-[^"]*)"', client.get(LISTA).content.decode())
    assert len(elos) == 2
    for elo_ in elos:
        corpo = client.get(f"{LISTA}{unescape(elo_)}").content.decode()
        assert "dela" in corpo and "de outra" not in corpo


def test_um_endereco_velado_que_nao_se_le_mais_e_dito(client, auditor):
    assert "O endereço desta página não vale mais" in client.get(LISTA, {"quem": "velado-AAAA"}).content.decode()


def test_a_alteracao_de_muitas_linhas_sem_autor_e_dita_na_historia_de_uma(client, auditor):
    filtro = {"objeto": "auth.user", "id_objeto": "7"}
    assert "sem autor declarado, de várias linhas" not in client.get(LISTA, filtro).content.decode()
    registrar(acao=SEM_AUTOR, ator=ATOR_SISTEMA, objeto="auth.user", depois={"tabela": "auth_user", "linhas": 9})
    assert "sem autor declarado, de várias linhas" in client.get(LISTA, filtro).content.decode()
