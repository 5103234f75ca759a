"""Eight processes on one queue: each message told once, in the order of its record, within every limit."""

from __future__ import annotations

import itertools
import time

import pytest
from django.db import transaction

from filas.fila.entrada import enfileirar
from filas.models import EstadoContexto, Mensagem, Tentativa
from tests.falhas.vivos import esperar
from tests.filas.fila.destino import destino
from tests.filas.fila.equipe import equipe

pytestmark = pytest.mark.django_db(transaction=True)
NOME = "Provas"


def _acabou() -> bool:
    return not Mensagem.objects.filter(situacao__in=(0, 1)).exists()


def test_oito_trabalhadores_entregam_cada_mensagem_uma_vez_e_em_ordem_por_registro() -> None:
    """Changes keep coming while eight send: what is replaced before it goes is never told, the rest once each."""
    registros, mudancas = 60, 12
    with destino(demora=0.002) as outro, equipe(8, outro.url, concorrencia=32):
        for n in range(mudancas):
            with transaction.atomic():
                enfileirar(NOME, [(f"c{r}", {"r": r, "n": n}) for r in range(registros)])
        esperar(_acabou, 120, "a fila esvaziar")

    assert set(outro.vezes().values()) == {1}
    idas = Mensagem.objects.filter(situacao=2)
    assert {str(token) for token in idas.values_list("token", flat=True)} == set(outro.vezes())
    assert Mensagem.objects.count() == registros * mudancas
    assert Mensagem.objects.exclude(situacao__in=(2, 3)).count() == 0
    assert Tentativa.objects.count() == idas.count()
    por_registro = itertools.groupby(sorted(outro.chegadas, key=lambda c: c.corpo["r"]), key=lambda c: c.corpo["r"])
    for _, chegadas in por_registro:
        numeros = [chegada.corpo["n"] for chegada in chegadas]
        assert numeros == sorted(numeros)
        assert numeros[-1] == mudancas - 1


def test_o_limite_de_chamadas_ao_mesmo_tempo_vale_para_todos_os_trabalhadores_juntos() -> None:
    enfileirar(NOME, [(str(n), {"n": n}) for n in range(120)])

    with destino(demora=0.02) as outro, equipe(4, outro.url, concorrencia=3):
        esperar(_acabou, 120, "a fila esvaziar")

    assert len(outro.chegadas) == 120
    assert outro.maximo <= 3


def test_o_limite_por_segundo_vale_para_todos_os_trabalhadores_juntos() -> None:
    """40 a second: from the moment they may begin, the 121st leaves three seconds later, less the slack of 0.25 s."""
    enfileirar(NOME, [(str(n), {"n": n}) for n in range(121)])
    EstadoContexto.objects.filter(pk=NOME).update(pausado_por="ana")

    with destino() as outro, equipe(4, outro.url, por_segundo=40, concorrencia=50):
        assert outro.chegadas == []
        inicio = time.monotonic()
        EstadoContexto.objects.filter(pk=NOME).update(pausado_por="")
        esperar(_acabou, 120, "a fila esvaziar")

    assert len(outro.chegadas) == 121
    assert max(chegada.em for chegada in outro.chegadas) - inicio >= 120 / 40 - 0.25
