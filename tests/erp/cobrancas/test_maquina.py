from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from erp.cobrancas.maquina import (
    ABERTAS,
    ATENTA,
    DEPOIS_DE_PAGA,
    PAGAS,
    Estado,
    Leitura,
    Passo,
    apurar,
    cancelada_antes,
    consultar_depois,
)

INICIO = datetime(2026, 11, 1, 12, tzinfo=UTC)
OITO = timedelta(minutes=8)
calma = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no defect


def em(hora: int) -> datetime:
    return INICIO + timedelta(hours=hora)


leituras = st.lists(st.builds(Leitura, st.sampled_from(Passo), st.integers(0, 50).map(em)), max_size=12)


@calma
@given(leituras, st.randoms(use_true_random=False))
def test_fora_de_ordem_e_repetida_da_no_mesmo(lidas: list[Leitura], acaso: object) -> None:
    outras = lidas + lidas[::2]
    acaso.shuffle(outras)  # type: ignore[attr-defined]  # hypothesis gives a Random
    assert apurar(outras) == apurar(lidas)


@calma
@given(leituras, st.builds(Leitura, st.sampled_from(Passo), st.integers(0, 50).map(em)))
def test_uma_leitura_a_mais_nunca_faz_voltar(lidas: list[Leitura], mais: Leitura) -> None:
    assert apurar([*lidas, mais]).passo == max(apurar(lidas).passo, mais.passo)


@calma
@given(leituras)
def test_dinheiro_que_veio_nunca_e_esquecido(lidas: list[Leitura]) -> None:
    if any(leitura.passo in PAGAS for leitura in lidas):
        assert apurar(lidas).passo in PAGAS | DEPOIS_DE_PAGA


@calma
@given(leituras)
def test_cancelada_e_paga_e_sempre_contradicao(lidas: list[Leitura]) -> None:
    passos = {leitura.passo for leitura in lidas}
    ditas = apurar(lidas).contradicoes
    assert any("cancelada" in d and re.search(r"\bpaga\b", d) for d in ditas) == (
        Passo.CANCELADA in passos and bool(passos & PAGAS)
    )


@calma
@given(
    st.lists(st.sampled_from([Passo.CRIADA, Passo.ENVIADA, Passo.AGUARDANDO, Passo.PAGA, Passo.LIQUIDADA]), unique=True)
)
def test_caminho_comum_nao_tem_contradicao(passos: list[Passo]) -> None:
    caminho = [Leitura(passo, em(n)) for n, passo in enumerate(sorted(passos))]
    assert apurar(caminho).contradicoes == ()


@pytest.mark.parametrize(
    ("lidas", "passo", "contradicoes"),
    [
        ([], Passo.CRIADA, ()),
        ([(Passo.AGUARDANDO, 1)], Passo.AGUARDANDO, ()),
        ([(Passo.EXPIRADA, 1), (Passo.PAGA, 2)], Passo.PAGA, ()),  # a boleto paid on its last day arrives later
        ([(Passo.CANCELADA, 1), (Passo.PAGA, 2)], Passo.PAGA, ("foi cancelada antes de ser paga",)),
        ([(Passo.CANCELADA, 3), (Passo.PAGA, 2)], Passo.PAGA, ("foi cancelada depois de ser paga",)),
        (
            [(Passo.PAGA, 2), (Passo.AGUARDANDO, 3)],
            Passo.PAGA,
            ("o provedor disse aguardando depois de dizer paga",),
        ),
        ([(Passo.DEVOLVIDA, 2)], Passo.DEVOLVIDA, ("está devolvida sem nunca ter sido paga",)),
        ([(Passo.PAGA, 1), (Passo.DEVOLVIDA, 2)], Passo.DEVOLVIDA, ()),
        (
            [(Passo.PAGA, 1), (Passo.CONTESTADA, 2), (Passo.PAGA, 3)],
            Passo.CONTESTADA,
            ("o provedor disse paga depois de contestada",),
        ),
        (
            [(Passo.CANCELADA, 1), (Passo.AGUARDANDO, 2)],
            Passo.CANCELADA,
            ("o provedor disse aguardando depois de cancelada",),
        ),
        ([(Passo.AGUARDANDO, 1), (Passo.CANCELADA, 2)], Passo.CANCELADA, ()),
    ],
)
def test_tabela(lidas: list[tuple[Passo, int]], passo: Passo, contradicoes: tuple[str, ...]) -> None:
    assert apurar([Leitura(p, em(hora)) for p, hora in lidas]) == Estado(passo, contradicoes)


def test_cancelada_antes_compara_os_relogios_do_provedor_e_nao_a_ordem_de_chegada() -> None:
    cancelada = [Leitura(Passo.CANCELADA, em(5))]
    assert cancelada_antes(cancelada, em(6))
    assert not cancelada_antes(cancelada, em(4))
    assert not cancelada_antes([], em(6))


@pytest.mark.parametrize("passo", Passo)
def test_aberta_e_consultada_sempre_e_a_que_terminou_cada_dia_depois_cada_semana_e_por_fim_nunca(passo: Passo) -> None:
    agora, dia, semana = em(100), timedelta(days=1), timedelta(days=7)
    if passo in ABERTAS:
        assert consultar_depois(passo, agora - 2 * ATENTA, agora, OITO) == agora + OITO
        return
    casos = {1: dia, 29: dia, 31: semana, 90: semana, 179: semana, 180: None}  # a refund or a dispute may take months
    for dias, espera in casos.items():
        quando = consultar_depois(passo, agora - timedelta(days=dias), agora, OITO)
        assert quando == (None if espera is None else agora + espera)
