"""`POST …/wosk_loja_cliente/lote`: each customer has its own result; only what is of the whole lote refuses the lote."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from auditoria.services import ATOR_SISTEMA
from clientes.models import Cliente, RegistroRecebido
from erp.acesso.services import criar_chave, esquecer_autenticacoes
from tests.clientes.webservice.conftest import CAMINHO, EXEMPLO, postar
from tests.clientes.webservice.corpos import CPFS, corpo

CAMINHO_LOTE = f"{CAMINHO}/lote"


def enviar_lote(dados: Any, **opcoes: Any) -> Any:
    bruto = dados if isinstance(dados, bytes) else json.dumps(dados).encode()
    resposta: Any = Client().post(CAMINHO_LOTE, bruto, **{"content_type": "application/json", **opcoes})
    resposta.dados = resposta.json()
    return resposta


def resultados(chave: str, *clientes: Any) -> list[dict[str, Any]]:
    resposta = enviar_lote({"key": chave, "clientes": clientes})
    assert resposta.status_code == 200, resposta.dados
    feitos: list[dict[str, Any]] = resposta.dados["resultados"]
    return feitos


def test_cada_cliente_tem_o_seu_resultado_na_ordem(chave: str) -> None:
    feitos = resultados(
        chave,
        corpo(CPF_CGC=CPFS[0], eventId="e1", OMS="0"),
        corpo(CPF_CGC=CPFS[1], UF="Minas", SEXO="xx"),
        corpo(CPF_CGC=CPFS[2], CODIGO_CLIENTE="C3"),
        corpo(CPF_CGC=CPFS[1], CODIGO_CLIENTE="C3"),
        corpo(FILIAL="987654"),
        "isto não é um cliente",
        corpo(CPF_CGC="529.982.247-25", CIDADE="BETIM"),
    )
    assert [feito["status"] for feito in feitos] == [200, 400, 200, 409, 422, 400, 200]
    assert feitos[0]["resposta"]["OMS"] == "0"
    assert feitos[0]["resposta"]["Mensagem"] == "OK"
    assert {erro["campo"] for erro in feitos[1]["resposta"]["erros"]} == {"UF", "SEXO"}
    assert feitos[3]["resposta"]["Mensagem Detalhada"].startswith("CLIENTES_VAREJO: ")
    assert feitos[6]["resposta"]["CODIGO_CLIENTE"] == CPFS[0]
    assert dict(Cliente.objects.values_list("pk", "cidade")) == {CPFS[0]: "BETIM", "C3": "BELO HORIZONTE"}
    assert RegistroRecebido.objects.filter(resultado=RegistroRecebido.Resultado.RECUSADO).count() == 4
    assert RegistroRecebido.objects.count() == 7


def test_um_cliente_no_lote_recebe_o_que_receberia_sozinho(chave: str) -> None:
    sozinho = postar(EXEMPLO | {"key": chave}).dados
    Cliente.objects.all().delete()
    RegistroRecebido.objects.all().delete()
    (no_lote,) = resultados(chave, EXEMPLO)
    assert sozinho.pop("key") == chave
    for nome in ("CADASTRAMENTO", "DATA_PARA_TRANSFERENCIA"):
        assert len(sozinho.pop(nome)) == len(no_lote["resposta"].pop(nome))
    assert no_lote == {"status": 200, "resposta": sozinho}


def test_lote_repetido_recebe_as_mesmas_respostas(chave: str) -> None:
    clientes = [corpo(CPF_CGC=cpf, eventId=cpf) for cpf in CPFS]
    assert resultados(chave, *clientes) == resultados(chave, *clientes)
    assert RegistroRecebido.objects.count() == 3


def test_a_chave_de_um_cliente_e_ignorada_e_nunca_guardada_nem_devolvida(chave: str) -> None:
    alheia = "609d9139-3439-45ae-ad00-a3e5a9f835f1"
    (feito,) = resultados(chave, corpo(key=alheia))
    recebido = RegistroRecebido.objects.get()
    for onde in (feito, recebido.conteudo, recebido.resposta):
        assert alheia not in str(onde)
        assert chave not in str(onde)


def test_campo_repetido_em_um_cliente_so_recusa_esse(chave: str) -> None:
    bom, duplo = json.dumps(corpo()), json.dumps(corpo(CPF_CGC=CPFS[1])).replace("}", ', "UF": "SP"}')
    resposta = enviar_lote(f'{{"key": "{chave}", "clientes": [{bom}, {duplo}]}}'.encode())
    assert [feito["status"] for feito in resposta.dados["resultados"]] == [200, 400]
    assert resposta.dados["resultados"][1]["resposta"]["erros"][0]["regra"] == "REPETIDO"


@pytest.mark.parametrize("ruim", ['{"N": 1e999999}', "null", "[]", "7", '"x"', '{"A": "\\u0000"}'])
def test_cliente_que_nao_se_guarda_nao_leva_os_outros_junto(chave: str, ruim: str) -> None:
    resposta = enviar_lote(f'{{"key": "{chave}", "clientes": [{ruim}, {json.dumps(corpo())}]}}'.encode())
    assert [feito["status"] for feito in resposta.dados["resultados"]] == [400, 200]


def test_quinhentos_entram_e_quinhentos_e_um_nao(chave: str) -> None:
    muitos = [corpo(CPF_CGC="", CODIGO_CLIENTE=f"C{n}") for n in range(501)]
    recusado = enviar_lote({"key": chave, "clientes": muitos})
    assert (recusado.status_code, regra(recusado)) == (413, "CORPO_GRANDE")
    assert not Cliente.objects.exists()
    assert {feito["status"] for feito in resultados(chave, *muitos[:500])} == {200}
    assert Cliente.objects.count() == 500


def test_corpo_maior_que_o_limite_nem_e_lido(chave: str, settings: Any) -> None:
    settings.CLIENTES_LOTE_CORPO_MAXIMO = 1000
    resposta = enviar_lote({"key": chave, "clientes": [corpo(OBS="x" * 1000)]})
    assert (resposta.status_code, regra(resposta)) == (413, "CORPO_GRANDE")


def test_cliente_maior_que_o_limite_de_um_pedido_e_recusado_sozinho(chave: str, settings: Any) -> None:
    settings.CLIENTES_CORPO_MAXIMO = 4096
    feitos = resultados(chave, corpo(LIVRE="x" * 5000), corpo())
    assert [feito["status"] for feito in feitos] == [413, 200]


@pytest.mark.parametrize(
    ("dados", "status", "esperada"),
    [
        (b"{", 400, "CORPO_ILEGIVEL"),
        (b"[]", 400, "CORPO_ILEGIVEL"),
        (b'"x"', 400, "CORPO_ILEGIVEL"),
        (b"\xff\xfe", 400, "CORPO_ILEGIVEL"),
        (b"[" * 100_000, 400, "CORPO_ILEGIVEL"),
        (b'{"key": "KEY", "clientes": [{"A": 1}', 400, "CORPO_ILEGIVEL"),
        (b'{"key": "KEY", "clientes": [{"CIDADE": "\\ud800"}, {}]}', 400, "CORPO_ILEGIVEL"),
        (b'{"key": "KEY"}', 400, "OBRIGATORIO"),
        (b'{"key": "KEY", "clientes": []}', 400, "OBRIGATORIO"),
        (b'{"key": "KEY", "clientes": {}}', 400, "TIPO"),
        (b'{"key": "KEY", "clientes": null}', 400, "TIPO"),
        (b'{"key": "KEY", "clientes": [], "clientes": [{}]}', 400, "REPETIDO"),
        (b'{"clientes": [{}]}', 401, "CHAVE_INVALIDA"),
        (b'{"key": "", "clientes": [{}]}', 401, "CHAVE_INVALIDA"),
        (b'{"key": 7, "clientes": [{}]}', 401, "CHAVE_INVALIDA"),
        (b'{"key": "609d9139-3439-45ae-ad00-a3e5a9f835f1", "clientes": [{}]}', 401, "CHAVE_INVALIDA"),
    ],
)
def test_o_que_recusa_o_lote_inteiro(chave: str, dados: bytes, status: int, esperada: str) -> None:
    resposta = enviar_lote(dados.replace(b"KEY", chave.encode()))
    assert (resposta.status_code, regra(resposta)) == (status, esperada)
    assert chave not in resposta.content.decode()
    assert not RegistroRecebido.objects.exists()


def test_o_corpo_que_nao_se_le_diz_onde(chave: str) -> None:
    resposta = enviar_lote(b'{"key": "x", "clientes": [{"A": 1} {"A": 2}]}')
    assert "a partir do byte 35" in resposta.dados["Mensagem Detalhada"]


def regra(resposta: Any) -> str:
    assert resposta.dados["Mensagem"] == "ERRO"
    texto: str = resposta.dados["erros"][0]["regra"]
    return texto


def test_formulario_get_e_outra_biblioteca_sao_recusados(chave: str) -> None:
    formulario = enviar_lote(b"key=x", content_type="application/x-www-form-urlencoded")
    assert (formulario.status_code, regra(formulario)) == (415, "TIPO_DE_CONTEUDO")
    assert Client().get(CAMINHO_LOTE).status_code == 405
    assert Client().post("/bibliotecas/outra/wosk_loja_cliente/lote", b"{}", "application/json").status_code == 404


def test_chave_sem_o_escopo_nao_entra(db: None) -> None:
    esquecer_autenticacoes()
    _, texto = criar_chave(nome="Rotinas", escopos=["rotinas"], ator=ATOR_SISTEMA)
    resposta = enviar_lote({"key": texto, "clientes": [corpo()]})
    assert (resposta.status_code, regra(resposta)) == (403, "ESCOPO_INSUFICIENTE")


def test_homologacao_responde_a_cada_um_e_nada_fica(chave: str) -> None:
    _, de_ensaio = criar_chave(nome="Ensaio", escopos=["clientes"], ator=ATOR_SISTEMA, homologacao=True)
    feitos = resultados(de_ensaio, corpo(), corpo(UF="Minas"), corpo(CIDADE="BETIM"))
    assert [feito["status"] for feito in feitos] == [200, 400, 200]
    assert not Cliente.objects.exists()
    assert not RegistroRecebido.objects.exists()


def test_com_a_barra_no_fim_e_o_mesmo(chave: str) -> None:
    resposta = Client().post(
        CAMINHO_LOTE + "/", json.dumps({"key": chave, "clientes": [corpo()]}), content_type="application/json"
    )
    assert resposta.status_code == 200
