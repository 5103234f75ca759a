"""The pages: who opens them, what they say, what each door does, and what is masked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from auditoria.models import Evento
from clientes.models import Cliente
from erp.sincronizacao.models import Conflito, CursorEntidade, Diferenca
from tests.erp.elenco import navegador, superusuario
from tests.erp.sincronizacao.test_receber import cliente, vir

pytestmark = pytest.mark.django_db
PAGINA = "/admin/sincronizacao/cursorentidade/"
LISTAS = (PAGINA, "/admin/sincronizacao/conflito/", "/admin/sincronizacao/diferenca/")
CPF = "52998224725"


def texto(resposta: Any) -> str:
    assert resposta.status_code == 200
    return str(resposta.content.decode())


def agir(quem: Client, acao: str, objeto: Any, motivo: str = "porque é o certo") -> Any:
    url = reverse(f"admin:sincronizacao_{objeto._meta.model_name}_{acao}", args=[objeto.pk])
    pagina = quem.get(url)
    assert pagina.status_code == 200
    return quem.post(url, {"token": pagina.context["token"], "motivo": motivo}, follow=True)


def conflito(**campos: Any) -> Conflito:
    vir("clientes", **{f"n{CPF}": cliente(email="a@x.com", cpf_cgc=CPF)})
    Cliente.objects.update(email="daqui@x.com")
    vir("clientes", **{f"n{CPF}": cliente(email="la@x.com", cpf_cgc=CPF)})
    return Conflito.objects.get()


@pytest.mark.parametrize("lista", LISTAS)
def test_paginas_vazias_abrem_para_quem_pode_e_so_para_quem_pode(lista: str) -> None:
    assert navegador("gerente").get(lista).status_code == 200
    assert navegador("operador").get(lista).status_code == 403
    assert Client().get(lista).status_code == 302


def test_sem_configuracao_diz_o_que_falta_e_nao_oferece_executar(settings: Any) -> None:
    pagina = texto(navegador("TI").get(PAGINA))
    assert "<code>SINCRONIZACAO_URL</code>" in pagina and "Nunca lida" in pagina
    assert "Executar agora" not in pagina and "Ressincronizar tudo" not in pagina
    settings.SINCRONIZACAO_URL, settings.SINCRONIZACAO_CHAVE = "http://127.0.0.1:1", "x"
    pagina = texto(navegador("TI").get(PAGINA))
    assert "falta configurar" not in pagina and "Executar agora" in pagina


def test_cada_cadastro_diz_o_seu_cursor_o_atraso_e_o_que_espera() -> None:
    conflito()
    CursorEntidade.objects.update(ultimo_contato_em=timezone.now() - timedelta(hours=3))
    pagina = texto(navegador("gerente").get(PAGINA))
    assert CursorEntidade.objects.get().posicao in pagina
    assert "Atrasada" in pagina and "<dd>3 h</dd>" in pagina
    assert "/admin/sincronizacao/conflito/?entidade=clientes" in pagina
    CursorEntidade.objects.update(ultimo_erro="chave 529.982.247-25 <b>recusada</b>")
    pagina = texto(navegador("gerente").get(PAGINA))
    assert "Com falha" in pagina and "529.982" not in pagina and "<b>recusada" not in pagina


def test_a_pagina_faz_as_mesmas_perguntas_com_um_conflito_ou_com_mil() -> None:
    quem = navegador("gerente")
    quem.get(PAGINA)

    def perguntas() -> int:
        with CaptureQueriesContext(connection) as feitas:
            assert quem.get(PAGINA).status_code == 200
        return len(feitas)

    antes = perguntas()
    Conflito.objects.bulk_create(Conflito(entidade="produtos", chave=str(n), tipo="recusado") for n in range(300))
    Diferenca.objects.bulk_create(
        Diferenca(entidade="produtos", chave=str(n), tipo="falta", vista_em=timezone.now()) for n in range(300)
    )
    assert perguntas() == antes


def test_ressincronizar_tudo_e_de_quem_pode_com_motivo_e_fica_na_auditoria() -> None:
    vir("clientes", n1=cliente())
    cursor = CursorEntidade.objects.get()
    assert "Ressincronizar tudo" not in texto(navegador("gerente").get(PAGINA))
    url = reverse("admin:sincronizacao_cursorentidade_refazer", args=["clientes"])
    assert navegador("gerente").get(url).status_code == 403
    assert "Ressincronizar tudo" in texto(navegador("TI").get(PAGINA))
    assert "Será lido do começo" in texto(agir(navegador("TI"), "refazer", cursor))
    cursor.refresh_from_db()
    assert (cursor.posicao, cursor.passada) == ("", 2)
    assert Evento.objects.filter(acao="sincronizacao.refeita", objeto_id="clientes").exists()


def test_aceitar_exclusoes_aparece_so_quando_ha(settings: Any) -> None:
    vir("clientes", n1=cliente())
    cursor = CursorEntidade.objects.get()
    assert "Aceitar as exclusões" not in texto(navegador("TI").get(PAGINA))
    assert agir(navegador("TI"), "aceitar_exclusoes", cursor).status_code == 409
    CursorEntidade.objects.update(exclusoes_a_confirmar=149)
    pagina = texto(navegador("TI").get(PAGINA))
    assert "Exclusões a confirmar" in pagina and "149 registros" in pagina
    confirmacao = texto(
        navegador("TI").get(reverse("admin:sincronizacao_cursorentidade_aceitar_exclusoes", args=[cursor.pk]))
    )
    assert "Clientes: 149 registros" in confirmacao and "Tirar de uso 149 registros" in confirmacao
    assert "149 registros saem de uso" in texto(agir(navegador("TI"), "aceitar_exclusoes", cursor))
    assert "149 registros" not in texto(navegador("TI").get(PAGINA))


def test_diferencas_sem_execucao_guardada_dizem_quando_foram_vistas() -> None:
    quem = navegador("gerente")
    Diferenca.objects.create(entidade="produtos", chave="7", tipo="falta", vista_em=timezone.now())
    assert "ainda não foram comparados" not in texto(quem.get(LISTAS[2]))


def test_o_conflito_mostra_os_dois_lados_e_alguem_decide() -> None:
    aberto = conflito()
    quem = navegador("gerente")
    pagina = texto(quem.get(reverse("admin:sincronizacao_conflito_change", args=[aberto.pk])))
    assert "daqui@x.com" in pagina and "la@x.com" in pagina and "Vale o do ERP" in pagina
    assert "1 conflito resolvido" in texto(agir(quem, "vale_o_do_erp", aberto))
    assert Cliente.objects.get().email == "la@x.com"
    pagina = texto(quem.get(reverse("admin:sincronizacao_conflito_change", args=[aberto.pk])))
    assert "valeu o do ERP" in pagina and "Fica o daqui" not in pagina
    assert list(quem.get(LISTAS[1]).context["cl"].result_list) == []
    assert len(quem.get(LISTAS[1], {"situacao": "resolvidos"}).context["cl"].result_list) == 1


def test_decidir_muitos_de_uma_vez_deixa_em_paz_o_que_nao_se_decide() -> None:
    aberto = conflito()
    retido = Conflito.objects.create(entidade="produtos", chave="7", tipo="recusado", mensagem="Descrição comprida")
    feito = navegador("gerente").post(
        LISTAS[1], {"action": "fica_o_daqui", "_selected_action": [aberto.pk, retido.pk]}, follow=True
    )
    token = feito.context["token"]
    feito = navegador("gerente").post(
        LISTAS[1],
        {
            "action": "fica_o_daqui", "_selected_action": [aberto.pk, retido.pk], "token": token,
            "motivo": "o daqui é o certo",
        },
        follow=True,
    )  # fmt: skip
    assert "1 conflito resolvido" in texto(feito)
    assert dict(Conflito.objects.values_list("pk", "situacao")) == {aberto.pk: 1, retido.pk: 0}


def test_quem_nao_le_documentos_ve_o_codigo_e_os_dados_mascarados() -> None:
    aberto = conflito()
    enderecos = (LISTAS[1], reverse("admin:sincronizacao_conflito_change", args=[aberto.pk]))
    for endereco in enderecos:
        do_ti = texto(navegador("TI").get(endereco))
        assert CPF not in do_ti and "529.982.247-25" not in do_ti and "daqui@x.com" not in do_ti
    assert "529.982.247-25" in texto(superusuario().get(enderecos[0]))
    assert navegador("TI").get(LISTAS[1], {"aqui__cpf_cgc__startswith": "5"}).status_code in (302, 400)


def test_quem_so_ve_nao_decide() -> None:
    aberto = conflito()
    auditor = navegador("auditor")
    assert "Vale o do ERP" not in texto(auditor.get(reverse("admin:sincronizacao_conflito_change", args=[aberto.pk])))
    url = reverse("admin:sincronizacao_conflito_vale_o_do_erp", args=[aberto.pk])
    assert auditor.post(url, {"token": "x", "motivo": "porque sim"}).status_code == 403


def test_a_diferenca_mostra_os_campos_pelo_nome_que_tem_na_tela() -> None:
    diferenca = Diferenca.objects.create(
        entidade="produtos", chave="7", tipo="difere", campos=["codigo_barras"], vista_em=timezone.now(),
        aqui={"codigo_barras": "1", "ativo": True}, la={"codigo_barras": "<script>", "ativo": True},
    )  # fmt: skip
    quem = navegador("auditor")
    pagina = texto(quem.get(reverse("admin:sincronizacao_diferenca_change", args=[diferenca.pk])))
    assert (
        "código de barras" in pagina
        and "&lt;script&gt;" in pagina
        and "<script>" not in pagina.split("Os dois lados")[1][:2000]
    )
    assert len(quem.get(LISTAS[2], {"entidade": "produtos", "tipo": "difere"}).context["cl"].result_list) == 1


def test_o_cartao_do_provedor_testa_a_conexao(settings: Any) -> None:
    pagina = texto(navegador("TI").get("/admin/provedores/estadoprovedor/"))
    assert "Retaguarda vizinha" in pagina and "<code>SINCRONIZACAO_CHAVE</code>" in pagina
