"""What each answer of setIlli means: a table of status and body."""

from __future__ import annotations

import json
from typing import Any

import pytest

from clientes.loja_cliente.respostas import MENSAGEM_MAXIMA, interpretar
from filas.fila.contextos import Resposta, TipoResultado

SUCESSO, ERRO, ADIAR = TipoResultado.SUCESSO, TipoResultado.ERRO, TipoResultado.ADIAR


def resposta(status: int, corpo: Any, tipo: str = "application/json") -> Resposta:
    texto = corpo if isinstance(corpo, str) else json.dumps(corpo)
    return Resposta(status, {"content-type": tipo} if tipo else {}, texto, 0.1)


@pytest.mark.parametrize(
    ("status", "corpo", "mensagem"),
    [
        (200, {"Mensagem": "OK", "Mensagem Detalhada": "Registrado."}, "Registrado."),
        (200, {"mensagem_detalhada": "Atualizado"}, "Atualizado"),
        (200, {"mensagem": "Feito", "id": 7}, "Feito"),
        (201, {"message": " created \n ok "}, "created ok"),
        (202, {}, "HTTP 202"),
        (204, "", "HTTP 204"),  # no content is what it says
        (200, {"success": True, "error": None}, "HTTP 200"),
        (200, {"erro": False, "erros": []}, "HTTP 200"),
        (200, {"erro": "0", "ok": "S"}, "0"),
        (200, {"error": "não"}, "não"),
        (200, {"status": 200, "msg": "ok"}, "ok"),
        (200, {"status": "ok", "codigo": "450"}, "HTTP 200"),  # the code of a customer is no status
        (200, {"dados": {"erro": "x"}}, "HTTP 200"),  # only the top level speaks of this call
        (200, [], "HTTP 200"),
        (200, '"OK"', "OK"),
        (200, "true", "HTTP 200"),
        (200, "null", "HTTP 200"),
    ],
)
def test_sucesso(status: int, corpo: Any, mensagem: str) -> None:
    resultado = interpretar(resposta(status, corpo))
    assert (resultado.tipo, resultado.codigo, resultado.mensagem) == (SUCESSO, "", mensagem)


@pytest.mark.parametrize("tipo", ["text/html; charset=utf-8", "text/plain", ""])
def test_o_tipo_errado_nao_importa_quando_o_corpo_e_json(tipo: str) -> None:
    assert interpretar(resposta(200, {"Mensagem": "OK"}, tipo)).tipo is SUCESSO


@pytest.mark.parametrize(
    ("corpo", "trecho"),
    [
        ({"Mensagem": "ERRO", "Mensagem Detalhada": "Bairro inválido"}, "Bairro inválido"),
        ({"erro": "Cidade inválida"}, "Cidade inválida"),
        ({"error": {"code": 5, "text": "bad"}}, "code: 5; text: bad"),
        ({"errors": ["a", {"b": 1}]}, 'a; {"b": 1}'),
        ({"success": False}, "sem explicar"),
        ({"sucesso": 0, "msg": "não deu"}, "não deu"),
        ({"SUCESSO": "não"}, "sem explicar"),
        ({"ok": None}, "sem explicar"),
        ({"status": "error", "message": "x"}, "x"),
        ({"status": 500, "detail": "interno"}, "interno"),
        ({"Situação": "Falha"}, "sem explicar"),
        ({"exception": "NullPointer"}, "sem explicar"),
        ("false", "sem explicar"),
        ('"ERRO"', "ERRO"),
    ],
)
def test_um_200_que_diz_erro_espera_uma_pessoa(corpo: Any, trecho: str) -> None:
    resultado = interpretar(resposta(200, corpo))
    assert (resultado.tipo, resultado.codigo) == (ERRO, "RECUSADA")
    assert resultado.mensagem.startswith("HTTP 200, mas a resposta diz erro: ") and trecho in resultado.mensagem


@pytest.mark.parametrize(
    ("corpo", "tipo", "trecho"),
    [
        ("", "application/json", "o corpo vazio"),
        ("  \n", "", "o corpo vazio"),
        ("<html>Login</html>", "text/html; charset=utf-8", "text/html"),
        ('{"Mensagem": "OK"', "application/json", "application/json"),  # cut on the way
        ("OK", "", "um texto"),
        ("[" * 60_000, "application/json", "application/json"),  # nested beyond what can be read
        ("9" * 60_000, "application/json", "application/json"),
    ],
)
def test_um_200_que_nao_se_le_e_tentado_de_novo(corpo: str, tipo: str, trecho: str) -> None:
    resultado = interpretar(resposta(200, corpo, tipo))
    assert (resultado.tipo, resultado.codigo, resultado.conta_como_falha) == (ADIAR, "RESPOSTA_ILEGIVEL", True)
    assert trecho in resultado.mensagem


@pytest.mark.parametrize(
    ("status", "corpo", "tipo", "codigo", "trecho"),
    [
        (400, {"Mensagem Detalhada": "CEP inválido"}, ERRO, "HTTP_400", ": CEP inválido"),
        (422, {"erros": {"cpf": ["não confere"], "cep": None}}, ERRO, "HTTP_422", 'cpf: ["não confere"]'),
        (404, "<h1>Not Found</h1>", ERRO, "HTTP_404", "HTTP 404"),
        (409, "", ERRO, "HTTP_409", "HTTP 409"),
        (302, "", ERRO, "REDIRECIONADO", "HTTP 302"),
        (429, {"message": "calma"}, ADIAR, "HTTP_429", ": calma"),
        (500, {"error": "boom"}, ADIAR, "HTTP_500", ": boom"),
        (503, "", ADIAR, "HTTP_503", "HTTP 503"),
    ],
)
def test_o_status_decide_e_o_destino_explica(
    status: int, corpo: Any, tipo: TipoResultado, codigo: str, trecho: str
) -> None:
    resultado = interpretar(resposta(status, corpo))
    assert (resultado.tipo, resultado.codigo) == (tipo, codigo)
    assert trecho in resultado.mensagem


def test_o_que_o_destino_diz_nao_traz_dado_pessoal_nem_texto_sem_fim() -> None:
    falado = "CPF 529.982.247-25 de maria@exemplo.com.br, fone (31) 98765-4321 " + "x" * 1000
    mensagem = interpretar(resposta(422, {"mensagem": falado})).mensagem
    assert "529.982.247-25" not in mensagem and "maria@" not in mensagem and "98765-4321" not in mensagem
    assert len(mensagem) < MENSAGEM_MAXIMA + 60


def test_resposta_cortada_nao_e_sucesso() -> None:
    cortada = Resposta(200, {}, '{"Mensagem": "OK"}', 0.1, cortada=True)
    assert interpretar(cortada).codigo == "RESPOSTA_GRANDE"
