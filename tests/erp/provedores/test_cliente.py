"""The client against a real server on loopback: each way in which a provider answers, or does not."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from erp.provedores import autorizacao, rede
from erp.provedores.autorizacao import TokenOAuth, esquecer_tokens, portador
from erp.provedores.cliente import Cliente
from erp.provedores.erros import FalhaDefinitiva, FalhaPassageira, ProvedorPausado
from erp.provedores.models import ContagemProvedor, EstadoProvedor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _sem_tokens() -> Iterator[None]:
    esquecer_tokens()
    yield
    esquecer_tokens()


def cliente(servidor: HTTPServer, **mais: object) -> Cliente:
    return Cliente("teste", servidor.url_for(""), **mais)  # type: ignore[arg-type]  # each test names its own


def contagem() -> ContagemProvedor:
    return ContagemProvedor.objects.get(provedor="teste")


def test_sucesso_le_dinheiro_como_decimal_e_anota_o_contato(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/cob/1", query_string={"a": "b"}).respond_with_data('{"valor": 10.10}')
    lido = cliente(httpserver).json("GET", "/cob/1", parametros={"a": "b"})
    assert lido == {"valor": Decimal("10.10")}
    estado = EstadoProvedor.objects.get(pk="teste")
    assert estado.ultimo_contato is not None
    assert estado.ultimo_sucesso is not None
    assert (contagem().chamadas, contagem().erros) == (1, 0)


def test_token_e_pedido_uma_vez_e_renovado_uma_vez_depois_de_um_401(httpserver: HTTPServer) -> None:
    emitidos: list[str] = []

    def autorizar(pedido: Request) -> Response:
        assert pedido.authorization is not None
        assert (pedido.authorization.username, pedido.authorization.password) == ("id", "segredo")
        emitidos.append(f"t{len(emitidos) + 1}")
        return Response(json.dumps({"access_token": emitidos[-1], "expires_in": 600}))

    validos = {"t1"}

    def cobranca(pedido: Request) -> Response:
        return Response("{}", 200 if pedido.headers["Authorization"].removeprefix("Bearer ") in validos else 401)

    httpserver.expect_request("/authorize", method="POST").respond_with_handler(autorizar)
    httpserver.expect_request("/cob").respond_with_handler(cobranca)
    c = cliente(httpserver, autorizacao=TokenOAuth("/authorize", "id", "segredo"))
    c.json("GET", "/cob")
    c.json("GET", "/cob")
    assert emitidos == ["t1"]
    validos.clear()
    validos.add("t2")
    c.json("GET", "/cob")
    assert emitidos == ["t1", "t2"]


def test_token_que_falha_falha_para_todos_os_que_esperavam_e_so_uma_vez() -> None:
    chegadas = threading.Semaphore(0)

    class Porteira:
        """The lock, telling who came to it."""

        def __init__(self) -> None:
            self.trava = threading.Lock()

        def __enter__(self) -> None:
            chegadas.release()
            self.trava.acquire()

        def __exit__(self, *_: object) -> None:
            self.trava.release()

    class Pendurado:
        pedidos = 0

        def sem_autorizacao(self, metodo: str, caminho: str, **conteudo: object) -> rede.Bruta:
            self.pedidos += 1
            for _ in range(4 if self.pedidos == 1 else 0):
                assert chegadas.acquire(timeout=30)
            raise FalhaPassageira("TEMPO_ESGOTADO", "não respondeu")

    token, servidor, falhas = TokenOAuth("/authorize", "id", "segredo"), Pendurado(), []
    autorizacao._guarda(token).trava = Porteira()  # type: ignore[assignment]  # a lock that tells

    def pedir() -> None:
        try:
            token.cabecalhos(servidor)
        except FalhaPassageira as erro:
            falhas.append(erro.codigo)

    linhas = [threading.Thread(target=pedir) for _ in range(4)]
    for linha in linhas:
        linha.start()
    for linha in linhas:
        linha.join()
    assert (falhas, servidor.pedidos) == (["TEMPO_ESGOTADO"] * 4, 1)
    pedir()  # who comes afterwards asks again
    assert servidor.pedidos == 2


def test_401_que_continua_depois_da_renovacao_e_definitivo(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/authorize").respond_with_json({"access_token": "t", "expires_in": 600})
    httpserver.expect_request("/cob").respond_with_data("{}", status=401)
    c = cliente(httpserver, autorizacao=TokenOAuth("/authorize", "id", "segredo"))
    with pytest.raises(FalhaDefinitiva) as erro:
        c.json("GET", "/cob")
    assert erro.value.codigo == "HTTP_401"
    assert [p.path for p, _ in httpserver.log] == ["/authorize", "/cob", "/authorize", "/cob"]


def test_429_pausa_o_provedor_pelo_tempo_pedido_e_a_chamada_seguinte_nem_sai(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/x").respond_with_data("{}", status=429, headers={"Retry-After": "120"})
    with pytest.raises(FalhaPassageira) as erro:
        cliente(httpserver).chamar("GET", "/x")
    assert erro.value.espere == timedelta(seconds=120)
    estado = EstadoProvedor.objects.get(pk="teste")
    assert estado.pausado_ate is not None
    assert timedelta(seconds=100) < estado.pausado_ate - timezone.now() <= timedelta(seconds=120)
    with pytest.raises(ProvedorPausado):
        cliente(httpserver).chamar("GET", "/x")
    assert len(httpserver.log) == 1
    assert (contagem().chamadas, contagem().erros, contagem().contidas) == (1, 0, 1)


def test_500_e_passageira_e_conta_como_erro_sem_guardar_dado_pessoal(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/x").respond_with_data('{"mensagem": "CPF 529.982.247-25 falhou"}', status=500)
    with pytest.raises(FalhaPassageira) as erro:
        cliente(httpserver).chamar("GET", "/x")
    assert erro.value.status == 500
    estado = EstadoProvedor.objects.get(pk="teste")
    assert estado.ultimo_erro == "HTTP 500: CPF ***.982.247-** falhou"
    assert (estado.falhas_seguidas, contagem().erros) == (1, 1)


def test_422_e_definitivo_leva_o_corpo_a_quem_chamou_e_o_provedor_segue_bem(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/x").respond_with_data('{"error": {"message": "valor"}}', status=422)
    with pytest.raises(FalhaDefinitiva) as erro:
        cliente(httpserver).chamar("POST", "/x", json={"a": 1})
    assert (erro.value.status, erro.value.mensagem) == (422, "HTTP 422: valor")
    assert json.loads(erro.value.corpo) == {"error": {"message": "valor"}}
    assert (EstadoProvedor.objects.get(pk="teste").falhas_seguidas, contagem().erros) == (0, 0)


def test_redirecionamento_nao_e_seguido(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/x").respond_with_data("", status=302, headers={"Location": httpserver.url_for("/y")})
    with pytest.raises(FalhaDefinitiva) as erro:
        cliente(httpserver).chamar("GET", "/x")
    assert erro.value.codigo == "REDIRECIONADO"
    assert [p.path for p, _ in httpserver.log] == ["/x"]


def test_corpo_que_nao_e_json_e_falha_passageira(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/x").respond_with_data("<html>", status=200)
    with pytest.raises(FalhaPassageira) as erro:
        cliente(httpserver).json("GET", "/x")
    assert erro.value.codigo == "RESPOSTA_ILEGIVEL"


@pytest.mark.parametrize("comprimido", [False, True])
def test_resposta_maior_que_o_limite_e_cortada_e_recusada(httpserver: HTTPServer, comprimido: bool) -> None:
    corpo = b" " * (rede.CORPO_MAXIMO + 10)
    cabecalhos = {"Content-Encoding": "gzip"} if comprimido else {}
    httpserver.expect_request("/x").respond_with_data(
        gzip.compress(corpo, 1) if comprimido else corpo, headers=cabecalhos
    )
    with pytest.raises(FalhaDefinitiva) as erro:
        cliente(httpserver).chamar("GET", "/x")
    assert erro.value.codigo == "RESPOSTA_GRANDE"


def test_resposta_comprimida_e_lida(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/x").respond_with_data(
        gzip.compress(b'{"ok": true}'), headers={"Content-Encoding": "gzip"}
    )
    assert cliente(httpserver).json("GET", "/x") == {"ok": True}


@contextmanager
def mudo(*, cortar: bool) -> Iterator[str]:
    """A server that takes the connection and then says nothing, or resets it."""
    with socket.create_server(("127.0.0.1", 0)) as servidor:
        abertas: list[socket.socket] = []

        def atender() -> None:
            while True:
                try:
                    conexao, _ = servidor.accept()
                except OSError:
                    return
                abertas.append(conexao)
                if cortar:
                    conexao.recv(10)
                    conexao.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    conexao.close()

        linha = threading.Thread(target=atender, daemon=True)
        linha.start()
        yield f"http://127.0.0.1:{servidor.getsockname()[1]}"
        servidor.shutdown(socket.SHUT_RDWR)
    linha.join(5)
    for conexao in abertas:
        conexao.close()


def test_provedor_que_nao_responde_acaba_no_tempo_limite() -> None:
    with mudo(cortar=False) as base, pytest.raises(FalhaPassageira) as erro:
        Cliente("teste", base, tempo_limite=0.2).chamar("GET", "/x")
    assert erro.value.codigo == "TEMPO_ESGOTADO"
    estado = EstadoProvedor.objects.get(pk="teste")
    assert (estado.ultimo_contato, estado.falhas_seguidas) == (None, 1)


def test_conexao_cortada_e_falha_passageira() -> None:
    with mudo(cortar=True) as base, pytest.raises(FalhaPassageira) as erro:
        Cliente("teste", base).chamar("GET", "/x")
    assert erro.value.codigo == "CONEXAO"


def test_certificado_que_nao_existe_e_erro_de_configuracao(httpserver: HTTPServer) -> None:
    c = cliente(httpserver, certificado=rede.Certificado("/nao/existe.pem"))
    with pytest.raises(FalhaDefinitiva) as erro:
        c.chamar("GET", "/x")
    assert erro.value.codigo == "CERTIFICADO"


def test_segredo_da_consulta_e_do_cabecalho_nao_vao_para_o_log(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    httpserver.expect_request("/x").respond_with_data("{}")
    cliente(httpserver, autorizacao=portador("segredo-do-cabecalho")).json(
        "GET", "/x", parametros={"token": "segredo-da-consulta"}, rotulo="/x"
    )
    nossas = [r for r in caplog.records if r.name != "werkzeug"]  # the stand-in's own log is not ours
    assert any(r.name == "erp.provedores.cliente" for r in nossas)
    assert not [r for r in nossas if "segredo-d" in r.getMessage()]


def test_acerto_depois_de_falhas_zera_a_conta(httpserver: HTTPServer) -> None:
    httpserver.expect_ordered_request("/x").respond_with_data("{}", status=503)
    httpserver.expect_ordered_request("/x").respond_with_data("{}")
    with pytest.raises(FalhaPassageira):
        cliente(httpserver).chamar("GET", "/x")
    cliente(httpserver).chamar("GET", "/x")
    assert EstadoProvedor.objects.get(pk="teste").falhas_seguidas == 0
    assert (contagem().chamadas, contagem().erros) == (2, 1)


@pytest.mark.django_db(transaction=True)
def test_fora_de_transacao_a_contagem_nao_muda_a_conexao_de_quem_chama(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/x").respond_with_data("{}")
    cliente(httpserver).chamar("GET", "/x")
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone()[0] == "on"
    assert contagem().chamadas == 1


def test_erro_que_repete_o_que_se_mandou_nao_o_conta(httpserver: HTTPServer) -> None:
    def repetir(pedido: Request) -> Response:
        dito = f"não conheço {pedido.path} {pedido.get_data(as_text=True)} de {pedido.headers['X-Chave']}"
        return Response(json.dumps({"message": dito}), 422)

    httpserver.expect_request("/pessoas/3133334444/dar").respond_with_handler(repetir)
    c = cliente(httpserver, autorizacao=autorizacao.Fixa("X-Chave", "chave-do-provedor-x"))
    with pytest.raises(FalhaDefinitiva) as pega:
        c.json(
            "POST", "/pessoas/3133334444/dar", json={"fone": "3144445555", "nome": "Ana", "token": "abc-def-1"},
            rotulo="/pessoas/:fone/dar",
        )  # fmt: skip
    mensagem = pega.value.mensagem
    assert "/pessoas/***/dar" in mensagem and "Ana" in mensagem
    assert not [dito for dito in ("3133334444", "3144445555", "abc-def-1", "chave-do-provedor-x") if dito in mensagem]
