"""The pages: who may ask, what must be said, once for each page, and that no address has a CPF."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from erp.consultas.falsos import InfosimplesFalsa
from erp.consultas.infosimples import Infosimples
from erp.consultas.models import ConsultaCpf
from erp.consultas.services import anotar_saldo
from tests.erp.consultas.elenco import FALECIDO, perguntar
from tests.erp.elenco import CPF, navegador

LISTA = "/admin/consultas/consultacpf/"
CONSULTAR = f"{LISTA}add/"
SALDOS = "/admin/consultas/saldoconsulta/"


def texto(resposta: Any, status: int = 200) -> str:
    assert resposta.status_code == status, resposta.content.decode()[:500]
    return str(resposta.content.decode())


def campos(cliente: Client, **mais: str) -> dict[str, str]:
    achado = re.search(r'name="token" value="([^"]+)"', texto(cliente.get(CONSULTAR)))
    assert achado is not None
    dados = {
        "token": achado[1], "cpf": "529.982.247-25", "nascimento": "1970-03-15", "finalidade": "obito",
        "base_legal": "V",
    }  # fmt: skip
    return dados | mais


def test_consultar_leva_a_resposta_e_o_endereco_nao_tem_o_cpf(infosimples: InfosimplesFalsa) -> None:
    cliente = navegador("gerente", 1)
    resposta: Any = cliente.post(CONSULTAR, campos(cliente), follow=True)
    pagina = texto(resposta)
    assert resposta.redirect_chain == [(f"{LISTA}{ConsultaCpf.objects.get().pk}/change/", 302)]
    assert "Regular" in pagina and "PESSOA DE TESTE" in pagina and "***.982.247-**" in pagina
    assert CPF not in pagina and "529.982.247-25" not in pagina
    assert "***.982.247-**" in texto(cliente.get(LISTA)) and "PESSOA DE TESTE" not in texto(cliente.get(LISTA))


def test_duplo_clique_pergunta_uma_vez(infosimples: InfosimplesFalsa) -> None:
    cliente = navegador("gerente", 1)
    dados = campos(cliente, de_novo="on")
    texto(cliente.post(CONSULTAR, dados, follow=True))
    assert "já tinha sido enviada" in texto(cliente.post(CONSULTAR, dados), 409)
    assert infosimples.creditos == 499 and ConsultaCpf.objects.count() == 1


@pytest.mark.parametrize(
    ("campo", "valor", "dito"),
    [
        ("cpf", "529.982.247-26", "CPF inválido"), ("cpf", "111.111.111-11", "CPF inválido"),
        ("nascimento", "2999-01-01", "Confira a data"), ("base_legal", "", "obrigatório"),
        ("finalidade", "", "obrigatório"), ("finalidade", "outra", "Diga qual"), ("base_legal", "XX", "válida"),
    ],
)  # fmt: skip
def test_sem_cpf_certo_ou_sem_base_legal_nada_se_pergunta(
    infosimples: InfosimplesFalsa, campo: str, valor: str, dito: str
) -> None:
    cliente = navegador("gerente", 1)
    assert dito in texto(cliente.post(CONSULTAR, campos(cliente, **{campo: valor})))
    assert not infosimples.chamadas and not ConsultaCpf.objects.exists()


def test_quem_nao_pode_consultar_nao_consulta_e_o_auditor_nao_ve_o_nome(infosimples: InfosimplesFalsa) -> None:
    feita = perguntar(FALECIDO)
    auditor = navegador("auditor")
    pagina = texto(auditor.get(f"{LISTA}{feita.pk}/change/"))
    assert "Titular falecido" in pagina and "oculto" in pagina and "PESSOA DE TESTE" not in pagina
    assert CONSULTAR not in texto(auditor.get(LISTA))
    for grupo in ("auditor", "operador", "fiscal", "TI"):
        cliente = navegador(grupo, 1)
        assert cliente.get(CONSULTAR).status_code == 403
        assert cliente.post(CONSULTAR, {"cpf": CPF}).status_code == 403
    for grupo in ("operador", "fiscal", "TI"):
        assert navegador(grupo, 1).get(LISTA).status_code == 403
        assert navegador(grupo, 1).get(f"{LISTA}{feita.pk}/change/").status_code == 403
    assert navegador("operador", 1).get(SALDOS).status_code == 403


def test_falha_do_provedor_e_dita_na_pagina(infosimples: InfosimplesFalsa) -> None:
    infosimples.roteiro.append("500")
    cliente = navegador("financeiro", 1)
    pagina = texto(cliente.post(CONSULTAR, campos(cliente), follow=True))
    assert "não foi consultado" in pagina and "Tente de novo em alguns minutos" in pagina
    lista = texto(cliente.get(LISTA))
    assert "Falhou" in lista and "talvez" in lista and f'href="{CONSULTAR}"' in lista


@pytest.mark.django_db
def test_sem_provedor_as_paginas_dizem() -> None:
    cliente = navegador("gerente")
    pagina = texto(cliente.get(CONSULTAR))
    assert "Nenhum provedor de consultas de CPF está configurado" in pagina and ">Consultar<" not in pagina
    assert "Nenhum provedor de consultas de CPF está configurado" in texto(cliente.get(SALDOS))


def test_pagina_mostra_as_outras_consultas_do_mesmo_cpf(infosimples: InfosimplesFalsa) -> None:
    primeira, outra, segunda = perguntar(), perguntar(FALECIDO), perguntar()
    pagina = texto(navegador("gerente", 1).get(f"{LISTA}{segunda.pk}/change/"))
    assert f"{LISTA}{primeira.pk}/change/" in pagina and f"{LISTA}{outra.pk}/change/" not in pagina
    assert "resposta guardada" in pagina


def test_lista_e_filtros_abrem_sem_uma_pergunta_por_linha(
    infosimples: InfosimplesFalsa, django_assert_max_num_queries: Any
) -> None:
    for _ in range(8):
        perguntar()
    cliente = navegador("gerente", 1)
    with django_assert_max_num_queries(12):
        texto(cliente.get(LISTA, {"situacao__exact": "1", "finalidade__exact": "obito"}))


def test_creditos_tem_o_grafico_e_o_que_falta(infosimples: InfosimplesFalsa) -> None:
    cliente = navegador("TI")
    assert "Nenhum saldo lido" in texto(cliente.get(SALDOS))
    agora = timezone.now()
    anotar_saldo(Infosimples(), 300, agora=agora - timedelta(hours=3))
    assert "Ainda não há duas leituras" in texto(cliente.get(SALDOS))
    anotar_saldo(Infosimples(), 42, agora=agora)
    for dias in ("1", "7", "30", "x"):
        pagina = texto(cliente.get(SALDOS, {"dias": dias}))
        assert "<polyline" in pagina and "abaixo do mínimo de 100" in pagina and "entre 42 e 300" in pagina
    texto(cliente.get(SALDOS, {"dias": "365", "provedor": "infosimples"}))
