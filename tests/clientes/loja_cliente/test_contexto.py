"""`LojaCliente` in the engine, against real servers on loopback: what each way of answering leaves in the queue."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import structlog
from django.db import connection
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from clientes.loja_cliente.contexto import LojaCliente
from clientes.models import Cliente
from filas.causas import causa_de
from filas.fila.contextos import obter_contexto
from filas.fila.entrada import enfileirar
from filas.fila.motor import enviar
from filas.fila.servicos import executar
from filas.models import EstadoContexto, Mensagem, Tentativa
from tests.clientes.loja_cliente import maus
from tests.clientes.loja_cliente.conteudos import EXEMPLO, PAYLOAD, conteudo

pytestmark = pytest.mark.django_db(transaction=True)
SEGREDO = "s3gr3d0-do-setIlli-9f2c"
PENDENTE, SUCESSO, ERRO = Mensagem.Situacao.PENDENTE, Mensagem.Situacao.SUCESSO, Mensagem.Situacao.ERRO
OK = {"Mensagem": "OK", "Mensagem Detalhada": "Registrado com sucesso."}


@pytest.fixture(autouse=True)
def configurar(settings: Any) -> None:
    settings.ILLI_TOKEN = SEGREDO
    settings.ILLI_TEMPO_LIMITE = 5


def mandar(settings: Any, url: str, **mudancas: Any) -> Mensagem:
    """One message of the example, sent once; as it became."""
    settings.ILLI_URL = url
    enfileirar("LojaCliente", [(EXEMPLO["CODIGO_CLIENTE"], conteudo(**mudancas))])
    enviar([LojaCliente()])
    return Mensagem.objects.latest("id")


def esperado(mensagem: Mensagem, situacao: Mensagem.Situacao, causa: str, trecho: str) -> None:
    assert (Mensagem.Situacao(mensagem.situacao), mensagem.causa) == (situacao, causa), mensagem.mensagem
    assert trecho in mensagem.mensagem
    ultima = Tentativa.objects.latest("id")
    assert (ultima.causa, ultima.mensagem) == (mensagem.causa, mensagem.mensagem)
    assert ultima.payload == PAYLOAD and ultima.conteudo == EXEMPLO
    if situacao is PENDENTE:
        assert mensagem.proxima_tentativa_em > ultima.iniciada_em + timedelta(seconds=10)


@pytest.mark.parametrize(
    ("status", "corpo", "situacao", "causa", "trecho"),
    [
        (200, OK, SUCESSO, "", "Registrado com sucesso."),
        (201, {}, SUCESSO, "", "HTTP 201"),
        (204, None, SUCESSO, "", "HTTP 204"),
        (200, {"Mensagem": "ERRO", "Mensagem Detalhada": "Bairro"}, ERRO, "RECUSADA", "Bairro"),
        (400, {"mensagem": "CEP inválido"}, ERRO, "HTTP_400", "CEP inválido"),
        (401, {"message": "no"}, ERRO, "HTTP_401", "no"),
        (404, None, ERRO, "HTTP_404", "HTTP 404"),
        (409, {}, ERRO, "HTTP_409", "HTTP 409"),
        (422, {"erros": {"cpf": "não confere"}}, ERRO, "HTTP_422", "cpf: não confere"),
        (408, None, PENDENTE, "HTTP_408", "HTTP 408"),
        (429, None, PENDENTE, "HTTP_429", "HTTP 429"),
        (500, {"error": "boom"}, PENDENTE, "HTTP_500", "boom"),
        (503, None, PENDENTE, "HTTP_503", "HTTP 503"),
    ],
)
def test_o_status_e_o_corpo_decidem_onde_a_mensagem_para(
    httpserver: HTTPServer, settings: Any, status: int, corpo: Any, situacao: Any, causa: str, trecho: str
) -> None:
    httpserver.expect_request("/setIlli").respond_with_data(
        "" if corpo is None else json.dumps(corpo), status, content_type="application/json"
    )
    mensagem = mandar(settings, httpserver.url_for("/setIlli"))
    esperado(mensagem, situacao, causa, trecho)
    assert Tentativa.objects.get().status_http == status
    assert len(httpserver.log) == 1


@pytest.mark.parametrize(
    ("corpo", "tipo", "situacao", "causa"),
    [
        ('{"Mensagem": "OK"', "application/json", PENDENTE, "RESPOSTA_ILEGIVEL"),  # JSON cut
        ("", "application/json", PENDENTE, "RESPOSTA_ILEGIVEL"),
        ("<html>Entrar</html>", "text/html", PENDENTE, "RESPOSTA_ILEGIVEL"),
        ("[" * 50_000, "application/json", PENDENTE, "RESPOSTA_ILEGIVEL"),
        (json.dumps(OK), "text/html", SUCESSO, ""),  # the wrong type, and yet an answer
        (json.dumps(OK), "application/json; charset=nao-existe", SUCESSO, ""),
        (json.dumps(OK | {"nul": "\x00", "meio": "\ud800"}), "application/json", SUCESSO, ""),
    ],
)
def test_o_corpo_que_nao_se_le_e_tentado_de_novo(
    httpserver: HTTPServer, settings: Any, corpo: str, tipo: str, situacao: Any, causa: str
) -> None:
    httpserver.expect_request("/setIlli").respond_with_data(corpo, 200, content_type=tipo)
    esperado(mandar(settings, httpserver.url_for("/setIlli")), situacao, causa, "")


def test_bytes_que_nao_sao_texto_ficam_guardados_como_se_pode(httpserver: HTTPServer, settings: Any) -> None:
    httpserver.expect_request("/setIlli").respond_with_data(b"\x00\xff\xfe{", 200, content_type="application/json")
    esperado(mandar(settings, httpserver.url_for("/setIlli")), PENDENTE, "RESPOSTA_ILEGIVEL", "")
    assert "\x00" not in Mensagem.objects.get().retorno


def test_retry_after_e_respeitado(httpserver: HTTPServer, settings: Any) -> None:
    httpserver.expect_request("/setIlli").respond_with_data("", 429, {"Retry-After": "600"})
    mensagem = mandar(settings, httpserver.url_for("/setIlli"))
    assert mensagem.proxima_tentativa_em > Tentativa.objects.get().iniciada_em + timedelta(seconds=590)


def test_redirecionamento_nao_e_seguido_e_diz_para_onde(httpserver: HTTPServer, settings: Any) -> None:
    httpserver.expect_request("/setIlli").respond_with_data("", 307, {"Location": "https://outro.exemplo/x?token=1"})
    mensagem = mandar(settings, httpserver.url_for("/setIlli"))
    esperado(mensagem, ERRO, "REDIRECIONADO", "outro.exemplo")
    assert "token=1" not in mensagem.mensagem and len(httpserver.log) == 1


HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("fazer", "causa"),
    [
        pytest.param(maus.calar, "TEMPO_ESGOTADO", id="nunca responde"),
        pytest.param(maus.gotejar(HTTP + b"Content-Length: 9999\r\n\r\n{"), "TEMPO_ESGOTADO", id="corpo a conta-gotas"),
        pytest.param(maus.gotejar(HTTP + b"X-A: ", b"a"), "TEMPO_ESGOTADO", id="cabeçalho a conta-gotas"),
        pytest.param(maus.dizer(), "CONEXAO", id="fecha sem responder"),
        pytest.param(maus.dizer(romper=True), "CONEXAO", id="rompe sem responder"),
        pytest.param(maus.dizer(HTTP + b"Content-Length: 99\r\n\r\n{"), "CONEXAO", id="fecha no meio do corpo"),
        pytest.param(maus.dizer(HTTP + b"Content-Length: 99\r\n\r\n{", romper=True), "CONEXAO", id="rompe no meio"),
        pytest.param(maus.dizer(b"SSH-2.0-OpenSSH_9.2\r\n"), "CONEXAO", id="não é HTTP"),
        pytest.param(maus.dizer(HTTP + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"), "CONEXAO", id="pedaço ilegível"),
        pytest.param(maus.dizer(HTTP + b"X-A: " + b"a" * 300_000 + b"\r\n\r\n"), "CONEXAO", id="cabeçalho sem fim"),
    ],
)
def test_a_chamada_que_nao_termina_volta_para_a_fila(
    settings: Any, fazer: Callable[[maus.Mau], maus.Conversa], causa: str
) -> None:
    settings.ILLI_TEMPO_LIMITE = 1 if causa == "TEMPO_ESGOTADO" else 60  # what ends by itself may be slow to
    with maus.servir(fazer) as mau:
        mensagem = mandar(settings, mau.url)
    esperado(mensagem, PENDENTE, causa, f"127.0.0.1:{mau.porta}")
    assert len(mau.pedidos) == 1 and Tentativa.objects.get().status_http is None
    assert SEGREDO not in mensagem.mensagem


def test_ninguem_escutando(settings: Any) -> None:
    with maus.servir(maus.calar) as mau:
        pass
    esperado(mandar(settings, mau.url), PENDENTE, "CONEXAO", "falhou")


def test_servidor_sem_tls_nao_recebe_o_segredo(settings: Any) -> None:
    with maus.servir(maus.responder_logo(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as mau:
        mensagem = mandar(settings, mau.url.replace("http://", "https://"))
    esperado(mensagem, PENDENTE, "CONEXAO", "falhou")
    assert mau.pedidos and SEGREDO.encode() not in b"".join(mau.pedidos)


def test_certificado_de_ninguem_nao_recebe_o_segredo(settings: Any, httpserver_ssl: HTTPServer) -> None:
    mensagem = mandar(settings, httpserver_ssl.url_for("/setIlli"))
    esperado(mensagem, PENDENTE, "CONEXAO", "falhou")
    assert httpserver_ssl.log == []


def test_resposta_de_dez_megabytes_e_cortada_ao_ser_lida(settings: Any) -> None:
    with maus.servir(maus.despejar(10 * 1024 * 1024)) as mau:
        mensagem = mandar(settings, mau.url)
    esperado(mensagem, ERRO, "RESPOSTA_GRANDE", "64 KiB")
    assert len(mensagem.retorno) <= 64 * 1024
    assert mau.enviados < 9 * 1024 * 1024  # the other side hung up


def test_a_chave_de_idempotencia_e_o_token_em_toda_tentativa(httpserver: HTTPServer, settings: Any) -> None:
    vistos: list[Request] = []

    def primeiro_falha(pedido: Request) -> Response:
        vistos.append(pedido)
        return Response("{}", 200 if len(vistos) > 1 else 500, content_type="application/json")

    httpserver.expect_request("/setIlli", method="POST").respond_with_handler(primeiro_falha)
    mensagem = mandar(settings, httpserver.url_for("/setIlli"))
    depois = executar(mensagem.token)
    assert depois is not None
    assert (depois.situacao, depois.tentativas) == (SUCESSO, 2)
    assert [pedido.headers["Idempotency-Key"] for pedido in vistos] == [str(mensagem.token)] * 2
    assert {pedido.headers["Authorization"] for pedido in vistos} == {f"Bearer {SEGREDO}"}
    assert {pedido.headers["Content-Type"] for pedido in vistos} == {"application/json"}
    assert [json.loads(pedido.get_data()) for pedido in vistos] == [PAYLOAD, PAYLOAD]


def test_regra_que_falha_nem_chama(httpserver: HTTPServer, settings: Any) -> None:
    httpserver.expect_request("/setIlli").respond_with_json(OK)
    mensagem = mandar(settings, httpserver.url_for("/setIlli"), IBGE="")
    assert (mensagem.situacao, mensagem.causa) == (ERRO, "SEM_IBGE")
    assert "BELO HORIZONTE/MG" in mensagem.mensagem and httpserver.log == []
    assert (achar := causa_de("SEM_IBGE").conserto) is not None
    assert (conserto := achar(mensagem)) is not None
    assert conserto[:2] == (f"/admin/clientes/varredura/informar/{mensagem.pk}/", "Informar o município")


@pytest.mark.parametrize(("url", "token"), [("", SEGREDO), ("http://127.0.0.1:9/setIlli", ""), ("", "")])
def test_sem_endereco_ou_token_as_mensagens_esperam(settings: Any, url: str, token: str) -> None:
    settings.ILLI_TOKEN = token
    mensagem = mandar(settings, url)
    assert (mensagem.situacao, mensagem.tentativas) == (PENDENTE, 0)
    assert not Tentativa.objects.exists()


def test_destino_que_falha_sempre_pausa_o_contexto_e_o_primeiro_sucesso_retoma(
    httpserver: HTTPServer, settings: Any
) -> None:
    httpserver.expect_request("/setIlli").respond_with_data("", 503)
    settings.ILLI_URL = httpserver.url_for("/setIlli")
    enfileirar("LojaCliente", [(str(n), conteudo(CODIGO_CLIENTE=str(n))) for n in range(60)])
    enviar([LojaCliente()])
    estado = EstadoContexto.objects.get(pk="LojaCliente")
    assert estado.pausado_ate is not None and "HTTP_503" in estado.ultima_falha
    assert len(httpserver.log) < 60  # the others were spared
    httpserver.clear()
    httpserver.expect_request("/setIlli").respond_with_json(OK)
    assert executar(Mensagem.objects.filter(situacao=0).earliest("id").token) is not None
    assert EstadoContexto.objects.filter(pausado_ate=None, falhas_seguidas=0).exists()


def test_o_segredo_nao_fica_em_tabela_nem_em_log(
    httpserver: HTTPServer, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Even when the other side answers with a debug page that repeats the request."""

    def depurar(pedido: Request) -> Response:
        pagina = {"message": f"boom {pedido.headers['Authorization']}", "request": dict(pedido.headers)}
        return Response(json.dumps(pagina), 500, content_type="application/json")

    httpserver.expect_request("/setIlli").respond_with_handler(depurar)
    with caplog.at_level(logging.DEBUG), structlog.testing.capture_logs() as linhas:
        mensagem = mandar(settings, httpserver.url_for("/setIlli"))
        with maus.servir(maus.dizer(romper=True)) as mau:
            settings.ILLI_URL = mau.url
            executar(mensagem.token)
    assert "boom" in Tentativa.objects.earliest("id").retorno
    assert SEGREDO not in caplog.text and SEGREDO not in str(linhas)
    assert SEGREDO not in tudo_que_o_banco_guarda()
    assert "${AUTHORIZATION:?" in mensagem.curl


def tudo_que_o_banco_guarda() -> str:
    """Every row of every table of ours, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")
        textos = []
        for (tabela,) in cursor.fetchall():
            cursor.execute(f"SELECT string_agg(t::text, E'\\n') FROM {tabela} t")
            textos.append(str(cursor.fetchone()[0]))
    assert any(EXEMPLO["CLIENTE_VAREJO"] in texto for texto in textos)
    return "\n".join(textos)


def test_o_conteudo_atual_vem_da_linha_de_agora() -> None:
    Cliente.objects.create(
        codigo_cliente="7", cliente_varejo="ANA", filial="LOJA", cidade="Belo Horizonte", uf="MG", pais="BRASIL"
    )
    contexto = obter_contexto("LojaCliente")
    [(chave, atual)] = contexto.conteudo_atual(["7", "não existe"]).items()
    assert chave == "7" and set(atual) == set(EXEMPLO)
    assert (atual["CLIENTE_VAREJO"], atual["IBGE"], atual["PAIS_BC"]) == ("ANA", "3106200", "1058")
    assert contexto.montar(atual).json["enderecos"][0]["ibge"] == "3106200"


def test_a_espera_cresce_ate_uma_hora() -> None:
    segundos = [LojaCliente().espera(n).total_seconds() for n in range(1, 9)]
    assert segundos == [15, 45, 135, 405, 1215, 3600, 3600, 3600]  # x3 each, up to 3600
    assert LojaCliente().espera(10_000).total_seconds() == 3600
