"""`GET /api/pdv/v1/comandos` and `POST /api/pdv/v1/comandos/{id}`: who may, what is answered, never a 500."""

from __future__ import annotations

import gzip
import random
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditoria.services import ATOR_SISTEMA
from erp.acesso.services import criar_chave
from erp.cadastros.models import PontoVenda
from pdv.replicacao.api.documentacao_comandos import EXEMPLO_COMANDOS, EXEMPLO_CONCLUSAO
from pdv.replicacao.models import Comando
from tests.pdv.fabricas import INSTALACAO, criar_ponto_venda, em_json, nova_operacao, novo_pacote
from tests.pdv.replicacao.test_comandos import pedir
from tests.pdv.replicacao.test_fuzz import JSON, mutilar

CAMINHO = "/api/pdv/v1/comandos"


class Terminal:
    """A till that asks and answers with its key."""

    def __init__(self, client: Client, chave: str) -> None:
        self.client, self.cabecalhos = client, {"HTTP_AUTHORIZATION": f"Api-Key {chave}"}

    def perguntar(self, instalacao: Any = INSTALACAO, **cabecalhos: Any) -> Any:
        return self.client.get(CAMINHO, {"instalacao": str(instalacao)}, **self.cabecalhos | cabecalhos)

    def dizer(self, comando: Any, corpo: bytes | None = None, **campos: Any) -> Any:
        palavra = {"instalacao": str(INSTALACAO), "cumprido": True} | campos
        corpo = em_json(palavra) if corpo is None else corpo
        return self.client.post(f"{CAMINHO}/{comando}", corpo, content_type="application/json", **self.cabecalhos)


@pytest.fixture
def terminal(client: Client, chave: str) -> Terminal:
    return Terminal(client, chave)


def _erro(resposta: Any, status: int, codigo: str) -> str:
    assert (resposta.status_code, resposta.json()["codigo"]) == (status, codigo), resposta.content
    assert set(resposta.json()) == {"codigo", "mensagem", "contexto"}
    return str(resposta.json()["mensagem"])


def test_ida_e_volta(terminal: Terminal, ponto_venda: PontoVenda) -> None:
    assert terminal.perguntar().json() == {"comandos": []}
    pk = pedir(ponto_venda, 42)
    resposta = terminal.perguntar()
    assert resposta["Content-Type"] == "application/json"
    assert resposta.json() == {"comandos": [{"id": pk, "tipo": "replicar", "id_operacao": 42}]}
    for _ in range(2):
        resposta = terminal.dizer(pk)
        assert (resposta.status_code, resposta.json()) == (200, {"id": pk, "situacao": "cumprido"})
    assert terminal.perguntar().json() == {"comandos": []}


def test_recusa_do_pdv_fica_guardada(terminal: Terminal, ponto_venda: PontoVenda) -> None:
    pk = pedir(ponto_venda)
    resposta = terminal.dizer(pk, cumprido=False, mensagem="a operação não existe neste PDV")
    assert resposta.json() == {"id": pk, "situacao": "recusado"}
    assert Comando.objects.get().resposta == "a operação não existe neste PDV"


def test_palavra_compactada_tambem_e_lida(terminal: Terminal, ponto_venda: PontoVenda) -> None:
    pk = pedir(ponto_venda)
    terminal.cabecalhos["HTTP_CONTENT_ENCODING"] = "gzip"
    corpo = gzip.compress(em_json({"instalacao": str(INSTALACAO), "cumprido": True}))
    assert terminal.dizer(pk, corpo).json()["situacao"] == "cumprido"


# who may


@pytest.mark.parametrize("metodo", ["perguntar", "dizer"])
def test_sem_chave_com_chave_de_outro_escopo_ou_sem_pdv_nao_entra(
    client: Client, ponto_venda: PontoVenda, metodo: str
) -> None:
    def chamar(chave: str) -> Any:
        terminal = Terminal(client, chave)
        return terminal.perguntar() if metodo == "perguntar" else terminal.dizer(1)

    _erro(chamar("rtg_nada"), 401, "CHAVE_INVALIDA")
    leitura = criar_chave(nome="BI", escopos=["rotinas"], ator=ATOR_SISTEMA)[1]
    _erro(chamar(leitura), 403, "ESCOPO_INSUFICIENTE")
    solta = criar_chave(nome="solta", escopos=["pdv"], ponto_venda_id=999_999, ator=ATOR_SISTEMA)[1]
    _erro(chamar(solta), 403, "CHAVE_SEM_PONTO_VENDA")
    valida = criar_chave(nome="PDV 1", escopos=["pdv"], ponto_venda_id=ponto_venda.pk, ator=ATOR_SISTEMA)[1]
    PontoVenda.objects.update(ativo=False)
    _erro(chamar(valida), 403, "PONTO_VENDA_INATIVO")
    assert client.get(CAMINHO).status_code == client.post(f"{CAMINHO}/1").status_code == 401


def test_comando_de_outro_pdv_de_outra_instalacao_ou_que_nao_existe_e_404(
    terminal: Terminal, ponto_venda: PontoVenda
) -> None:
    do_vizinho = pedir(criar_ponto_venda(2))
    da_outra = pedir(ponto_venda, instalacao=uuid4())
    assert terminal.perguntar().json() == {"comandos": []}
    for numero in (do_vizinho, da_outra, 0, 10**9, 2**63 - 1, 2**63, 10**30, "abc", "-1", "1.5", "٣"):
        _erro(terminal.dizer(numero), 404, "COMANDO_NAO_ENCONTRADO")
    assert set(Comando.objects.values_list("situacao", flat=True)) == {Comando.Situacao.PENDENTE}


def test_chave_de_homologacao_ve_e_nao_marca(client: Client, ponto_venda: PontoVenda) -> None:
    chave = criar_chave(
        nome="teste", escopos=["pdv"], ponto_venda_id=ponto_venda.pk, homologacao=True, ator=ATOR_SISTEMA
    )[1]
    terminal, pk = Terminal(client, chave), pedir(ponto_venda)
    assert [c["id"] for c in terminal.perguntar().json()["comandos"]] == [pk]
    assert terminal.dizer(pk).json() == {"id": pk, "situacao": "cumprido"}
    assert Comando.objects.get().situacao == Comando.Situacao.PENDENTE
    ponto_venda.refresh_from_db()
    assert ponto_venda.ultimo_contato_em is None


def test_perguntas_contam_no_limite_da_chave_junto_com_os_pacotes(
    terminal: Terminal, postar: Any, settings: Any
) -> None:
    cache.clear()
    settings.PDV_PEDIDOS_POR_MINUTO = 3
    chamadas = [terminal.perguntar, lambda: postar(novo_pacote(nova_operacao(1))), lambda: terminal.dizer(1)] * 3
    recebidos = [chamar() for chamar in chamadas]
    assert {r.status_code for r in recebidos[-3:]} == {429}  # even where the minute turns in between
    assert int(recebidos[-1]["Retry-After"]) > 0


# what is asked


@pytest.mark.parametrize("instalacao", ["", "x", "123", "5f0c7a52", "\0", "é" * 4000, "None"])
def test_instalacao_que_nao_e_uuid_e_recusada_com_o_que_se_esperava(terminal: Terminal, instalacao: str) -> None:
    mensagem = _erro(terminal.perguntar(instalacao), 400, "PEDIDO_INVALIDO")
    assert mensagem.startswith("instalacao: esperado um UUID") and len(mensagem) < 200


def test_sem_instalacao_tambem(terminal: Terminal) -> None:
    resposta = terminal.client.get(CAMINHO, **terminal.cabecalhos)
    assert "recebido null" in _erro(resposta, 400, "PEDIDO_INVALIDO")


PALAVRAS = [
    (b" ", "não é JSON"),
    (b"nada", "não é JSON"),
    (b"[]", "esperado um objeto"),
    (b'{"cumprido": true}', "instalacao: campo obrigatório ausente"),
    (em_json({"instalacao": str(INSTALACAO)}), "cumprido: campo obrigatório ausente"),
    (em_json({"instalacao": "x", "cumprido": 1}), "instalacao: esperado um UUID, recebido"),
    (em_json({"instalacao": "x", "cumprido": 1}), "cumprido: esperado true ou false, recebido 1"),
    (em_json({"instalacao": str(INSTALACAO), "cumprido": False, "mensagem": "x" * 501}), "no máximo 500 caracteres"),
    (em_json({"instalacao": str(INSTALACAO), "cumprido": False, "mensagem": "a\0b"}), "caractere nulo"),
    (f'{{"instalacao": "{INSTALACAO}", "cumprido": true, "x": NaN}}'.encode(), "não é JSON"),
    (b"[" * 100_000, "não é JSON"),
]


@pytest.mark.parametrize(("corpo", "trecho"), PALAVRAS, ids=range(len(PALAVRAS)))
def test_palavra_que_nao_serve_e_recusada_com_todos_os_motivos(
    terminal: Terminal, ponto_venda: PontoVenda, corpo: bytes, trecho: str
) -> None:
    pk = pedir(ponto_venda)
    assert trecho in _erro(terminal.dizer(pk, corpo), 400, "PEDIDO_INVALIDO")
    assert Comando.objects.get().situacao == Comando.Situacao.PENDENTE


def test_tipo_de_corpo_e_tamanho_sao_os_da_replicacao(terminal: Terminal, settings: Any) -> None:
    resposta = terminal.client.post(f"{CAMINHO}/1", {"a": "b"}, **terminal.cabecalhos)
    _erro(resposta, 415, "TIPO_NAO_SUPORTADO")
    settings.PDV_CORPO_MAXIMO = 20
    _erro(terminal.dizer(1), 413, "CORPO_MUITO_GRANDE")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(campo=st.sampled_from(["instalacao", "cumprido", "mensagem"]), valor=JSON, semente=st.integers(0, 2**64))
def test_palavra_mutilada_nunca_e_500(
    terminal: Terminal, ponto_venda: PontoVenda, settings: Any, campo: str, valor: Any, semente: int
) -> None:
    settings.PDV_PEDIDOS_POR_MINUTO = 10**6
    pk = Comando.objects.values_list("pk", flat=True).first() or pedir(ponto_venda)
    assert terminal.dizer(pk, **{campo: valor}).status_code in (200, 400, 404)
    corpo = mutilar(em_json({"instalacao": str(INSTALACAO), "cumprido": True}), random.Random(semente))
    assert terminal.dizer(pk, corpo).status_code in (200, 400, 404, 415)


def test_banco_que_cai_e_503(terminal: Terminal, ponto_venda: PontoVenda) -> None:
    pk = pedir(ponto_venda)

    def cair(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "pdv_comando" in sql:
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(cair):
        for resposta in (terminal.perguntar(), terminal.dizer(pk)):
            _erro(resposta, 503, "INDISPONIVEL")
            assert int(resposta["Retry-After"]) > 0
    assert terminal.dizer(pk).json()["situacao"] == "cumprido"


def test_perguntar_e_dar_sinal_de_vida(terminal: Terminal, ponto_venda: PontoVenda) -> None:
    """A till without customers sends no package, and is not silent."""
    PontoVenda.objects.update(versao_replicador="1.0")
    terminal.perguntar()
    ponto_venda.refresh_from_db()
    assert ponto_venda.ultimo_contato_em is not None and ponto_venda.versao_replicador == "1.0"


# the documentation


def test_openapi_descreve_a_pergunta_e_a_palavra(client: Client) -> None:
    caminhos = client.get("/api/schema/", HTTP_ACCEPT="application/vnd.oai.openapi+json").json()["paths"]
    pergunta, palavra = caminhos[CAMINHO]["get"], caminhos[CAMINHO + "/{comando_id}"]["post"]
    assert [(p["name"], p["in"], p["required"]) for p in pergunta["parameters"]] == [("instalacao", "query", True)]
    resposta = pergunta["responses"]["200"]["content"]["application/json"]
    assert next(iter(resposta["examples"].values()))["value"] == EXEMPLO_COMANDOS
    assert set(resposta["schema"]["properties"]["comandos"]["items"]["properties"]) == {"id", "tipo", "id_operacao"}
    assert set(pergunta["responses"]) == {"200", "400", "401", "403", "429", "503"}
    pedido = palavra["requestBody"]["content"]["application/json"]
    assert next(iter(pedido["examples"].values()))["value"] == EXEMPLO_CONCLUSAO
    assert set(pedido["schema"]["required"]) == {"instalacao", "cumprido"}
    assert set(palavra["responses"]) == {"200", "400", "401", "403", "404", "413", "415", "429", "503"}
    assert palavra["parameters"][0]["schema"]["type"] == "integer"
    assert pergunta["security"] == palavra["security"] == [{"ChaveApi": []}]


def test_exemplo_da_documentacao_e_aceito_como_esta(terminal: Terminal, ponto_venda: PontoVenda) -> None:
    pk = pedir(ponto_venda)
    assert terminal.dizer(pk, em_json(EXEMPLO_CONCLUSAO)).json() == {"id": pk, "situacao": "recusado"}
