"""The HTTP client against servers that misbehave: every call ends, and says how."""

from __future__ import annotations

import contextlib
import gzip
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from filas.erros import ErroDefinitivo, FalhaDeTransporte
from filas.fila.cliente import CORPO_MAXIMO, chamar
from filas.fila.contextos import pelo_status
from filas.fila.valores import Requisicao, TipoResultado

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
SEGUNDOS = 1.0
Conversa = Callable[[socket.socket, bytes], None]


@contextlib.contextmanager
def servidor(conversa: Conversa) -> Iterator[tuple[str, list[bytes]]]:
    """Reads a whole request from each connection, then does what it is told with it; twice in one, if it comes."""
    pedidos: list[bytes] = []
    ouvido = socket.create_server(("127.0.0.1", 0))
    fim = threading.Event()

    def atender(ligacao: socket.socket) -> None:
        with ligacao, contextlib.suppress(OSError):
            while pedido := _ler_pedido(ligacao):
                pedidos.append(pedido)
                conversa(ligacao, pedido)

    def aceitar() -> None:
        while not fim.is_set():
            with contextlib.suppress(OSError):
                threading.Thread(target=atender, args=(ouvido.accept()[0],), daemon=True).start()

    linha = threading.Thread(target=aceitar, daemon=True)
    linha.start()
    try:
        yield f"http://127.0.0.1:{ouvido.getsockname()[1]}/setIlli", pedidos
    finally:
        fim.set()
        with contextlib.suppress(OSError):
            ouvido.shutdown(socket.SHUT_RDWR)
        ouvido.close()
        linha.join()


def _ler_pedido(ligacao: socket.socket) -> bytes:
    lido = b""
    while b"\r\n\r\n" not in lido:
        if not (pedaco := ligacao.recv(65536)):
            return b""
        lido += pedaco
    cabecalhos, _, corpo = lido.partition(b"\r\n\r\n")
    falta = next(
        (int(c.split(b":")[1]) for c in cabecalhos.lower().split(b"\r\n") if c.startswith(b"content-length")), 0
    )
    while len(corpo) < falta:
        corpo += ligacao.recv(65536)
    return cabecalhos + b"\r\n\r\n" + corpo


def responder(resposta: bytes) -> Conversa:
    return lambda ligacao, _: ligacao.sendall(resposta)


def post(url: str, segundos: float = SEGUNDOS) -> Requisicao:
    return Requisicao("POST", url, json={"nome": "AÇÃO"}, cabecalhos={"X-Prova": "1"}, tempo_limite=segundos)


def test_o_que_vai_e_json_em_utf8_com_os_cabecalhos_pedidos() -> None:
    with servidor(responder(OK)) as (url, pedidos):
        resposta = chamar(post(url))

    assert (resposta.status, resposta.corpo, resposta.cortada) == (200, "{}", False)
    assert resposta.cabecalhos["content-length"] == "2"
    cabecalhos, _, corpo = pedidos[0].partition(b"\r\n\r\n")
    assert cabecalhos.startswith(b"POST /setIlli HTTP/1.1\r\n")
    assert b"x-prova: 1" in cabecalhos.lower()
    assert b"content-type: application/json" in cabecalhos.lower()
    assert corpo == '{"nome":"AÇÃO"}'.encode()


def test_a_conexao_serve_para_as_chamadas_seguintes() -> None:
    portas: list[int] = []

    def anotar(ligacao: socket.socket, _: bytes) -> None:
        portas.append(ligacao.getpeername()[1])
        ligacao.sendall(OK)

    with servidor(anotar) as (url, _):
        for _ in range(3):
            chamar(post(url))

    assert len(portas) == 3 and len(set(portas)) == 1


def _gotejar(inicio: bytes) -> Conversa:
    """A byte every 100 ms, for ever: each read is quick, the whole never ends."""

    def conversa(ligacao: socket.socket, _: bytes) -> None:
        ligacao.sendall(inicio)
        while True:
            ligacao.sendall(b"x")
            time.sleep(0.1)

    return conversa


@pytest.mark.parametrize(
    "inicio",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-Longo: ",
        b"",
    ],
    ids=["corpo", "cabecalho", "primeira linha"],
)
def test_resposta_a_conta_gotas_acaba_no_tempo_total(inicio: bytes) -> None:
    comeco = time.monotonic()
    with servidor(_gotejar(inicio)) as (url, _), pytest.raises(FalhaDeTransporte) as falha:
        chamar(post(url))

    assert falha.value.codigo == "TEMPO_ESGOTADO"
    assert time.monotonic() - comeco < SEGUNDOS + 5


def test_silencio_acaba_no_tempo_total_e_nao_afeta_a_chamada_seguinte() -> None:
    with servidor(lambda *_: time.sleep(3)) as (url, _), pytest.raises(FalhaDeTransporte) as falha:
        chamar(post(url, 0.3))
    assert falha.value.codigo == "TEMPO_ESGOTADO"
    assert "127.0.0.1" in falha.value.mensagem

    with servidor(responder(OK)) as (url, _):
        assert chamar(post(url)).status == 200


def test_dez_megabytes_sao_cortados_enquanto_chegam() -> None:
    enviados = 0

    def despejar(ligacao: socket.socket, _: bytes) -> None:
        nonlocal enviados
        ligacao.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        ligacao.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n")
        for _ in range(1600):
            ligacao.sendall(b"x" * 65536)
            enviados += 65536

    with servidor(despejar) as (url, _):
        resposta = chamar(post(url, 20))

    assert (len(resposta.corpo), resposta.cortada) == (CORPO_MAXIMO, True)
    assert enviados < 50 * 1024 * 1024  # what was on its way, and no more
    resultado = pelo_status(resposta)
    assert resultado is not None and resultado.codigo == "RESPOSTA_GRANDE"


def test_bomba_comprimida_nao_enche_a_memoria() -> None:
    corpo = gzip.compress(b"x" * 50 * 1024 * 1024)
    cabecalhos = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(corpo)}\r\n\r\n".encode()

    with servidor(responder(cabecalhos + corpo)) as (url, _):
        resposta = chamar(post(url, 20))

    assert (len(resposta.corpo), resposta.cortada) == (CORPO_MAXIMO, True)


def test_resposta_comprimida_sem_ter_sido_pedida_e_lida() -> None:
    corpo = gzip.compress('{"mensagem": "não"}'.encode())
    cabecalhos = f"HTTP/1.1 400 X\r\nContent-Encoding: gzip\r\nContent-Length: {len(corpo)}\r\n\r\n".encode()

    with servidor(responder(cabecalhos + corpo)) as (url, _):
        assert chamar(post(url)).corpo == '{"mensagem": "não"}'


def test_redirecionamento_nao_e_seguido_e_diz_so_o_servidor() -> None:
    resposta = b"HTTP/1.1 302 X\r\nLocation: https://u:s3nh4@outro.exemplo/x?token=s3gr3d0\r\nContent-Length: 0\r\n\r\n"
    with servidor(responder(resposta)) as (url, pedidos):
        resultado = pelo_status(chamar(post(url)))

    assert len(pedidos) == 1
    assert resultado is not None and (resultado.tipo, resultado.codigo) == (TipoResultado.ERRO, "REDIRECIONADO")
    assert "outro.exemplo" in resultado.mensagem
    assert "s3" not in resultado.mensagem


def test_cookie_de_uma_chamada_nao_vai_com_outra() -> None:
    resposta = b"HTTP/1.1 200 OK\r\nSet-Cookie: sessao=1\r\nContent-Length: 0\r\n\r\n"
    with servidor(responder(resposta)) as (url, pedidos):
        chamar(post(url))
        chamar(post(url))

    assert b"cookie" not in pedidos[1].lower()


def _derrubar(ligacao: socket.socket, _: bytes) -> None:
    ligacao.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    ligacao.close()  # RST


@pytest.mark.parametrize(
    "conversa",
    [
        _derrubar,
        lambda ligacao, _: ligacao.close(),
        lambda ligacao, _: (ligacao.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"), ligacao.close()),
        responder(b"isto nao e HTTP\r\n\r\n"),
    ],
    ids=["RST", "fecha sem dizer nada", "fecha no meio do corpo", "não é HTTP"],
)
def test_conexao_que_falha_no_meio_e_falha_de_transporte(conversa: Conversa) -> None:
    with servidor(conversa) as (url, _), pytest.raises(FalhaDeTransporte) as falha:
        chamar(post(url))

    assert falha.value.codigo == "CONEXAO"


def test_ninguem_ouvindo_e_nome_que_nao_existe_sao_falhas_de_transporte() -> None:
    with socket.create_server(("127.0.0.1", 0)) as tomada:
        porta = tomada.getsockname()[1]
    for url in (f"http://127.0.0.1:{porta}/", "http://nome-que-nao-existe.invalid/"):
        with pytest.raises(FalhaDeTransporte) as falha:
            chamar(post(url, 10))
        assert falha.value.codigo == "CONEXAO"


@pytest.mark.parametrize("url", ["", "sem-esquema", "ftp://destino/", "http://[::1", "http:///x"])
def test_endereco_que_nao_e_endereco_espera_uma_pessoa(url: str) -> None:
    with pytest.raises(ErroDefinitivo) as recusa:
        chamar(post(url))

    assert recusa.value.codigo == "ENDERECO_INVALIDO"


@pytest.mark.parametrize(
    ("tipo", "corpo"),
    [
        ("text/plain", b"a\0b\xff"),
        ("text/plain; charset=utf-7", b"+2AA-"),
        ("text/plain; charset=nao-existe", b"\xe7"),
        ("text/plain; charset=idna", b"\xff\xfe"),
    ],
)
def test_qualquer_corpo_vira_texto_que_o_banco_guarda(tipo: str, corpo: bytes) -> None:
    resposta = f"HTTP/1.1 200 OK\r\nContent-Type: {tipo}\r\nContent-Length: {len(corpo)}\r\n\r\n".encode() + corpo
    with servidor(responder(resposta)) as (url, _):
        texto = chamar(post(url)).corpo

    assert texto and "\0" not in texto
    texto.encode()


def test_cada_processo_tem_as_suas_conexoes() -> None:
    """After a fork the child must not speak on its parent's connection: both would read each other's answers."""
    portas: list[int] = []

    def anotar(ligacao: socket.socket, _: bytes) -> None:
        portas.append(ligacao.getpeername()[1])
        ligacao.sendall(OK)

    with servidor(anotar) as (url, _):
        chamar(post(url))
        filho = os.fork()
        if filho == 0:
            with contextlib.suppress(BaseException):
                chamar(post(url))
            os._exit(0)
        os.waitpid(filho, 0)
        chamar(post(url))

    assert len(portas) == 3
    assert portas[0] == portas[2] != portas[1]
