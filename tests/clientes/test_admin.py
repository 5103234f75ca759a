from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from auditoria.models import Evento
from clientes.models import Cliente, TipoVarejo
from erp.acesso.grupos import GRUPOS
from tests.busca import procurar
from tests.erp.acesso.elenco import leituras
from tests.erp.elenco import CPF, filial, navegador, pessoa

pytestmark = pytest.mark.django_db
Novo = Callable[..., Cliente]
LISTA = "/admin/clientes/cliente/"
TIPOS = "/admin/clientes/tipovarejo/"
SEGREDOS = (CPF, "529.982.247-25", "987654321", "maria@exemplo.com.br")


@pytest.fixture(autouse=True)
def _loja(loja: None) -> None:
    """Two filiais, and the people."""


def formulario(**campos: Any) -> dict[str, Any]:
    base = {
        "cliente_varejo": "JOSÉ LIMA", "pf_pj": "1", "estrangeiro": "0", "cpf_cgc": "111.444.777-35",
        "filial": filial().nome, "tipo_varejo": "CLIENTE VAREJO", "status": "1",
    }  # fmt: skip
    return base | campos


def erros(resposta: Any) -> dict[str, list[str]]:
    assert resposta.status_code == 200
    achados: dict[str, list[str]] = resposta.context["adminform"].form.errors
    return achados


def pagina(cliente: Cliente) -> str:
    return f"{LISTA}{cliente.pk}/change/"


def campos_da_pagina(quem: Client, cliente: Cliente) -> dict[str, Any]:
    form = quem.get(pagina(cliente)).context["adminform"].form
    valores = {nome: form[nome].value() for nome in form.fields}
    return {nome: "" if valor is None else valor for nome, valor in valores.items()}


def test_a_lista_nao_conta_linhas_nem_pergunta_por_cliente(novo_cliente: Novo) -> None:
    quem = navegador("gerente")
    for n in range(2):
        novo_cliente(codigo_cliente=str(n), cpf_cgc="")
    with CaptureQueriesContext(connection) as poucos:
        assert quem.get(LISTA).status_code == 200
    for n in range(2, 12):
        novo_cliente(codigo_cliente=str(n), cpf_cgc="")
    with CaptureQueriesContext(connection) as muitos:
        assert quem.get(LISTA).status_code == 200
    assert not [c["sql"] for c in muitos if "COUNT(" in c["sql"].upper()]
    assert len(muitos) <= len(poucos)


def test_o_gerente_ve_documento_e_telefone_inteiros(novo_cliente: Novo) -> None:
    novo_cliente()
    corpo = navegador("gerente").get(LISTA).content.decode()
    assert "529.982.247-25" in corpo and "(31) 987654321" in corpo


@pytest.mark.parametrize("busca", ["", "maria", CPF, "529.982.247-25"])
def test_o_operador_ve_tudo_mascarado_e_nenhum_codigo_no_html(novo_cliente: Novo, busca: str) -> None:
    novo_cliente()
    quem = navegador("operador")
    resposta = procurar(quem, LISTA, busca) if busca else quem.get(LISTA)
    corpo = resposta.content.decode()
    assert "MARIA DA SILVA" in corpo and "***.982.247-**" in corpo and "(31) *****-**21" in corpo
    escrito = {busca, f'value="{busca}"'}  # what the person typed comes back in the search box
    assert not [s for s in SEGREDOS if s in corpo and s not in escrito]
    assert f"{LISTA}{CPF}" not in corpo


def test_documento_de_tamanho_errado_tambem_e_mascarado(novo_cliente: Novo) -> None:
    novo_cliente(codigo_cliente="1", cpf_cgc="529982247251")
    assert "529982247251" not in navegador("operador").get(LISTA).content.decode()


def test_a_pagina_do_cliente_e_de_quem_ve_documentos(novo_cliente: Novo) -> None:
    cliente = novo_cliente()
    assert navegador("operador").get(pagina(cliente)).status_code == 403
    assert navegador("auditor").get(pagina(cliente)).status_code == 200
    assert navegador("gerente").get(pagina(cliente)).status_code == 200
    assert navegador("operador").get(f"{LISTA}{CPF}/history/").status_code == 403
    assert len(leituras()) == 2  # of who saw it; the customer's code is the document, which no event has
    assert {objeto for _, objeto, _ in leituras()} == {"clientes.Cliente"} and CPF not in str(leituras())


def test_quem_nao_tem_permissao_nao_entra(client: Client, django_user_model: Any) -> None:
    client.force_login(django_user_model.objects.create_user("ze", password="x", is_staff=True))
    assert client.get(LISTA).status_code == 403


@pytest.mark.parametrize(
    ("grupo", "incluir", "importar"),
    [("operador", True, False), ("gerente", True, True), ("fiscal", False, False), ("auditor", False, False)],
)
def test_quem_inclui_e_quem_importa(grupo: str, incluir: bool, importar: bool) -> None:
    quem = navegador(grupo)
    assert (quem.get(f"{LISTA}add/").status_code == 200) == incluir
    assert (quem.get(f"{LISTA}import/").status_code == 200) == importar


def test_mudar_sem_ver_documentos_nao_basta_para_importar() -> None:
    bia = pessoa("operador")
    bia.user_permissions.add(Permission.objects.get(codename="change_cliente"))
    assert navegador("operador").get(f"{LISTA}import/").status_code == 403


def test_ninguem_exclui(novo_cliente: Novo, admin_client: Client) -> None:
    cliente = novo_cliente()
    assert admin_client.post(f"{LISTA}{cliente.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Cliente.objects.exists()


def test_o_operador_inclui_e_o_codigo_vem_do_documento() -> None:
    resposta = navegador("operador").post(
        f"{LISTA}add/", formulario(cep="30110-001", uf="mg", ddd="31", telefone="3333-4444")
    )
    assert (resposta.status_code, resposta["Location"]) == (302, LISTA)
    jose = Cliente.objects.get(pk="11144477735")
    assert (jose.uf, jose.telefone, jose.cep, jose.documento_valido) == ("MG", "33334444", "30110-001", True)
    assert Evento.objects.get(acao="clientes.cliente_criado").ator == "bia"
    assert "11144477735" not in navegador("operador").get(LISTA).content.decode()


def test_cep_de_zeros_fica_nulo_e_ex_faz_o_estrangeiro() -> None:
    navegador("operador").post(f"{LISTA}add/", formulario(cep="00000-000", uf="EX", cpf_cgc="", rg_ie="AB-123"))
    john = Cliente.objects.get(pk="AB123")
    assert (john.cep, john.estrangeiro) == (None, 1)


def test_documento_que_nao_confere_entra_e_avisa() -> None:
    resposta = navegador("gerente").post(f"{LISTA}add/", formulario(cpf_cgc="99999999999"), follow=True)
    assert "não confere" in resposta.content.decode()
    assert Cliente.objects.get().documento_valido is False


def test_todos_os_erros_do_formulario_de_uma_vez() -> None:
    ruim = formulario(cliente_varejo="", uf="XX", email="x", celular="1", cpf_cgc="")
    achados = erros(navegador("operador").post(f"{LISTA}add/", ruim))
    assert set(achados) == {"cliente_varejo", "uf", "email", "celular", "codigo_cliente"}
    assert not Cliente.objects.exists()


@pytest.mark.parametrize(
    ("campos", "campo"),
    [
        ({"cpf_cgc": CPF}, "codigo_cliente"),
        ({"cpf_cgc": CPF, "codigo_cliente": "7"}, "cpf_cgc"),
        ({"codigo_cliente": CPF}, "codigo_cliente"),
    ],
)
def test_o_formulario_recusa_quem_ja_esta_no_cadastro(novo_cliente: Novo, campos: dict[str, str], campo: str) -> None:
    novo_cliente()
    assert campo in erros(navegador("operador").post(f"{LISTA}add/", formulario(**campos)))
    assert Cliente.objects.count() == 1


def test_o_gerente_altera_e_o_codigo_nao_muda(novo_cliente: Novo) -> None:
    cliente, quem = novo_cliente(), navegador("gerente")
    resposta = quem.post(pagina(cliente), campos_da_pagina(quem, cliente) | {"bairro": "CENTRO", "codigo_cliente": "9"})
    assert resposta.status_code == 302
    assert (Cliente.objects.get().pk, Cliente.objects.get().bairro) == (CPF, "CENTRO")
    assert Evento.objects.get(acao="clientes.cliente_alterado").depois == {"bairro": "CENTRO"}


def test_o_que_a_integracao_deixou_torto_nao_impede_outra_mudanca(novo_cliente: Novo) -> None:
    cliente, quem = novo_cliente(), navegador("gerente")
    Cliente.objects.update(telefone="12", uf="ZZ", filial="Loja Fechada", sexo="I", obs="x" * 231)
    assert quem.post(pagina(cliente), campos_da_pagina(quem, cliente) | {"bairro": "CENTRO"}).status_code == 302
    atual = Cliente.objects.get()
    assert (atual.bairro, atual.telefone, atual.filial, atual.sexo) == ("CENTRO", "12", "Loja Fechada", "I")


def test_pagina_velha_nao_desfaz_o_que_chegou_depois(novo_cliente: Novo) -> None:
    cliente, quem = novo_cliente(), navegador("gerente")
    velha = campos_da_pagina(quem, cliente)
    quem.post(pagina(cliente), velha | {"bairro": "CENTRO"})
    resposta = quem.post(pagina(cliente), velha | {"cidade": "CONTAGEM"})
    assert "__all__" in erros(resposta) and "mudou enquanto você o editava" in resposta.content.decode()
    assert (Cliente.objects.get().bairro, Cliente.objects.get().cidade) == ("CENTRO", "BELO HORIZONTE")


@pytest.mark.parametrize(
    ("filtro", "vistos"),
    [
        ({"documento": "errado"}, {"ERRADO"}),
        ({"documento": "certo"}, {"MARIA DA SILVA"}),
        ({"documento": "sem"}, {"INATIVO", "FORA"}),
        ({"status": "0"}, {"INATIVO"}),
        ({"status": "1"}, {"MARIA DA SILVA", "ERRADO", "FORA"}),
        ({"filial": "Loja Fechada"}, {"FORA"}),
    ],
)
def test_filtros(novo_cliente: Novo, filtro: dict[str, str], vistos: set[str]) -> None:
    novo_cliente()
    novo_cliente(codigo_cliente="2", cliente_varejo="ERRADO", cpf_cgc="99999999999")
    novo_cliente(codigo_cliente="3", cliente_varejo="INATIVO", cpf_cgc="", status=0)
    novo_cliente(codigo_cliente="4", cliente_varejo="FORA", cpf_cgc="", filial="Loja Fechada")
    resultado = navegador("gerente").get(LISTA, filtro).context["cl"].result_list
    assert {cliente.cliente_varejo for cliente in resultado} == vistos


def test_filial_fora_do_cadastro_e_marcada(novo_cliente: Novo) -> None:
    novo_cliente(filial="Loja Fechada")
    assert "Loja Fechada fora do cadastro" in navegador("gerente").get(LISTA).content.decode()


def test_tornar_inativo_pede_motivo_e_registra(novo_cliente: Novo) -> None:
    cliente, quem = novo_cliente(), navegador("gerente")
    corpo = {"action": "inativar", "_selected_action": [cliente.pk]}
    token = quem.post(LISTA, corpo).context["token"]
    quem.post(LISTA, corpo | {"token": token, "motivo": "pediu para sair"})
    assert Cliente.objects.get().status == 0
    assert Evento.objects.get(acao="clientes.cliente_alterado").motivo == "pediu para sair"


def test_o_operador_nao_torna_inativo(novo_cliente: Novo) -> None:
    cliente = novo_cliente()
    navegador("operador").post(LISTA, {"action": "inativar", "_selected_action": [cliente.pk], "motivo": "porque sim"})
    assert Cliente.objects.get().status == 1


def test_importar_pela_tela_confere_antes_e_grava_depois() -> None:
    quem = navegador("gerente")
    arquivo = SimpleUploadedFile("clientes.csv", f"codigo;nome;filial;cpf\n;ANA;1;{CPF}\n".encode())
    conferencia = quem.post(f"{LISTA}import/", {"import_file": arquivo, "format": "0", "resource": "0"})
    assert "Confira antes de gravar" in conferencia.content.decode() and not Cliente.objects.exists()
    quem.post(reverse("admin:clientes_cliente_process_import"), conferencia.context["confirm_form"].initial)
    assert Cliente.objects.get().cliente_varejo == "ANA"


def test_planilha_com_linha_ruim_diz_a_linha_na_tela() -> None:
    arquivo = SimpleUploadedFile("clientes.csv", b"codigo;nome;filial\n1;ANA;99\n")
    resposta = navegador("gerente").post(f"{LISTA}import/", {"import_file": arquivo, "format": "0", "resource": "0"})
    corpo = resposta.content.decode()
    assert "a filial 99 não está cadastrada" in corpo and "Nada foi gravado" in corpo
    assert not Cliente.objects.exists()


def test_tipo_em_uso_nao_se_exclui_e_o_padrao_nunca(novo_cliente: Novo) -> None:
    quem = navegador("gerente")
    quem.post(f"{TIPOS}add/", {"tipo_varejo": "VENDEDOR (C)"})
    novo_cliente(tipo_varejo_id="VENDEDOR (C)")
    endereco = reverse("admin:clientes_tipovarejo_delete", args=["VENDEDOR (C)"])
    quem.post(endereco, {"post": "yes"})
    assert TipoVarejo.objects.filter(pk="VENDEDOR (C)").exists()
    Cliente.objects.update(tipo_varejo_id="CLIENTE VAREJO")
    quem.post(endereco, {"post": "yes"})
    assert not TipoVarejo.objects.filter(pk="VENDEDOR (C)").exists()
    padrao = reverse("admin:clientes_tipovarejo_delete", args=["CLIENTE VAREJO"])
    assert quem.post(padrao, {"post": "yes"}).status_code == 403


def test_todo_grupo_ve_clientes_no_menu() -> None:
    for grupo in GRUPOS:
        assert LISTA in navegador(grupo).get("/admin/").content.decode()
