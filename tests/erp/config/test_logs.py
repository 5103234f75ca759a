from __future__ import annotations

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
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
