import pytest
from django.contrib.auth.models import Group, Permission, User

from auditoria.models import Evento
from auditoria.trilha.passado import do_objeto
from erp.acesso.admin.equipe import GroupAdmin
from erp.acesso.models import EscopoFilial
from tests.erp.acesso.elenco import leituras

pytestmark = pytest.mark.django_db
LISTA = "/admin/auth/user/"
PODERES = ("auth.view_user", "auth.add_user", "auth.change_user", "auth.view_group")


@pytest.fixture
def ti(client, pessoa):
    quem = pessoa("ti", *PODERES)
    client.force_login(quem)
    return quem


def formulario(usuario, **mudancas):
    """What the page of a user sends back."""
    dados = {
        "username": usuario.username, "first_name": "", "last_name": "", "email": "", "is_active": "on",
        "is_staff": "on", "date_joined_0": "01/01/2026", "date_joined_1": "10:00:00",
        "escopos_filial-TOTAL_FORMS": "0", "escopos_filial-INITIAL_FORMS": "0",
    }  # fmt: skip
    return dados | mudancas


def salvar(client, usuario, **mudancas):
    return client.post(f"{LISTA}{usuario.pk}/change/", formulario(usuario, **mudancas))


def test_dar_uma_filial_na_pagina_do_usuario(client, ti, pessoa):
    bia = pessoa("bia")
    assert "Praia" in client.get(f"{LISTA}{bia.pk}/change/").content.decode()
    mudancas = {"escopos_filial-TOTAL_FORMS": "1", "escopos_filial-0-filial_id": "2"}
    assert salvar(client, bia, **mudancas).status_code == 302
    assert list(EscopoFilial.objects.values_list("usuario__username", "filial_id")) == [("bia", 2)]
    evento = Evento.objects.get(acao="auth.user_alterado")
    assert (evento.ator, evento.objeto_id) == ("ti", str(bia.pk))
    assert "filial 2" in str(evento.depois["vinculados"])


def test_filial_que_nao_ha_e_recusada(client, ti, pessoa):
    mudancas = {"escopos_filial-TOTAL_FORMS": "1", "escopos_filial-0-filial_id": "77"}
    assert salvar(client, pessoa("bia"), **mudancas).status_code == 200
    assert not EscopoFilial.objects.exists()


def test_mudanca_de_grupo_fica_na_auditoria_com_antes_e_depois(client, ti, pessoa):
    bia = pessoa("bia")
    gerente = Group.objects.get(name="gerente")
    assert salvar(client, bia, groups=[gerente.pk], email="bia@exemplo.com").status_code == 302
    assert bia.groups.get() == gerente
    evento = Evento.objects.get(acao="auth.user_alterado")
    assert evento.antes["groups"] == [] and evento.depois["groups"] == ["gerente"]
    assert evento.depois["email"] == "b***@exemplo.com"


def test_quem_nao_e_superusuario_nao_faz_superusuario_nem_se_promove(client, ti, pessoa):
    bia = pessoa("bia")
    salvar(client, bia, is_superuser="on", user_permissions=["1"])
    bia.refresh_from_db()
    assert not bia.is_superuser and not bia.user_permissions.exists()
    financeiro = Group.objects.get(name="financeiro")
    mudancas = {"escopos_filial-TOTAL_FORMS": "1", "escopos_filial-0-filial_id": "2"}
    salvar(client, ti, groups=[financeiro.pk], **mudancas)
    assert not ti.groups.exists() and not EscopoFilial.objects.exists()


def test_quem_nao_e_superusuario_nao_toca_um_superusuario(client, ti):
    raiz = User.objects.create_superuser("raiz", password="a-senha-da-raiz")
    assert salvar(client, raiz, email="meu@exemplo.com").status_code == 403
    nova = {"password1": "outra-senha-1", "password2": "outra-senha-1", "usable_password": "true"}
    assert client.post(f"{LISTA}{raiz.pk}/password/", nova).status_code == 403
    raiz.refresh_from_db()
    assert raiz.check_password("a-senha-da-raiz")


def test_trocar_a_senha_de_alguem_fica_na_auditoria_sem_a_senha(client, ti, pessoa):
    bia = pessoa("bia")
    nova = {"password1": "cavalo-bateria", "password2": "cavalo-bateria", "usable_password": "true"}
    resposta = client.post(f"{LISTA}{bia.pk}/password/", nova | {"set-password": "1"})
    assert resposta.status_code == 302
    bia.refresh_from_db()
    assert bia.check_password("cavalo-bateria")
    evento = Evento.objects.get(acao="auth.user_alterado")
    assert (evento.antes, evento.depois) == ({"password": None}, {"password": "***"})  # the page shows that it changed


def test_criar_usuario(client, ti):
    senha = "cavalo-bateria"
    resposta = client.post(
        f"{LISTA}add/", {"username": "novo", "password1": senha, "password2": senha, "usable_password": "true"}
    )
    assert resposta.status_code == 302
    assert User.objects.get(username="novo").check_password(senha)
    assert "cavalo" not in str(Evento.objects.get(acao="auth.user_incluido").depois)


def test_ninguem_apaga_um_usuario(admin_client, pessoa):
    bia = pessoa("bia")
    assert admin_client.post(f"{LISTA}{bia.pk}/delete/", {"post": "yes"}).status_code == 403
    assert "delete_selected" not in admin_client.get(LISTA).content.decode()


def test_sem_permissao_nao_entra(client, pessoa):
    client.force_login(pessoa("bia"))
    assert client.get(LISTA).status_code == 403
    assert client.get("/admin/auth/group/").status_code == 403


def test_a_pagina_de_um_grupo_abre_e_salva(admin_client):
    grupo = Group.objects.get(name="operador")
    assert admin_client.get(f"/admin/auth/group/{grupo.pk}/change/").status_code == 200
    resposta = admin_client.post(f"/admin/auth/group/{grupo.pk}/change/", {"name": "operador", "permissions": []})
    assert resposta.status_code == 302
    assert Evento.objects.filter(acao="auth.group_alterado").count() == 1


def test_a_lista_da_equipe_diz_os_grupos_de_cada_um(admin_client):
    quem = User.objects.create_user("rui", password=None, is_staff=True)
    assert "nenhum: não vê nada" in admin_client.get(LISTA).content.decode()
    quem.groups.set(Group.objects.filter(name__in=("fiscal", "auditor")))
    assert "auditor, fiscal" in admin_client.get(LISTA).content.decode()


def test_as_permissoes_de_um_grupo_se_leem_em_portugues(admin_client):
    corpo = admin_client.get(f"/admin/auth/group/{Group.objects.get(name='operador').pk}/change/").content.decode()
    assert "| Pode ver aprovação" in corpo
    assert "| Can " not in corpo


def test_o_grupo_excluido_diz_o_que_podia(admin_client):
    grupo = Group.objects.create(name="passageiro")
    grupo.permissions.set(Permission.objects.filter(codename="view_user"))
    admin_client.post(f"/admin/auth/group/{grupo.pk}/delete/", {"post": "yes"})
    [permissao] = Evento.objects.get(acao="auth.group_excluido").antes["permissions"]
    assert "user" in permissao


def test_abrir_o_que_mostra_documentos_fica_na_trilha_e_o_que_nao_se_viu_nao(client, pessoa, monkeypatch):
    monkeypatch.setattr(GroupAdmin, "mostra_inteiro", "auth.change_group")
    grupo = Group.objects.create(name="passageiro")
    endereco = f"/admin/auth/group/{grupo.pk}/change/"
    client.force_login(pessoa("bia", "auth.view_group"))
    assert client.get(endereco).status_code == 200 and leituras() == []  # to her it is masked
    client.force_login(pessoa("ana", "auth.view_group", "auth.change_group"))
    client.get("/admin/auth/group/999999/change/")
    client.post(endereco, {"name": ""})
    assert leituras() == []
    assert client.get(endereco).status_code == 200
    assert leituras() == [("ana", "auth.Group", str(grupo.pk))]
    assert [v.acao for v in do_objeto("auth.group", grupo.pk, limite=9).eventos] == []  # nothing was done to it
