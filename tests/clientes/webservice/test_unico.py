"""The single post over HTTP: the example of the specification, what is refused, what is kept."""

from __future__ import annotations

import json
import logging
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import OperationalError, connection
from django.test import Client

from auditoria.services import ATOR_SISTEMA
from clientes.models import Cliente, RegistroRecebido
from erp.acesso.models import ChaveApi
from erp.acesso.services import criar_chave, revogar_chave
from tests.clientes.webservice.conftest import CAMINHO, EXEMPLO, MINIMO, Enviar, postar

pytestmark = pytest.mark.django_db


def regras(resposta: Any) -> dict[str, str]:
    return {erro["campo"]: erro["regra"] for erro in resposta.dados["erros"]}


def test_o_exemplo_da_especificacao_e_aceito_e_volta_com_os_cinco_campos(enviar: Enviar, chave: str) -> None:
    resposta = enviar(EXEMPLO)
    assert resposta.status_code == 200
    cadastramento, transferencia = resposta.dados.pop("CADASTRAMENTO"), resposta.dados.pop("DATA_PARA_TRANSFERENCIA")
    assert resposta.dados == {
        **EXEMPLO, "key": chave, "Mensagem": "OK", "Mensagem Detalhada": "Registrado com sucesso.",
    }  # fmt: skip
    assert len(cadastramento) == len("2025-09-25 15:58:07.000") and cadastramento[:19] == transferencia
    cliente = Cliente.objects.get()
    assert (cliente.codigo_cliente, cliente.cpf_cgc, cliente.tipo_varejo_id) == (
        "94987713999", "99999999999", "VENDEDOR (C)",
    )  # fmt: skip
    assert (cliente.documento_valido, cliente.filial, cliente.obs) == (
        False, "ESTOQUE CENTRAL", "Cadastrado Pelo PDV ILLIMITAR. ",
    )  # fmt: skip
    assert f"{cliente.aniversario:%d/%m/%Y}" == "04/07/1993" and cliente.status == 1


def test_tambem_como_formulario(enviar: Enviar, chave: str) -> None:
    corpo = urlencode({**EXEMPLO, "key": chave}).encode()
    resposta = postar(corpo, content_type="application/x-www-form-urlencoded")
    assert resposta.status_code == 200 and resposta.dados["BAIRRO"] == "PADRE EUSTÁQUIO"
    assert Cliente.objects.get().bairro == "PADRE EUSTÁQUIO"


def test_com_e_sem_a_barra_no_fim_e_com_qualquer_accept(enviar: Enviar, chave: str) -> None:
    corpo = json.dumps({**MINIMO, "key": chave})
    for caminho in (CAMINHO, f"{CAMINHO}/"):
        for aceita in ("*/*", "text/html", "application/xml", ""):
            assert Client().post(caminho, corpo, "application/json", headers={"Accept": aceita}).status_code == 200


def test_todos_os_erros_de_uma_vez_e_o_recusado_fica_guardado_sem_a_chave(enviar: Enviar, chave: str) -> None:
    resposta = enviar(CLIENTE_VAREJO="", PF_PJ="x", DDD="12345", ANIVERSARIO="31/12/1990", FILIAL="99", eventId="e1")
    assert resposta.status_code == 400
    assert resposta.dados["Mensagem"] == "ERRO"
    assert resposta.dados["Mensagem Detalhada"].startswith("CLIENTES_VAREJO: CLIENTE_VAREJO: ")
    assert regras(resposta) == {
        "CLIENTE_VAREJO": "OBRIGATORIO", "PF_PJ": "TIPO", "DDD": "TAMANHO", "ANIVERSARIO": "DATA",
        "FILIAL": "FILIAL_DESCONHECIDA",
    }  # fmt: skip
    assert not Cliente.objects.exists()
    guardado = RegistroRecebido.objects.get()
    assert (guardado.filial, guardado.id_registro, guardado.resultado, guardado.status_http) == ("99", "e1", 3, 400)
    assert guardado.resposta == resposta.dados and guardado.conteudo["DDD"] == "12345"
    assert "key" not in guardado.conteudo


def test_nem_a_chave_nem_documento_nem_telefone_inteiros_nos_erros(enviar: Enviar, chave: str) -> None:
    segredos = {
        "CPF_CGC": "529.982.247-25 / 529", "TELEFONE": "31987654321", "EMAIL": "maria@exemplo.com.br" + "x" * 100,
        "RG_IE": "52998224725529982247", "CODIGO_CLIENTE": "529982247251234",
    }  # fmt: skip
    corpo = enviar(**segredos).content.decode()
    assert set(regras(enviar(**segredos))) == set(segredos)
    assert chave not in corpo
    for trecho in ("52998224725", "529.982.247-25", "987654321", "maria@"):
        assert trecho not in corpo


def test_filial_que_e_numero_desconhecido_e_422(enviar: Enviar) -> None:
    for filial in ("99", 99, "9" * 25, "00099"):
        resposta = enviar(FILIAL=filial)
        assert (resposta.status_code, regras(resposta)) == (422, {"FILIAL": "FILIAL_DESCONHECIDA"})


@pytest.mark.parametrize("filial", ["1", 1, "001", 1.0])
def test_filial_que_e_numero_vira_o_nome_no_cadastro_e_na_chave_do_recebido(enviar: Enviar, filial: Any) -> None:
    resposta = enviar(FILIAL=filial, eventId="e1")
    assert resposta.status_code == 200 and resposta.dados["FILIAL"] == filial
    nome = Cliente.objects.get().filial
    assert not nome.isdecimal() and RegistroRecebido.objects.get().filial == nome


@pytest.mark.parametrize(
    "chave_errada", ["", None, "x", "609d9139-3439-45ae-ad00-a3e5a9f835f1", 5, ["x"], "a" * 5000, ...]
)
def test_sem_chave_ou_com_chave_errada_e_401_e_nada_se_guarda(enviar: Enviar, chave_errada: Any) -> None:
    resposta = enviar(key=chave_errada)
    assert (resposta.status_code, regras(resposta)) == (401, {"key": "CHAVE_INVALIDA"})
    assert not RegistroRecebido.objects.exists() and not Cliente.objects.exists()


def test_chave_em_maiusculas_e_a_mesma_e_a_revogada_nao_abre(
    enviar: Enviar, chave: str, django_capture_on_commit_callbacks: Any
) -> None:
    assert enviar(key=f" {chave.upper()} ").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        revogar_chave(chave=ChaveApi.objects.get(), motivo="perdida", ator=ATOR_SISTEMA)
    assert enviar().status_code == 401


def test_chave_sem_o_escopo_e_403(enviar: Enviar) -> None:
    outra = criar_chave(nome="BI", escopos=["rotinas"], ator=ATOR_SISTEMA)[1]
    resposta = enviar(key=outra)
    assert (resposta.status_code, regras(resposta)) == (403, {"key": "ESCOPO_INSUFICIENTE"})


def test_token_desconhecido_e_404_antes_de_ler_qualquer_coisa(chave: str) -> None:
    resposta = Client().post("/bibliotecas/outro/wosk_loja_cliente", b"{", content_type="application/json")
    assert resposta.status_code == 404 and resposta.json()["erros"][0]["regra"] == "BIBLIOTECA_DESCONHECIDA"


def test_token_de_outra_configuracao(enviar: Enviar, settings: Any) -> None:
    settings.CLIENTES_TOKEN_BIBLIOTECA = "outro-token"
    assert enviar().status_code == 404


@pytest.mark.parametrize("metodo", ["get", "put", "patch", "delete", "options", "trace"])
def test_so_post(chave: str, metodo: str) -> None:
    resposta = getattr(Client(), metodo)(CAMINHO)
    assert resposta.status_code == 405 and resposta.headers["Allow"] == "POST"
    assert resposta.json()["Mensagem"] == "ERRO"


@pytest.mark.parametrize(
    ("corpo", "regra"),
    [
        (b"{", "CORPO_ILEGIVEL"),
        (b"[]", "CORPO_ILEGIVEL"),
        (b"null", "CORPO_ILEGIVEL"),
        (b'{"a": "\xff"}', "CORPO_ILEGIVEL"),
        (b'{"a": "\\ud800"}', "CORPO_ILEGIVEL"),
        (b'{"a": NaN}', "CORPO_ILEGIVEL"),
        (b'{"a": ' + b"9" * 5000 + b"}", "CORPO_ILEGIVEL"),
        (b"[" * 60_000, "CORPO_ILEGIVEL"),
        (b'{"a":' * 9000, "CORPO_ILEGIVEL"),
        (b'{"UF": "MG", "UF": "SP"}', "REPETIDO"),
        (b'{"x": {"a": 1, "a": 2}}', "REPETIDO"),
    ],
    ids=repr,
)
def test_corpo_que_nao_se_le_e_400(chave: str, corpo: bytes, regra: str) -> None:
    resposta = postar(corpo)
    assert (resposta.status_code, resposta.dados["erros"][0]["regra"]) == (400, regra)


@pytest.mark.parametrize("corpo", [b"UF=%FF", "UF=é".encode(), b"a=1&a=2", b"&".join(b"c%d=1" % n for n in range(200))])
def test_formulario_que_nao_se_le_e_400(chave: str, corpo: bytes) -> None:
    assert postar(corpo, content_type="application/x-www-form-urlencoded").status_code == 400


@pytest.mark.parametrize("tipo", ["text/plain", "application/xml", "multipart/form-data; boundary=x", ""])
def test_outro_tipo_de_conteudo_e_415(chave: str, tipo: str) -> None:
    assert postar(b"{}", content_type=tipo).status_code == 415


def test_corpo_compactado_e_415_e_grande_demais_e_413(chave: str, settings: Any) -> None:
    assert postar(b"{}", headers={"Content-Encoding": "gzip"}).status_code == 415
    settings.CLIENTES_CORPO_MAXIMO = 4096
    assert postar(b'{"a": "' + b"x" * 5000 + b'"}').status_code == 413


def test_marca_de_ordem_de_bytes_nao_atrapalha(chave: str) -> None:
    assert postar(b"\xef\xbb\xbf" + json.dumps({**MINIMO, "key": chave}).encode()).status_code == 200


def test_numeros_e_campos_desconhecidos_voltam_como_vieram(chave: str) -> None:
    corpo = json.dumps({**MINIMO, "key": chave})[:-1].encode() + b', "NUMERO": 370, "X": {"a": [1.50, null, true]}}'
    resposta = postar(corpo)
    assert resposta.status_code == 200
    assert b'"X":{"a":[1.50,null,true]}' in resposta.content and b'"NUMERO":370' in resposta.content
    assert Cliente.objects.get().numero == "370"


@pytest.mark.parametrize(
    "trecho",
    [b'"X": "\\u0000"', b'"X": {"a": "\\u0000"}', b'"X": {"\\u0000": 1}', b'"\\u0000": 1', b'"X": 1e400', b'"X": 1e999999',
     b'"X": ' + b"[" * 50 + b"]" * 50, b'"NUMERO": 1e999999999', b'"NUMERO": 1e-999999999', b'"CIDADE": "a\\u0000b"',
     b'"NUMERO": true', b'"OBS": {"a": 1}', b'"eventId": [1]', b'"eventId": "' + b"e" * 65 + b'"', b'"TIPO_VAREJO": {}',
     b",".join(b'"c%d": 1' % n for n in range(120))],
    ids=repr,
)  # fmt: skip
def test_o_que_o_banco_nao_guarda_e_400_e_fica_na_lista_dos_recusados(chave: str, trecho: bytes) -> None:
    resposta = postar(json.dumps({**MINIMO, "key": chave})[:-1].encode() + b", " + trecho + b"}")
    assert resposta.status_code == 400, resposta.content
    assert RegistroRecebido.objects.get().resultado == 3 and not Cliente.objects.exists()


def test_documento_estrito_recusa_o_que_nao_confere(enviar: Enviar, settings: Any) -> None:
    settings.CLIENTES_DOCUMENTO_ESTRITO = True
    resposta = enviar(EXEMPLO)
    assert (resposta.status_code, regras(resposta)) == (422, {"CPF_CGC": "DOCUMENTO"})
    assert not Cliente.objects.exists()
    assert enviar().status_code == 200
    assert enviar(CPF_CGC="123", ESTRANGEIRO="1", RG_IE="P1", eventId="f").status_code == 200


def test_ritmo_de_uma_chave(enviar: Enviar, settings: Any) -> None:
    settings.CLIENTES_PEDIDOS_POR_MINUTO = 2
    respostas = [enviar() for _ in range(6)]  # a minute may end in between, once
    assert 429 in [resposta.status_code for resposta in respostas]
    recusada = next(resposta for resposta in respostas if resposta.status_code == 429)
    assert 0 < int(recusada.headers["Retry-After"]) <= 60 and recusada.dados["erros"][0]["regra"] == "LIMITE_EXCEDIDO"


def test_chave_de_homologacao_responde_igual_e_nao_grava_nada(enviar: Enviar, chave: str) -> None:
    teste = criar_chave(nome="Teste", escopos=["clientes"], homologacao=True, ator=ATOR_SISTEMA)[1]
    aceita = enviar(EXEMPLO, key=teste)
    assert aceita.status_code == 200 and aceita.dados["CODIGO_CLIENTE"] == "94987713999"
    assert enviar(EXEMPLO, key=teste, PF_PJ="").status_code == 400
    assert enviar(EXEMPLO, key=teste, FILIAL="99").status_code == 422
    assert not Cliente.objects.exists() and not RegistroRecebido.objects.exists()
    enviar(EXEMPLO, key=chave)
    conflito = enviar(EXEMPLO, key=teste, CPF_CGC="52998224725", eventId="outro")
    assert (conflito.status_code, regras(conflito)) == (409, {"CODIGO_CLIENTE": "CONFLITO_DE_IDENTIDADE"})
    assert enviar(EXEMPLO, key=teste).status_code == 200  # the stored answer, as with any key
    assert Cliente.objects.count() == 1 and RegistroRecebido.objects.count() == 1


def test_a_chave_nao_aparece_nos_logs_nem_no_banco(
    enviar: Enviar, chave: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    enviar(EXEMPLO)
    enviar(EXEMPLO, PF_PJ="x")
    enviar(key=chave[:-1])
    sem_sql = [r.getMessage() for r in caplog.records if r.name != "django.db.backends"]
    assert chave[:-1] not in "".join(sem_sql)
    with connection.cursor() as cursor:
        cursor.execute("SELECT r::text FROM registro_recebido r")
        assert chave[:-1] not in "".join(linha for (linha,) in cursor.fetchall())


def test_banco_fora_do_ar_e_503_e_pode_reenviar(enviar: Enviar) -> None:
    with connection.execute_wrapper(_sem_banco):
        resposta = enviar()
    assert resposta.status_code == 503 and int(resposta.headers["Retry-After"]) > 0
    assert resposta.dados["erros"][0]["regra"] == "INDISPONIVEL"
    assert enviar().status_code == 200


@pytest.mark.parametrize("tabela", ["CLIENTES_VAREJO", "registro_recebido"])
def test_erro_no_meio_da_transacao_desfaz_tudo(enviar: Enviar, tabela: str) -> None:
    """The database fails just after it wrote: at the customer, or later, at what is kept of the request."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""CREATE FUNCTION cair() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'caiu' USING ERRCODE = '40001'; END $$;
            CREATE TRIGGER cair AFTER INSERT ON "{tabela}" FOR EACH STATEMENT EXECUTE FUNCTION cair()"""
        )
    assert enviar(EXEMPLO).status_code == 503
    assert not Cliente.objects.exists() and not RegistroRecebido.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION cair() CASCADE")
    assert enviar(EXEMPLO).status_code == 200


def _sem_banco(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    raise OperationalError("server closed the connection")
