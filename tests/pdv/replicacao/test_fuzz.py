"""Bodies that were valid until something happened to them: never a 5xx, never half of anything."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pdv.replicacao.models import FinalizadorOperacaoPdv, ItemOperacaoPdv, OperacaoPdv, RecebimentoOperacaoPdv
from tests.pdv.fabricas import (
    em_json,
    nova_nota,
    nova_operacao,
    novo_pacote,
    novo_recebimento,
    novo_recebimento_de_titulos,
    novo_turno,
)

ESPERADOS = {200, 400, 413, 415, 422}
PACOTE = em_json(
    novo_pacote(
        nova_operacao(1),
        nova_operacao(2, observacao='ção "\\ \u0007 😀'),
        novo_recebimento_de_titulos(
            3, novo_recebimento(1, "1-7-1", "30.00", parcela=2, juros="1.50"), novo_recebimento(2, valor="8.00")
        ),
        notas=[nova_nota(1)],
        turnos=[novo_turno(1, contado={"1": "5.00"})],
    )
)
TRECHOS = [
    b"", b"\0", b"\\u0000", b"\\ud800", b"\xff", b"\xed\xa0\x80", b"NaN", b"-", b"-1", b"1e999", b"null", b"true", b"[]",
    b"{}", b'"', b"\\", b"9" * 50, b"0.001", b"[" * 2000, b'"x":1,', b"2026-13-45", b"\xef\xbb\xbf", b"\n", b"1E-30",
]  # fmt: skip


def mutilar(corpo: bytes, sorte: random.Random) -> bytes:
    """One to four wounds: a stretch replaced, cut out, doubled, moved, or a bit turned."""
    for _ in range(sorte.randint(1, 4)):
        inicio = sorte.randrange(len(corpo) + 1)
        fim = min(len(corpo), inicio + sorte.choice([0, 1, 1, 2, 5, 30, 400]))
        meio = sorte.choice(
            [
                sorte.choice(TRECHOS),
                corpo[inicio:fim] * 2,
                bytes(b ^ (1 << sorte.randrange(8)) for b in corpo[inicio:fim]),
                corpo[inicio:fim][::-1],
            ]
        )
        corpo = corpo[:inicio] + meio + corpo[fim:]
    return corpo


def _conferir(resposta: Any) -> None:
    assert resposta.status_code in ESPERADOS, resposta.content
    corpo = resposta.json()
    if resposta.status_code != 200:
        assert set(corpo) == {"codigo", "mensagem", "contexto"}
        return
    for linha in (linha for secao in corpo.values() for linha in secao):
        assert ("codigo" in linha and "mensagem" in linha) == (linha["resultado"] == "rejeitada")


def _sem_orfaos() -> None:
    gravadas = set(OperacaoPdv.objects.values_list("pk", flat=True))
    for modelo in (ItemOperacaoPdv, FinalizadorOperacaoPdv, RecebimentoOperacaoPdv):
        assert set(modelo.objects.values_list("operacao_id", flat=True)) <= gravadas


def _atacar(postar: Callable[..., Any], semente: int) -> None:
    sorte = random.Random(semente)
    corpo = mutilar(PACOTE, sorte)
    if sorte.random() < 0.15:
        _conferir(postar(corpo=mutilar(gzip.compress(corpo), sorte)))
    else:
        _conferir(postar(corpo=corpo, HTTP_CONTENT_ENCODING="identity"))


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(semente=st.integers(0, 2**64))
def test_corpo_mutilado_nunca_e_500(postar: Callable[..., Any], settings: Any, semente: int) -> None:
    settings.PDV_PEDIDOS_POR_MINUTO = 10**6
    _atacar(postar, semente)
    _sem_orfaos()


@pytest.mark.prova
@pytest.mark.timeout(3600)
def test_dez_mil_corpos_mutilados_nunca_sao_500(postar: Callable[..., Any], settings: Any) -> None:
    settings.PDV_PEDIDOS_POR_MINUTO = 10**6
    for semente in range(10_000):
        _atacar(postar, semente)
    _sem_orfaos()


CAMPOS_DA_OPERACAO = sorted(nova_operacao())
CAMPOS_DO_RECEBIMENTO = sorted(novo_recebimento())
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30),
    lambda filhos: st.lists(filhos, max_size=4) | st.dictionaries(st.text(max_size=5), filhos, max_size=4),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(campo=st.sampled_from(CAMPOS_DA_OPERACAO), valor=JSON)
def test_campo_com_qualquer_json_nunca_e_500(postar: Callable[..., Any], settings: Any, campo: str, valor: Any) -> None:
    settings.PDV_PEDIDOS_POR_MINUTO = 10**6
    corpo = _json(novo_pacote(nova_operacao(1) | {campo: valor}, nova_operacao(2)))
    resposta = postar(corpo=corpo, HTTP_CONTENT_ENCODING="identity")
    _conferir(resposta)
    assert resposta.json()["operacoes"][1]["resultado"] in ("criada", "existente", "rejeitada")
    _sem_orfaos()


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(campo=st.sampled_from(CAMPOS_DO_RECEBIMENTO), valor=JSON)
def test_recebimento_com_qualquer_json_nunca_e_500(
    postar: Callable[..., Any], settings: Any, campo: str, valor: Any
) -> None:
    settings.PDV_PEDIDOS_POR_MINUTO = 10**6
    ruim = novo_recebimento_de_titulos(1, novo_recebimento(1)) | {
        "recebimentos": [novo_recebimento(1) | {campo: valor}]
    }
    resposta = postar(corpo=_json(novo_pacote(ruim, nova_operacao(2))), HTTP_CONTENT_ENCODING="identity")
    _conferir(resposta)
    assert resposta.json()["operacoes"][1]["resultado"] in ("criada", "existente")
    _sem_orfaos()


def _json(valor: Any) -> bytes:
    """JSON as Python writes it: halves of surrogate pairs and all."""
    return json.dumps(valor).encode()
