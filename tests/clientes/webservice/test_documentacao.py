"""The OpenAPI document of the WebService says what the WebService does: its example passes, and nothing else is answered."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from clientes.models import Cliente, RegistroRecebido
from clientes.webservice.api.documentacao import ACRESCIMO, EXEMPLO
from clientes.webservice.campos import CAMPOS
from clientes.webservice.codigos import EXPLICACAO
from erp.config.wsgi import application
from tests.clientes.webservice.conftest import EXEMPLO as DA_ESPECIFICACAO
from tests.clientes.webservice.conftest import MINIMO, TOKEN

pytestmark = pytest.mark.django_db(transaction=True)
CAMINHO = "/bibliotecas/{biblioteca}/wosk_loja_cliente"
LOTE = f"{CAMINHO}/lote"
CONFERENCIAS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
PASSOS = settings(
    max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate], database=None
)
TIPOS = ["application/json", "application/x-www-form-urlencoded"]


def documento() -> dict[str, Any]:
    inteiro: dict[str, Any] = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]  # its own
    return inteiro


ESQUEMA = schemathesis.openapi.from_dict(documento())


def _post() -> dict[str, Any]:
    operacao: dict[str, Any] = documento()["paths"][CAMINHO]["post"]
    return operacao


def test_o_documento_e_openapi_valido() -> None:
    inteiro = documento()
    validate_schema(inteiro | {"paths": {c: v for c, v in inteiro["paths"].items() if c.startswith(CAMINHO)}})  # type: ignore[no-untyped-call]  # drf-spectacular's own


def test_diz_todos_os_status_das_regras_e_os_dois_tipos_de_corpo() -> None:
    operacao = _post()
    assert set(operacao["responses"]) == {"200", *(str(status) for status, _ in EXPLICACAO.values())}
    assert set(operacao["requestBody"]["content"]) == set(TIPOS)
    for regra, (status, _) in EXPLICACAO.items():
        assert f"`{regra.value}`" in operacao["responses"][str(status)]["description"]


@pytest.mark.parametrize("tipo", TIPOS)
def test_diz_cada_campo_da_tabela(tipo: str) -> None:
    corpo = _post()["requestBody"]["content"][tipo]["schema"]
    assert set(corpo["required"]) == {"key", "CLIENTE_VAREJO", "FILIAL", "PF_PJ", "ESTRANGEIRO"}
    assert {campo.nome for campo in CAMPOS} <= set(corpo["properties"])
    assert corpo["properties"]["ENDERECO"]["anyOf"][0]["maxLength"] == 90


def test_o_exemplo_e_o_da_especificacao_e_a_resposta_e_a_que_ele_mostra(chave: str) -> None:
    exemplos = _post()["requestBody"]["content"]["application/json"]["examples"]
    [enviado] = [e["value"] for e in exemplos.values()]
    assert {nome: valor for nome, valor in enviado.items() if nome != "key"} == DA_ESPECIFICACAO
    resposta = Client().post(
        CAMINHO.format(biblioteca=TOKEN), EXEMPLO | {"key": chave}, content_type="application/json"
    )
    dados = resposta.json()
    assert resposta.status_code == 200 and set(dados) == set(EXEMPLO | ACRESCIMO)
    datas = ("CADASTRAMENTO", "DATA_PARA_TRANSFERENCIA")
    assert [len(dados[nome]) for nome in datas] == [len(ACRESCIMO[nome]) for nome in datas]
    assert {n: v for n, v in dados.items() if n not in datas} == {
        n: v for n, v in (EXEMPLO | ACRESCIMO | {"key": chave}).items() if n not in datas
    }


@pytest.mark.parametrize("caminho", [CAMINHO, LOTE])
@pytest.mark.parametrize("modo", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("com_chave", [True, False])
def test_nada_fora_do_documento_e_respondido(
    chave: str, settings: Any, caminho: str, modo: GenerationMode, com_chave: bool
) -> None:
    """Bodies made of the document, and bodies that break it: no 500, no status, type or shape that it does not say."""
    settings.CLIENTES_PEDIDOS_POR_MINUTO = 10**6
    vistos: set[int] = set()

    @PASSOS
    @given(caso=ESQUEMA[caminho]["POST"].as_strategy(generation_mode=modo))
    def conferir(caso: Case) -> None:
        caso.path_parameters = {"biblioteca": TOKEN}
        if com_chave and isinstance(caso.body, dict):
            caso.body["key"] = chave
            if caminho == CAMINHO and modo is GenerationMode.POSITIVE and len(caso.body) % 2:
                caso.body |= MINIMO  # what a document cannot say: a code there is, a filial that exists
        resposta = caso.call(base_url="http://testserver", app=application)
        vistos.add(resposta.status_code)
        caso.validate_response(resposta, checks=CONFERENCIAS)

    conferir()
    if not com_chave:
        assert vistos <= {400, 401, 413, 415}
    elif modo is GenerationMode.POSITIVE:
        assert 200 in vistos  # else the document asks for what the WebService refuses
    aceitos = RegistroRecebido.objects.exclude(resultado=RegistroRecebido.Resultado.RECUSADO)
    assert set(aceitos.values_list("codigo_cliente", flat=True)) == set(Cliente.objects.values_list("pk", flat=True))
