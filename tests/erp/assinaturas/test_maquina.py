"""The state of a request, by tables: every order of what was said gives the same, and nothing goes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from erp.assinaturas.maquina import INTERVALO, UM_DIA, UMA_SEMANA, Leitura, Passo, apurar, consultar_depois

T = datetime(2026, 1, 10, 12, tzinfo=UTC)
P = Passo


def em(passo: Passo, hora: int) -> Leitura:
    return Leitura(passo, T + timedelta(hours=hora))


@pytest.mark.parametrize(
    ("leituras", "passo", "contradicao"),
    [
        ([], P.PREPARADA, ""),
        ([em(P.PREPARADA, 0), em(P.ENVIADA, 1), em(P.ABERTA, 2), em(P.ASSINADA, 3)], P.ASSINADA, ""),
        ([em(P.PREPARADA, 0), em(P.ERRO, 1)], P.ERRO, ""),
        ([em(P.ERRO, 1), em(P.ENVIADA, 2)], P.ENVIADA, ""),  # it turned out that it took it
        ([em(P.ENVIADA, 1), em(P.RECUSADA, 2)], P.RECUSADA, ""),
        ([em(P.CANCELADA, 1), em(P.ASSINADA, 2)], P.ASSINADA, "foi cancelada antes de ser assinada"),
        ([em(P.ASSINADA, 1), em(P.RECUSADA, 2)], P.ASSINADA, "foi recusada depois de ser assinada"),
        ([em(P.RECUSADA, 1), em(P.ABERTA, 2)], P.RECUSADA, "aberta por quem assina depois de recusada"),
        ([em(P.ASSINADA, 1), em(P.ABERTA, 2)], P.ASSINADA, "aberta por quem assina depois de assinada"),
        ([em(P.CANCELADA, 1), em(P.RECUSADA, 2)], P.RECUSADA, "cancelada e também recusada"),
    ],
)
def test_o_estado_e_o_mais_alto_que_se_leu_em_qualquer_ordem(
    leituras: list[Leitura], passo: Passo, contradicao: str
) -> None:
    for ordem in permutations(leituras):
        estado = apurar([*ordem, *ordem])
        assert estado.passo == passo
        assert contradicao in "; ".join(estado.contradicoes) and bool(contradicao) == bool(estado.contradicoes)


@pytest.mark.parametrize(
    ("passo", "ha", "tem_arquivo", "espera"),
    [
        (P.ENVIADA, timedelta(0), False, INTERVALO),
        (P.ABERTA, timedelta(days=31), False, UM_DIA),
        (P.ABERTA, timedelta(days=200), False, UMA_SEMANA),
        (P.RECUSADA, timedelta(days=1), False, UM_DIA),
        (P.CANCELADA, timedelta(days=31), False, None),
        (P.ASSINADA, timedelta(days=400), False, INTERVALO),  # until its file is kept
        (P.ASSINADA, timedelta(0), True, None),
        (P.ERRO, timedelta(0), False, None),
    ],
)
def test_pergunta_se_menos_quanto_mais_tempo_passa(
    passo: Passo, ha: timedelta, tem_arquivo: bool, espera: timedelta | None
) -> None:
    quando = consultar_depois(passo, T - ha, T, tem_arquivo=tem_arquivo)
    assert quando == (None if espera is None else T + espera)
