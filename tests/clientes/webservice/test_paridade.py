"""One by one or in a lote: the same register, the same answers, the same trace."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import transaction

from clientes.models import NumeroDeRegistro, RegistroRecebido
from clientes.webservice.pedido import Pedido
from tests.clientes.webservice.corpos import AGORA, CPFS, enviar, fotografia, pedido

pytestmark = pytest.mark.django_db
QUANTOS = 300


def ao_acaso(sorteio: Random) -> Pedido:
    """Few customers, codes, IDs and filiais, so that they meet in every way."""
    campos: dict[str, Any] = {
        "CPF_CGC": sorteio.choice([*CPFS, "529.982.247-25", "", "0"]),
        "ESTRANGEIRO": sorteio.choice("0001"),
        "RG_IE": sorteio.choice(["R1", "R-2", ""]),
        "CODIGO_CLIENTE": sorteio.choice(["", "", "C1", "C2", "C3", CPFS[0], "P"]),
        "FILIAL": sorteio.choice(["1", "LOJA CENTRO", "OUTRA"]),
        "CLIENTE_VAREJO": sorteio.choice(["MARIA", "JOSÉ"]),
        "OBS": sorteio.choice(["", "paga à vista", "Cadastrado Pelo PDV ILLIMITAR. de novo"]),
        "TIPO_VAREJO": sorteio.choice(["", "NENHUM", "CLIENTE VAREJO"]),
    }
    for nome, valores in {
        "eventId": ["e1", "e2", "e3", "3", str(sorteio.random())], "UF": ["EX", "MG", ""], "SEXO": ["", "F"],
        "CEP": ["", "0", "30110001"], "STATUS": ["0", "1"], "EMAIL": ["a@b.c", ""], "ANIVERSARIO": ["1993-07-04", ""],
    }.items():  # fmt: skip
        if sorteio.random() < 0.4:
            campos[nome] = sorteio.choice(valores)
    if sorteio.random() < 0.2:
        campos["CPF_CGC"] = ...
    if campos["CPF_CGC"] in ("", "0", ...):
        campos["CODIGO_CLIENTE"] = campos["CODIGO_CLIENTE"] or "C9"
    return pedido(**campos)


def partes(sorteio: Random) -> list[int]:
    """Sizes of batches, of 1 to 120, that add up to QUANTOS."""
    tamanhos: list[int] = []
    while (falta := QUANTOS - sum(tamanhos)) > 0:
        tamanhos.append(min(falta, sorteio.randint(1, 120)))
    return tamanhos


def postar_em(tamanhos: list[int], pedidos: list[Pedido]) -> tuple[Any, ...]:
    """All that comes of posting them so, each at the same moment whatever the sizes; nothing of it stays."""
    with transaction.atomic():
        inicio, resultados = 0, []
        for tamanho in tamanhos:
            agora = AGORA + timedelta(microseconds=inicio)
            resultados += enviar(*pedidos[inicio : inicio + tamanho], agora=agora)
            inicio += tamanho
        feito = (resultados, *fotografia(), list(NumeroDeRegistro.objects.order_by("pk").values()))
        transaction.set_rollback(True)
    return feito


@pytest.mark.parametrize("semente", range(3))
def test_um_a_um_ou_em_lote_da_no_mesmo(semente: int) -> None:
    sorteio = Random(semente)
    pedidos: list[Pedido] = []
    while len(pedidos) < QUANTOS:
        com_evento = [p for p in pedidos if p.evento]
        pedidos.append(sorteio.choice(com_evento) if com_evento and sorteio.random() < 0.2 else ao_acaso(sorteio))
    um_a_um, em_lote = postar_em([1] * QUANTOS, pedidos), postar_em(partes(sorteio), pedidos)
    for parte, a_parte in zip(um_a_um, em_lote, strict=True):
        assert a_parte == parte
    resultados, _, recebidos, _ = um_a_um
    quais = Counter(recebido["resultado"] for recebido in recebidos)
    assert min(quais[r] for r in RegistroRecebido.Resultado) > 5, quais  # of everything there was some
    assert sum(r.repetido for r in resultados) > 5
