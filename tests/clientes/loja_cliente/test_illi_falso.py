"""The stand-in for setIlli: strict as the real one may be, and bad on purpose when told to."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.core.management import CommandError, call_command

from clientes.loja_cliente.contexto import LojaCliente
from clientes.loja_cliente.falso import CORPO_MAXIMO, Defeitos, IlliFalso
from filas.fila.contextos import TipoResultado
from filas.fila.valores import Requisicao
from tests.clientes.loja_cliente.conteudos import EXEMPLO, PAYLOAD

RAIZ = Path(__file__).resolve().parents[3]
CABECALHOS = {"Authorization": "Bearer qualquer", "Idempotency-Key": "k1"}


def postar(illi: IlliFalso, corpo: Any = None, **cabecalhos: str) -> httpx.Response:
    return httpx.post(illi.url, json=PAYLOAD if corpo is None else corpo, headers=CABECALHOS | cabecalhos)


def test_guarda_o_cliente_e_a_mesma_chave_conta_uma_vez() -> None:
    with IlliFalso() as illi:
        primeira, segunda = postar(illi), postar(illi)
        assert (primeira.status_code, segunda.status_code) == (200, 200)
        assert segunda.json()["Mensagem Detalhada"] == "Já recebido com esta chave."
        assert illi.caderno.clientes == {PAYLOAD["codigo"]: PAYLOAD} and illi.caderno.repetidas == 1


@pytest.mark.parametrize(
    ("corpo", "cabecalhos", "status"),
    [
        (PAYLOAD, {"Authorization": ""}, 401),
        (PAYLOAD, {"Authorization": "Bearer outro"}, 401),
        (PAYLOAD, {"Idempotency-Key": ""}, 400),
        ([], {}, 400),
        ({"codigo": "7"}, {}, 422),
        ({"nome": "ANA"}, {}, 422),
        ({"codigo": "7", "nome": "x" * CORPO_MAXIMO}, {}, 413),
    ],
)
def test_recusa_o_que_nao_esta_certo(corpo: Any, cabecalhos: dict[str, str], status: int) -> None:
    with IlliFalso(token="qualquer") as illi:
        assert postar(illi, corpo, **cabecalhos).status_code == status
        assert illi.caderno.clientes == {}


def test_falha_na_medida_pedida_e_igual_com_a_mesma_semente() -> None:
    defeitos = Defeitos(falhar=30, conter=10, recusar=20)
    sorteios = [[defeitos.sortear(acaso) for _ in range(1000)] for acaso in (random.Random(7), random.Random(7))]
    assert sorteios[0] == sorteios[1]
    contagem = Counter(sorteios[0])
    assert 250 < contagem[500] < 350 and 60 < contagem[429] < 140 and 150 < contagem[422] < 250
    assert {Defeitos(falhar=100).sortear(random.Random(n)) for n in range(50)} == {500}
    assert {Defeitos().sortear(random.Random(n)) for n in range(50)} == {200}


@pytest.mark.parametrize(
    ("defeitos", "tipo"),
    [
        (Defeitos(), TipoResultado.SUCESSO),
        (Defeitos(falhar=100), TipoResultado.ADIAR),
        (Defeitos(conter=100), TipoResultado.ADIAR),
        (Defeitos(recusar=100), TipoResultado.ERRO),
    ],
)
def test_o_contexto_entende_o_que_ele_responde(settings: Any, defeitos: Defeitos, tipo: TipoResultado) -> None:
    settings.ILLI_TOKEN = "qualquer"
    with IlliFalso(defeitos=defeitos) as illi:
        settings.ILLI_URL = illi.url
        pedido = LojaCliente().montar(dict(EXEMPLO))
        com_chave = Requisicao(
            pedido.metodo, pedido.url, pedido.json, {**pedido.cabecalhos, "Idempotency-Key": "k"}, pedido.segredos
        )
        resposta = LojaCliente().chamar(com_chave)
        assert LojaCliente().interpretar(resposta).tipo is tipo
        assert ("retry-after" in resposta.cabecalhos) == (defeitos.conter > 0)


def test_o_que_ele_diz_nao_traz_dado_pessoal() -> None:
    ditas: list[str] = []
    with IlliFalso(dizer=ditas.append) as illi:
        postar(illi)
        postar(illi, {"codigo": "7", "nome": "A", "enderecos": "x", "contatos": 3})
        httpx.post(illi.url, content=b"{", headers=CABECALHOS)
    assert "200" in ditas[0] and "BELO HORIZONTE/MG" in ditas[0] and "…999" in ditas[0] and "contatos: 2" in ditas[0]
    assert not [x for x in ditas if any(p in x for p in ("94987713999", "99999999999", "LOREM", "GMAIL", "qualquer"))]
    assert "(ilegível)" in ditas[2]


@contextmanager
def comando(*argumentos: str) -> Iterator[subprocess.Popen[str]]:
    processo = subprocess.Popen(
        [sys.executable, "manage.py", "illi_falso", *argumentos],
        cwd=RAIZ, env=os.environ | {"PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield processo
    finally:
        processo.kill()
        processo.communicate()


@pytest.mark.parametrize("sinal", [signal.SIGINT, signal.SIGTERM])
def test_o_comando_diz_o_endereco_atende_e_conta_ao_parar(sinal: signal.Signals) -> None:
    with comando("--porta", "0") as processo:
        assert processo.stdout is not None
        primeira = processo.stdout.readline()
        endereco = primeira.split()[0].removeprefix("ILLI_URL=")
        assert httpx.post(endereco, json=PAYLOAD, headers=CABECALHOS).status_code == 200
        processo.send_signal(sinal)
        saida, erros = processo.communicate(timeout=60)
    assert "BELO HORIZONTE/MG" in saida and "Clientes recebidos: 1; repetidos: 0; respostas: 1 com 200." in saida
    assert processo.returncode == 0 and erros == ""


@pytest.mark.parametrize(
    ("argumentos", "frase"),
    [
        (("--falhar", "60", "--recusar", "50"), "somam mais de 100%"),
        (("--lento", "-1"), "não podem ser negativos"),
        (("--porta", "99999"), "não pôde ser aberta"),
    ],
)
def test_o_comando_diz_o_que_esta_errado(argumentos: tuple[str, ...], frase: str) -> None:
    with pytest.raises(CommandError, match=frase):
        call_command("illi_falso", *argumentos)


def test_errado_o_comando_termina_com_um_e_a_frase() -> None:
    with comando("--lento", "-1") as processo:
        _saida, erros = processo.communicate(timeout=60)
    assert processo.returncode == 1 and "não podem ser negativos" in erros
