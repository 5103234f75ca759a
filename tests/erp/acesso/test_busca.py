"""What is typed in the box of a list of people is in no address: neither the one it leads to, nor any of that page's."""

from __future__ import annotations

import re
from typing import Any, cast

import pytest
from axes.models import AccessAttempt, AccessFailureLog
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from auditoria.trilha.velado import PREFIXO
from clientes.models import Cliente
from erp.config import urls  # the pages are found with the paths
from tests.busca import procurar
from tests.erp.elenco import CPF, empresa, titulo

pytestmark = pytest.mark.django_db
assert urls
DE_PESSOAS = re.compile(
    r"CPF|CNPJ|documento d|telefone|e-mail|código do cliente|colaborador|login|email|username", re.I
)
DE_OUTRO_JEITO = {"replicacao.OperacaoPdv", "filas.Mensagem"}  # theirs lead elsewhere, by POST too
EQUIPE, TITULOS = "/admin/auth/user/", "/admin/financeiro/titulo/"


def _da_caixa(tela: Any) -> str:
    return f"{tela.search_help_text or ''} {' '.join(tela.search_fields)}"


TELAS = {modelo._meta.label: cast(Any, tela) for modelo, tela in admin.site._registry.items() if tela.search_fields}
RESERVADAS = sorted(nome for nome, tela in TELAS.items() if tela.busca_reservada)


def test_toda_caixa_que_aceita_algo_de_alguem_e_reservada() -> None:
    de_pessoas = {nome for nome, tela in TELAS.items() if DE_PESSOAS.search(_da_caixa(tela))}
    assert len(de_pessoas) > 20 and de_pessoas - DE_OUTRO_JEITO == {*RESERVADAS}


@pytest.mark.parametrize("nome", RESERVADAS)
@pytest.mark.parametrize("termo", [CPF, "maria@exemplo.com", "(31) 98765-4321"])
def test_nenhum_endereco_da_pagina_tem_o_que_foi_digitado(nome: str, termo: str, admin_client: Client) -> None:
    lista = reverse(f"admin:{nome.lower().replace('.', '_')}_changelist")
    pagina = procurar(admin_client, lista, termo).content.decode()
    assert f'value="{termo}"' in pagina and pagina.count(termo) == 1
    caixa = re.search(r'<form id="changelist-search".*?</form>', pagina, re.S)
    assert caixa and 'method="post"' in caixa[0] and 'autocomplete="off"' in caixa[0] and "csrf" in caixa[0]


def test_acha_a_pessoa_da_equipe_e_quem_nao_conseguiu_entrar(admin_client: Client) -> None:
    User.objects.create_user("joao", email="joao@exemplo.com")
    User.objects.create_user("outro")
    AccessFailureLog.objects.create(username="joao@exemplo.com", ip_address="10.0.0.1")
    assert [u.username for u in procurar(admin_client, EQUIPE, "joao@exemplo.com").context["cl"].result_list] == [
        "joao"
    ]
    falhas = procurar(admin_client, "/admin/axes/accessfailurelog/", "joao@exemplo.com")
    assert len(falhas.context["cl"].result_list) == 1


def test_titulo_se_acha_pelo_cpf() -> None:
    empresa()
    alvo, _ = titulo(), titulo(cpf_cnpj="11144477735", codigo_cliente="9")
    zeus = Client()
    zeus.force_login(User.objects.create_superuser("zeus"), backend="django.contrib.auth.backends.ModelBackend")
    assert [t.pk for t in procurar(zeus, TITULOS, "529.982.247-25").context["cl"].result_list] == [alvo.pk]


def test_paginas_filtros_e_ordem_seguem_com_a_busca(admin_client: Client) -> None:
    for n in range(120):
        User.objects.create_user(f"joao{n:03d}", is_staff=n % 2 == 0)
    cl = procurar(admin_client, EQUIPE, "joao", is_staff__exact="1", o="-0").context["cl"]
    assert [u.username for u in cl.result_list][:2] == ["joao118", "joao116"]
    segunda: Any = admin_client.get(EQUIPE + cl.get_query_string({"p": 2}))
    assert [u.username for u in segunda.context["cl"].result_list][:2] == ["joao018", "joao016"]
    assert segunda.context["cl"].query == "joao" and cl.para_procurar == "?is_staff__exact=1&o=-0"
    outra = admin_client.post(f"{EQUIPE}?is_staff__exact=1&p=2", {"q": "joao"})
    assert outra.headers["Location"].startswith(
        f"{EQUIPE}?is_staff__exact=1&q={PREFIXO}"
    )  # a search begins at the first page


def test_procurar_nada_mostra_a_lista_com_os_filtros(admin_client: Client) -> None:
    resposta = admin_client.post(f"{EQUIPE}?is_staff__exact=1&q=x", {"q": "  "})
    assert resposta.headers["Location"] == f"{EQUIPE}?is_staff__exact=1"
    assert admin_client.post(f"{EQUIPE}?q=x", {"q": ""}).headers["Location"] == EQUIPE


def test_endereco_antigo_com_o_termo_acha_e_deixa_de_o_mostrar(admin_client: Client) -> None:
    resposta: Any = admin_client.get(EQUIPE, {"q": CPF, "is_staff__exact": "1"}, follow=True)
    [(endereco, _)] = resposta.redirect_chain
    assert CPF not in endereco and "is_staff__exact=1" in endereco
    assert resposta.status_code == 200 and resposta.context["cl"].query == CPF


def test_endereco_que_nao_se_le_mostra_a_lista_e_o_diz(admin_client: Client) -> None:
    resposta: Any = admin_client.get(EQUIPE, {"q": f"{PREFIXO}x"}, follow=True)
    assert resposta.redirect_chain == [(EQUIPE, 302)]
    assert "Esta busca já não se lê" in resposta.content.decode()


TENTATIVAS = "/admin/axes/accessattempt/"


def _tentativas(*usuarios: str) -> list[AccessAttempt]:
    return [
        AccessAttempt.objects.create(username=nome, ip_address="10.0.0.1", failures_since_start=3) for nome in usuarios
    ]


def _de_toda_a_busca(alvo: AccessAttempt) -> dict[str, str]:
    return {"action": "desbloquear", "select_across": "1", "_selected_action": str(alvo.pk)}


def test_acao_num_endereco_que_nao_se_le_nao_alcanca_ninguem(admin_client: Client) -> None:
    alvo, _ = _tentativas("ana", "bia")
    resposta: Any = admin_client.post(f"{TENTATIVAS}?q={PREFIXO}x", _de_toda_a_busca(alvo), follow=True)
    assert resposta.redirect_chain == [(TENTATIVAS, 302)] and "token" not in resposta.context
    assert AccessAttempt.objects.count() == 2


@pytest.mark.parametrize("termo", ["ana@exemplo.com", f"{PREFIXO}ana"])
def test_acao_em_toda_a_busca_alcanca_so_o_que_ela_achou(admin_client: Client, termo: str) -> None:
    alvo, outra = _tentativas(termo, "bia")
    cl = procurar(admin_client, TENTATIVAS, termo).context["cl"]
    endereco = TENTATIVAS + cl.get_query_string()
    pagina: Any = admin_client.post(endereco, _de_toda_a_busca(alvo))
    confirmado = _de_toda_a_busca(alvo) | {"token": pagina.context["token"], "motivo": "esqueceu a senha nova"}
    admin_client.post(endereco, confirmado)
    assert list(AccessAttempt.objects.all()) == [outra]


def test_quem_nao_ve_a_lista_nao_procura(client: Client) -> None:
    client.force_login(
        User.objects.create_user("bia", is_staff=True), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert client.post(EQUIPE, {"q": CPF}).status_code == 403
    assert client.get(EQUIPE, {"q": CPF}).status_code == 403


def test_a_escolha_de_um_cliente_so_se_pergunta_por_post(admin_client: Client) -> None:
    Cliente.objects.create(codigo_cliente="7", cliente_varejo="MARIA", cpf_cgc=CPF, filial="Matriz")
    pergunta = {"term": CPF, "app_label": "visitas", "model_name": "visita", "field_name": "cliente"}
    endereco = reverse("admin:autocomplete")
    assert [linha["id"] for linha in admin_client.post(endereco, pergunta).json()["results"]] == ["7"]
    assert admin_client.get(endereco, pergunta).status_code == 405
