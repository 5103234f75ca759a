"""The whole way: a post to the webservice, the Monitor, the Queue, and what setIlli received."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_httpserver import HTTPServer

from clientes.models import Cliente
from clientes.monitor.informar import informar_municipio
from clientes.monitor.services import varrer
from filas.fila.servicos import enviar, notificar, reprocessar
from filas.models import Mensagem
from tests.clientes.loja_cliente.conteudos import PAYLOAD
from tests.clientes.webservice.conftest import EXEMPLO, Enviar, chave
from tests.clientes.webservice.conftest import enviar as postar
from tests.filas.fila.correio import correio_no_ar

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["chave", "postar"]
SEGREDO = "s3gr3d0-do-setIlli-9f2c"


class Illi:
    """setIlli on loopback: what it received, in order."""

    def __init__(self, servidor: HTTPServer, settings: Any) -> None:
        self.servidor = servidor
        settings.ILLI_URL, settings.ILLI_TOKEN = servidor.url_for("/setIlli"), SEGREDO
        servidor.expect_request(
            "/setIlli", method="POST", headers={"Authorization": f"Bearer {SEGREDO}"}
        ).respond_with_json({"Mensagem": "OK", "Mensagem Detalhada": "Registrado com sucesso."})

    @property
    def payloads(self) -> list[Any]:
        return [json.loads(pedido.get_data()) for pedido, _ in self.servidor.log]

    @property
    def chaves(self) -> list[str]:
        return [pedido.headers["Idempotency-Key"] for pedido, _ in self.servidor.log]


@pytest.fixture
def illi(httpserver: HTTPServer, settings: Any) -> Illi:
    return Illi(httpserver, settings)


def andar() -> None:
    """What the workers do when they are woken."""
    varrer(por="teste")
    enviar()


def test_o_que_o_pdv_manda_chega_ao_setilli_como_o_desenho_diz(postar: Enviar, illi: Illi) -> None:
    resposta = postar(EXEMPLO)
    assert resposta.status_code == 200
    andar()
    assert illi.payloads == [PAYLOAD | {"cadastramento": resposta.dados["CADASTRAMENTO"]}]
    mensagem = Mensagem.objects.get()
    assert illi.chaves == [str(mensagem.token)]
    assert (mensagem.situacao, mensagem.mensagem) == (2, "Registrado com sucesso.")
    assert mensagem.curl and SEGREDO not in mensagem.curl


def test_o_mesmo_de_novo_nao_chega_de_novo_e_a_mudanca_chega(postar: Enviar, illi: Illi) -> None:
    postar(EXEMPLO)
    andar()
    postar(EXEMPLO)  # the stored answer
    postar(EXEMPLO, eventId="outro")  # changes nothing but DATA_PARA_TRANSFERENCIA
    andar()
    assert len(illi.payloads) == 1
    postar(EXEMPLO, eventId="mudança", NUMERO="999", CELULAR="98765-4321", DDD_CELULAR="(31)")
    andar()
    _antes, depois = illi.payloads
    assert depois["enderecos"][0]["numero"] == "999"
    assert [c["tipo"] for c in depois["contatos"]] == ["TELEFONE", "CELULAR", "EMAIL"]
    assert depois["contatos"][1]["valor"] == "31987654321"
    assert len(set(illi.chaves)) == 2


def test_duas_mudancas_antes_do_envio_chegam_uma_vez_com_a_ultima(postar: Enviar, illi: Illi) -> None:
    postar(EXEMPLO)
    varrer(por="teste")
    postar(EXEMPLO, eventId="2", NUMERO="1")
    varrer(por="teste")
    enviar()
    assert [payload["enderecos"][0]["numero"] for payload in illi.payloads] == ["1"]
    assert sorted(Mensagem.objects.values_list("situacao", flat=True)) == [2, 3]


def test_a_mudanca_feita_por_sql_chega_tambem(postar: Enviar, illi: Illi) -> None:
    postar(EXEMPLO)
    andar()
    Cliente.objects.update(status=0, bairro="CENTRO")
    andar()
    assert [(p["situacao"], p["enderecos"][0]["bairro"]) for p in illi.payloads] == [
        ("1", "PADRE EUSTÁQUIO"), ("0", "CENTRO"),
    ]  # fmt: skip


def test_o_recusado_pelo_webservice_nao_chega_a_lugar_nenhum(postar: Enviar, illi: Illi) -> None:
    assert postar(EXEMPLO, CLIENTE_VAREJO="").status_code == 400
    andar()
    assert illi.payloads == [] and not Mensagem.objects.exists()


def test_o_que_se_pode_ler_nao_traz_segredo(
    postar: Enviar, chave: str, illi: Illi, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level("DEBUG"):
        postar(EXEMPLO)
        andar()
    escrito = caplog.text + "".join(capfd.readouterr())
    assert SEGREDO not in escrito and chave not in escrito


def test_do_erro_ao_aviso_ao_conserto_ao_envio(postar: Enviar, illi: Illi, settings: Any) -> None:
    postar(EXEMPLO, CIDADE="BELÓZONTE")
    with correio_no_ar(settings, "ti@exemplo.com.br") as correio:
        andar()
        parada = Mensagem.objects.get()
        assert (parada.situacao, parada.causa) == (4, "SEM_IBGE") and illi.payloads == []
        assert [notificar().avisados for _ in range(2)] == [1, 0]
        [carta] = correio.cartas
        assert "Município sem código IBGE: 1 mensagem" in carta.get_content()
        assert f"/filas/mensagem/{parada.pk}/change/" in carta.get_content()
        ana = User.objects.create_superuser("ana")
        reprocessar([parada.pk], usuario=ana, motivo="de novo")
        enviar()  # fails again: nobody mended it
        assert [notificar().avisados for _ in range(2)] == [1, 0]
        assert informar_municipio(cidade="BELÓZONTE", uf="MG", ibge="3106200", usuario=ana) == 1
        enviar()
        [payload] = illi.payloads
        assert (payload["enderecos"][0]["cidade"], payload["enderecos"][0]["ibge"]) == ("BELÓZONTE", "3106200")
        assert illi.chaves == [str(parada.token)]
        assert notificar().avisados == 0 and len(correio.cartas) == 2


def test_o_curl_guardado_repete_a_chamada(postar: Enviar, illi: Illi) -> None:
    postar(EXEMPLO)
    andar()
    curl = Mensagem.objects.get().curl
    ambiente = os.environ | {"AUTHORIZATION": SEGREDO}
    subprocess.run(["bash"], input=curl.encode(), env=ambiente, check=True, capture_output=True)
    primeira, segunda = illi.payloads
    assert primeira == segunda and len(set(illi.chaves)) == 1


def test_estrangeiro_e_empresa(postar: Enviar, illi: Illi) -> None:
    postar(
        EXEMPLO, eventId="f", CPF_CGC="", RG_IE="AB-123.456", CODIGO_CLIENTE="", UF="EX", ESTRANGEIRO="0", PAIS="FRANCA",
        CIDADE="PARIS", CEP="0",
    )  # fmt: skip
    postar(EXEMPLO, eventId="j", CPF_CGC="12.ABC.345/01DE-35", CODIGO_CLIENTE="", PF_PJ="0", RG_IE="062.307.904/0081")
    andar()
    de_fora, empresa = sorted(illi.payloads, key=lambda p: str(p["tipo"]))
    assert (de_fora["tipo"], de_fora["codigo"], de_fora["identidade"], de_fora["estrangeiro"]) == (
        "FISICA", "AB123456", "123456", "1",
    )  # fmt: skip
    assert "cpf" not in de_fora
    [endereco] = de_fora["enderecos"]
    assert (endereco["uf"], endereco["ibge"], endereco["bacen"], endereco["cep"]) == ("EX", "9999999", "2755", "")
    assert (empresa["tipo"], empresa["cnpj"], empresa["ie"]) == ("JURIDICA", "12ABC34501DE35", "0623079040081")
    assert "cpf" not in empresa and "identidade" not in empresa
