"""The curl of a call: run by bash, it says to a real server what the call said; read, it shows no secret."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from filas.fila.curl import ARGUMENTO_MAXIMO, curl, ocultar_segredos
from filas.fila.valores import Requisicao

SEGREDO = "s3gr3d0/do+setIlli=="
CABECALHOS = {"Authorization": f"Bearer {SEGREDO}", "Idempotency-Key": "5a2d", "Content-Type": "application/json"}


class Escuta:
    """Keeps what the server received, and answers 200."""

    def __init__(self, servidor: HTTPServer) -> None:
        self.recebidos: list[Request] = []
        self.corpos: list[bytes] = []
        servidor.expect_request("/setIlli").respond_with_handler(self._receber)
        self.url = servidor.url_for("/setIlli")

    def _receber(self, pedido: Request) -> Response:
        self.corpos.append(pedido.get_data())
        self.recebidos.append(pedido)
        return Response("{}", content_type="application/json")


@pytest.fixture
def escuta(httpserver: HTTPServer) -> Escuta:
    return Escuta(httpserver)


def requisicao(url: str, corpo: Any, **mudancas: Any) -> Requisicao:
    dados = {"cabecalhos": CABECALHOS, "segredos": frozenset({"authorization"})} | mudancas
    return Requisicao("POST", url, corpo, **dados)


def rodar(comando: str, pasta: Path, **ambiente: str) -> subprocess.CompletedProcess[bytes]:
    """In an empty folder and with nothing of ours in the environment, so that what expands is seen."""
    ambiente = {"PATH": "/usr/bin:/bin", **ambiente}
    return subprocess.run(["bash"], input=comando.encode(), cwd=pasta, env=ambiente, capture_output=True, check=False)


CONTEUDOS: list[Any] = [
    {"nome": "D'ÁVILA", "obs": 'as "aspas"'},
    {"nome": "'; touch invadido; '", "b": "$(touch invadido)", "c": "`touch invadido`", "d": "${HOME}"},
    {"nome": "fim\nFIM\nquebra\r\ttab", "nul": "a\x00b", "esc": "\x1b[31m\x07\x7f"},
    {"nome": "@/etc/passwd", "barra": "\\ \\n \\u0041 \\", "bang": "!! !1 wow!"},
    "@/etc/passwd",
    {"emoji": "👩\u200d👩\u200d👧 \u202eesrever \u2028", "meio": "\ud800"},
    {"globo": "* ? [a-z] {1,2} ~ #", "redireciona": "> invadido < & | ; && ||"},
    {"vazio": "", "nulo": None, "numero": 1.5, "lista": [], "sim": True},
    [], {}, "", 0, False, [{"a": [1, [2, [3]]]}],
    {"grande": "Ção'" * ARGUMENTO_MAXIMO},  # more than a command line takes
]  # fmt: skip


@pytest.mark.parametrize("corpo", CONTEUDOS, ids=range(len(CONTEUDOS)))
def test_o_curl_rodado_manda_o_mesmo_que_a_chamada(escuta: Escuta, tmp_path: Path, corpo: Any) -> None:
    feito = rodar(curl(requisicao(escuta.url, corpo)), tmp_path, AUTHORIZATION=SEGREDO)
    assert feito.returncode == 0, feito.stderr
    [recebido] = escuta.recebidos
    assert json.loads(escuta.corpos[0]) == corpo
    assert {nome: recebido.headers[nome] for nome in CABECALHOS} == CABECALHOS
    assert recebido.method == "POST"
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=40), st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40))
def test_qualquer_texto_atravessa_o_shell(escuta: Escuta, tmp_path: Path, texto: str, segredo: str) -> None:
    cabecalhos = {"Authorization": f"Bearer {segredo}"}
    feito = rodar(curl(requisicao(escuta.url, {"x": texto}, cabecalhos=cabecalhos)), tmp_path, AUTHORIZATION=segredo)
    assert feito.returncode == 0, feito.stderr
    assert json.loads(escuta.corpos.pop()) == {"x": texto}
    assert escuta.recebidos.pop().headers["Authorization"] == f"Bearer {segredo}"


def test_sem_o_segredo_o_shell_pede_por_ele_e_nada_sai(escuta: Escuta, tmp_path: Path) -> None:
    feito = rodar(curl(requisicao(escuta.url, {})), tmp_path)
    assert feito.returncode != 0 and "defina AUTHORIZATION" in feito.stderr.decode()
    assert escuta.recebidos == []


@pytest.mark.parametrize(
    ("cabecalhos", "segredos"),
    [
        ({"Authorization": f"Bearer {SEGREDO}"}, {"Authorization"}),
        ({"AUTHORIZATION": f"bearer {SEGREDO}"}, set()),  # known by itself
        ({"Authorization": SEGREDO}, set()),  # without a scheme all of it is the secret
        ({"X-Meu-Segredo": f"{SEGREDO} e mais"}, {"x-meu-segredo"}),
        ({"Cookie": f"sessao={SEGREDO}"}, set()),
        ({"X-API-Key": SEGREDO}, set()),
    ],
)
def test_nenhum_segredo_aparece(cabecalhos: dict[str, str], segredos: set[str]) -> None:
    texto = curl(requisicao("https://exemplo.com.br/setIlli", {}, cabecalhos=cabecalhos, segredos=frozenset(segredos)))
    assert SEGREDO not in texto and "${" in texto


def test_credencial_e_consulta_do_endereco_viram_variaveis(escuta: Escuta, tmp_path: Path) -> None:
    url = escuta.url.replace("://", "://ana:s3nh4@") + "?acao=set&token=s3gr3d0&vazio=&x=[1]&{a,b}"
    texto = curl(requisicao(url, {}))
    assert "s3nh4" not in texto and "s3gr3d0" not in texto and "ana" not in texto
    feito = rodar(texto, tmp_path, AUTHORIZATION=SEGREDO, CREDENCIAL="ana:s3nh4", TOKEN="s3gr3d0")
    assert feito.returncode == 0, feito.stderr
    assert escuta.recebidos[0].query_string == b"acao=set&token=s3gr3d0&vazio=&x=[1]&{a,b}"


def test_sem_corpo_e_com_cabecalho_vazio(escuta: Escuta, tmp_path: Path) -> None:
    pedido = Requisicao("get", escuta.url, cabecalhos={"X-Vazio": "", "X-Nome": "D'Ávila $HOME"})
    assert rodar(curl(pedido), tmp_path).returncode == 0
    [recebido] = escuta.recebidos
    assert (recebido.method, escuta.corpos) == ("GET", [b""])
    assert recebido.headers["X-Vazio"] == "" and "$HOME" in recebido.headers["X-Nome"]


def test_le_se_uma_opcao_por_linha() -> None:
    texto = curl(requisicao("https://exemplo.com.br/setIlli", {"codigo": "7"}))
    assert texto.splitlines() == [
        "curl --request POST \\",
        "  --url https://exemplo.com.br/setIlli \\",
        "  --header 'Authorization: Bearer '\"${AUTHORIZATION:?defina AUTHORIZATION}\" \\",
        "  --header 'Idempotency-Key: 5a2d' \\",
        "  --header 'Content-Type: application/json' \\",
        '  --data-raw \'{"codigo": "7"}\'',
    ]
    assert shlex.split(texto)[:3] == ["curl", "--request", "POST"]


@pytest.mark.parametrize(
    "eco", [f"x {SEGREDO} y", f'{{"authorization": "Bearer {SEGREDO}"}}', SEGREDO.replace("/", "\\/"), SEGREDO * 2]
)
def test_o_segredo_que_a_resposta_repete_nao_e_guardado(eco: str) -> None:
    limpo = ocultar_segredos(eco, requisicao("https://x.br", {}))
    assert "s3gr3d0" not in limpo and "***" in limpo


def test_o_resto_da_resposta_fica_como_veio() -> None:
    assert ocultar_segredos('{"ok": "5a2d"}', requisicao("https://x.br", {})) == '{"ok": "5a2d"}'
