from __future__ import annotations

import io
import json
import logging
import logging.config
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from celery import shared_task
from django.db import IntegrityError
from django.test import Client

from erp.config import logs


@pytest.fixture
def saida() -> Iterator[io.StringIO]:
    """The logging of production, writing into memory."""
    configuracao = logs.configurar("INFO", "json")
    escrita = io.StringIO()
    configuracao["handlers"]["erro_padrao"]["stream"] = escrita
    antes = logging.root.handlers[:], logging.root.level
    logging.config.dictConfig(configuracao)
    yield escrita
    logging.root.handlers, logging.root.level = antes[0], antes[1]


def linhas(saida: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(linha) for linha in saida.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("dito", "segredo"),
    [
        ("cliente 529.982.247-25 salvo", "529.982.247-25"),
        ("cliente 52998224725 salvo", "52998224725"),
        ("empresa 11.222.333/0001-81", "222.333/0001-81"),
        ("empresa 12ABC34501DE35", "12ABC34501DE35"),
        ("ligar para (21) 99888-7766", "99888-7766"),
        ("ligar para +5521998887766", "998887766"),
        ("chave rtg_ab12cd34_Zx9kQ2mN8pLs7vTr4wYc recusada", "Zx9kQ2mN8pLs7vTr4wYc"),
        ("Authorization: Bearer abcdef0123456789", "abcdef0123456789"),
        ("aviso a maria.silva@exemplo.com", "maria.silva"),
    ],
)
def test_dados_pessoais_e_chaves_nao_chegam_ao_registro(saida: io.StringIO, dito: str, segredo: str) -> None:
    logging.getLogger("qualquer.biblioteca").warning("%s", dito)
    structlog.get_logger("nosso").warning(dito, detalhe={"dentro": [dito]})
    try:
        raise ValueError(dito)
    except ValueError:
        logging.getLogger("qualquer.biblioteca").exception("falhou")
    escrito = saida.getvalue()
    assert len(linhas(saida)) == 3
    assert segredo not in escrito and "***" in escrito
    assert "ValueError" in escrito


def test_campos_de_nome_secreto_sao_ocultos_qualquer_que_seja_o_valor(saida: io.StringIO) -> None:
    structlog.get_logger("nosso").info("entrada", senha="abc", cabecalhos={"Authorization": "xyz"}, total=10)
    (linha,) = linhas(saida)
    assert (linha["senha"], linha["cabecalhos"]["Authorization"], linha["total"]) == ("***", "***", 10)


def test_um_objeto_e_mascarado_pelo_seu_texto(saida: io.StringIO) -> None:
    class Cliente:
        def __str__(self) -> str:
            return "Cliente 529.982.247-25"

    structlog.get_logger("nosso").info("visto", cliente=Cliente())
    assert "529.982" not in saida.getvalue() and "Cliente" in linhas(saida)[0]["cliente"]


def test_cada_linha_diz_quando_quem_e_em_que_nivel(saida: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        logging.getLogger("pdv.replicacao").info("recebido, ação")
    (linha,) = linhas(saida)
    assert linha.pop("timestamp").endswith("Z")
    assert linha == {"event": "recebido, ação", "level": "info", "logger": "pdv.replicacao", "request_id": "r-1"}
    assert "ação" in saida.getvalue()


@pytest.mark.django_db
def test_um_pedido_e_uma_linha_com_o_endereco_de_quem_chama_e_nao_o_que_ele_diz_ser(saida: io.StringIO) -> None:
    Client().get("/admin/login/", REMOTE_ADDR="203.0.113.9", headers={"X-Forwarded-For": "198.51.100.1"})
    escritas = [linha for linha in linhas(saida) if str(linha["event"]).startswith("request_")]
    assert [(linha["event"], linha["ip"], linha["code"]) for linha in escritas] == [
        ("request_finished", "203.0.113.9", 200)
    ]


GENTE = "529.982.247-25 52998224725 (21) 99888-7766 maria.silva@exemplo.com Bearer abcdef0123456789"
SINAIS = ("529.982.247-25", "52998224725", "99888-7766", "maria.silva", "abcdef0123456789")


def pelo_structlog() -> None:
    structlog.get_logger("nosso").bind(cliente=GENTE).error(GENTE, cpf="52998224725", lista=[{"e": GENTE}])


def pelo_padrao() -> None:
    logging.getLogger("nosso").error("cliente %s", GENTE, extra={"cliente": GENTE})
    logging.getLogger("nosso").error("cliente %(c)s", {"c": GENTE}, stack_info=True)


def pelo_traceback() -> None:
    try:
        try:
            raise KeyError(GENTE)
        except KeyError as de_dentro:
            raise ValueError(GENTE) from de_dentro
    except ValueError:
        logging.getLogger("django.request").exception("Internal Server Error: /x/?cpf=52998224725")
        structlog.get_logger("nosso").exception("falhou")


def pelo_celery() -> None:
    @shared_task(name="teste.que_falha", ignore_result=True)
    def que_falha(quem: str) -> None:
        raise ValueError(quem)

    que_falha.apply(args=[GENTE])
    logging.getLogger("celery.app.trace").error("Task %s raised unexpected: %r", "x", ValueError(GENTE))
    logging.getLogger("celery.worker.strategy").warning("Received args %s", (GENTE,))


def pelo_gunicorn() -> None:
    logging.getLogger("gunicorn.access").info('"GET /x/?cpf=52998224725&telefone=21998887766 HTTP/1.1" 200 %s', GENTE)
    try:
        raise RuntimeError(GENTE)
    except RuntimeError:
        logging.getLogger("gunicorn.error").exception("Error handling request /x/?email=maria.silva@exemplo.com")


def pelo_servidor_do_django() -> None:
    logging.getLogger("django.server").info('"GET /x/?documento=52998224725&e_mail=maria.silva@exemplo.com" 200')
    logging.getLogger("django.db.backends").error("(0.001) SELECT %s; args=%s", "x", (GENTE,))


def pelo_banco() -> None:
    detalhe = "duplicate key\nDETAIL:  Failing row contains (1, MARIA DAS DORES, 52998224725, maria.silva@exemplo.com)."
    try:
        raise IntegrityError(detalhe)
    except IntegrityError:
        logging.getLogger("pdv.drain").exception("falhou")


@pytest.mark.parametrize(
    "caminho",
    [pelo_structlog, pelo_padrao, pelo_traceback, pelo_celery, pelo_gunicorn, pelo_servidor_do_django, pelo_banco],
    ids=lambda f: f.__name__,
)
def test_por_nenhum_caminho_um_dado_de_gente_chega_ao_registro(
    saida: io.StringIO, caminho: Callable[[], None], capfd: pytest.CaptureFixture[str]
) -> None:
    caminho()
    fora = capfd.readouterr()
    escrito = saida.getvalue() + fora.out + fora.err
    assert saida.getvalue() and "***" in escrito
    assert [sinal for sinal in (*SINAIS, "MARIA DAS DORES") if sinal in escrito] == []
    assert all(linha for linha in linhas(saida))  # each is one JSON object, tracebacks too


def test_o_gunicorn_nao_escreve_o_endereco_de_cada_pedido() -> None:
    """django-structlog writes of each request, without its query."""
    texto = (Path(logs.__file__).parent / "gunicorn.py").read_text()
    assert '["gunicorn.access"] = {"handlers": [], "level": "CRITICAL", "propagate": False}' in texto
    assert "accesslog" not in texto


@pytest.mark.django_db
def test_o_que_se_procura_nao_fica_na_linha_do_pedido(saida: io.StringIO) -> None:
    Client().get("/admin/login/?cpf=52998224725&q=maria.silva@exemplo.com")
    Client().post("/admin/login/?next=/x/52998224725/", {"username": "52998224725", "password": "abcdef0123456789"})
    assert [sinal for sinal in SINAIS if sinal in saida.getvalue()] == []
