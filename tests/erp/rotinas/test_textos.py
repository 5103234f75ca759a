from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from erp.rotinas.admin.fichas import quem, resumo_das_proximas
from erp.rotinas.admin.textos import daqui_a, duracao, ha, marcado
from erp.rotinas.agenda import cada, diaria
from erp.rotinas.crontab import ler_linha

AGORA = datetime.fromisoformat("2026-12-30T12:00:00-03:00")


@pytest.mark.parametrize(
    ("segundos", "dito"),
    [
        (None, "–"), (-1, "menos de 0,1 s"), (0.04, "menos de 0,1 s"), (0.06, "0,1 s"), (12.44, "12,4 s"), (59.94, "59,9 s"),
        (59.96, "1 min 00 s"), (200, "3 min 20 s"), (3599.6, "1 h 00 min"), (3900, "1 h 05 min"), (90061, "25 h 01 min"),
    ],
)  # fmt: skip
def test_duracao(segundos, dito):
    assert duracao(None if segundos is None else timedelta(seconds=segundos)) == dito


@pytest.mark.parametrize(
    ("quando", "dito"),
    [
        ("2026-12-30T21:00:00-03:00", "hoje às 21:00"),
        ("2026-12-31T00:30:00+00:00", "hoje às 21:30"),
        ("2026-12-31T01:00:00-03:00", "amanhã à 01:00"),
        ("2026-12-29T01:00:00-03:00", "ontem à 01:00"),
        ("2027-01-03T04:00:10-03:00", "dom 03/01/2027 às 04:00:10"),
    ],
)
def test_marcado(quando, dito):
    assert marcado(datetime.fromisoformat(quando), AGORA) == dito


@pytest.mark.parametrize(
    ("tempo", "atras", "frente"),
    [
        (timedelta(seconds=20), "agora mesmo", "daqui a instantes"),
        (timedelta(minutes=40), "há 40 min", "daqui a 40 min"),
        (timedelta(hours=9), "há 9 h", "daqui a 9 h"),
        (timedelta(days=1), "há 1 dia", "daqui a 24 h"),
        (timedelta(days=3), "há 3 dias", "daqui a 3 dias"),
    ],
)
def test_ha_e_daqui_a(tempo, atras, frente):
    assert (ha(AGORA - tempo, AGORA), daqui_a(AGORA + tempo, AGORA)) == (atras, frente)


@pytest.mark.parametrize(
    ("agenda", "dito"),
    [
        (diaria("21:00"), "hoje, amanhã, sex 01/01/2027, sáb 02/01/2027, dom 03/01/2027"),
        (cada(segundos=20), "hoje às 12:00:20, 12:00:40, 12:01:00, 12:01:20, 12:01:40"),
        (ler_linha("0 1,13 * * *"), "hoje às 13:00; amanhã à 01:00, 13:00; sex 01/01/2027 à 01:00, 13:00"),
        (None, ""),
    ],
)
def test_resumo_das_proximas(agenda, dito):
    with timezone.override("America/Sao_Paulo"):
        assert resumo_das_proximas(agenda, AGORA) == dito


@pytest.mark.parametrize(
    ("gravado", "dito"),
    [
        ("sistema:agenda", "agenda"), ("usuario:ana", "ana"), ("chave:loja", "chave de API loja"),
        ("aprovacao:7", "aprovação nº 7"), ("algo novo", "algo novo"), ("terminal:3", "terminal 3"),
    ],
)  # fmt: skip
def test_quem_comecou(gravado, dito):
    assert quem(gravado) == dito
