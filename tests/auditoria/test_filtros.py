"""The filters of the lists, and whatever is typed in them."""

from __future__ import annotations

import pytest
from django.test import Client

from auditoria.models import Selo
from auditoria.selador import selar
from tests.auditoria.elenco import escrever

pytestmark = pytest.mark.django_db
SELOS = "/admin/auditoria/selo/"


@pytest.fixture
def selos() -> None:
    escrever(2)
    selar()


def mensagens(resposta: object) -> list[str]:
    return [str(m) for m in resposta.context["messages"]]  # type: ignore[attr-defined]  # of the test client


@pytest.mark.parametrize("digitado", ["7", "velado-AAAA", "529.982.247-25", "x" * 5_000, "\\", "\ufffe", "' OR 1=1--"])
def test_o_que_nao_e_identificador_de_evento_e_dito_e_nao_filtra(
    admin_client: Client, selos: None, digitado: str
) -> None:
    resposta = admin_client.get(SELOS, {"evento": digitado})
    assert resposta.status_code == 200 and len(resposta.context["cl"].result_list) == 2
    [dito] = mensagens(resposta)
    assert dito == f"Não é um identificador do evento: {digitado[:80]}. O filtro não foi aplicado."


def test_o_evento_acha_o_seu_selo(admin_client: Client, selos: None) -> None:
    selo = Selo.objects.get(sequencia=2)
    resposta = admin_client.get(SELOS, {"evento": f" {selo.evento} "})
    assert list(resposta.context["cl"].result_list) == [selo]


@pytest.mark.parametrize(
    ("lista", "campo"),
    [(SELOS, "selado_em"), ("/admin/auditoria/resumo/", "dia"), ("/admin/rotinas/execucao/", "criada_em")],
)
@pytest.mark.parametrize("digitado", ["31/12/9999", "01/01/0001", "29/02/2026", "amanhã"])
def test_data_que_nao_serve_e_dita_e_nao_filtra(
    admin_client: Client, selos: None, lista: str, campo: str, digitado: str
) -> None:
    for ponta in ("from", "to"):
        resposta = admin_client.get(lista, {f"{campo}_{ponta}": digitado})
        assert resposta.status_code == 200
        assert mensagens(resposta) == [f"Data recebida: {digitado}. Esperado dia/mês/ano, por exemplo 31/12/2026."]
