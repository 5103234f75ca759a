from __future__ import annotations

import itertools
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erp.visitas import rules
from erp.visitas.rules import Ponto, percorrer

BASE = Ponto(D("-19.912998"), D("-43.940933"))
graus = st.decimals(D("-20.1"), D("-19.7"), places=6)
pontos = st.lists(st.builds(Ponto, graus, graus.map(lambda g: g - 24)), max_size=9)


def ponto(norte: int, leste: int) -> Ponto:
    """So many thousandths of a degree from the base."""
    return Ponto(BASE.latitude + D(norte) / 1000, BASE.longitude + D(leste) / 1000)


def test_distancia_e_a_do_mapa() -> None:
    # Belo Horizonte to São Paulo, centre to centre: 489 km on the sphere
    assert 488_000 < rules.metros_entre(BASE, Ponto(D("-23.550520"), D("-46.633308"))) < 492_000
    assert rules.metros_entre(BASE, BASE) == 0
    assert rules.metros_entre(Ponto(D(0), D(179)), Ponto(D(0), D(-179))) == rules.metros_entre(
        Ponto(D(0), D(0)), Ponto(D(0), D(2))
    )
    assert rules.metros_entre(Ponto(D(90), D(0)), Ponto(D(-90), D(0))) == 20_015_114  # half the way around


def test_comeca_e_termina_na_base() -> None:
    feito = percorrer(BASE, [ponto(0, 3), ponto(0, 1), ponto(0, 2)])
    ida = rules.metros_entre(BASE, ponto(0, 3))
    assert feito.metros == pytest.approx(2 * ida, abs=3)
    assert feito.trechos[0] == rules.metros_entre(BASE, [ponto(0, 3), ponto(0, 1), ponto(0, 2)][feito.ordem[0]])


def test_2opt_desfaz_o_cruzamento_que_o_vizinho_mais_proximo_deixa() -> None:
    """The nearest first leaves the far one behind and comes back for it: 1, -1, 3, -7 on a line costs more than two sweeps."""
    em_linha = [ponto(0, 1), ponto(0, -2), ponto(0, 4), ponto(0, -9)]
    distancias = rules.matriz(BASE, em_linha)
    guloso = rules.vizinho_mais_proximo(distancias)
    assert [no - 1 for no in guloso] == [0, 1, 2, 3]
    melhor = rules.melhorar(guloso, distancias)
    assert _comprimento(melhor, distancias) < _comprimento(guloso, distancias)
    assert _comprimento(melhor, distancias) == min(
        _comprimento(list(p), distancias) for p in itertools.permutations(range(1, 5))
    )


@given(base=st.none() | st.just(BASE), onde=pontos)
def test_cada_visita_uma_vez_e_nunca_pior_que_o_guloso(base: Ponto | None, onde: list[Ponto]) -> None:
    feito = percorrer(base, onde)
    assert sorted(feito.ordem) == list(range(len(onde)))
    distancias = rules.matriz(base, onde)
    assert feito.metros <= _comprimento(rules.vizinho_mais_proximo(distancias), distancias)
    assert percorrer(base, onde) == feito


@given(
    base=st.none() | st.just(BASE),
    onde=st.lists(st.builds(Ponto, graus, graus.map(lambda g: g - 24)), min_size=1, max_size=8),
)
def test_nenhuma_inversao_melhora_o_que_ficou(base: Ponto | None, onde: list[Ponto]) -> None:
    distancias = rules.matriz(base, onde)
    rota = [indice + 1 for indice in percorrer(base, onde).ordem]
    for i, j in itertools.combinations(range(len(rota)), 2):
        assert _comprimento(rota[:i] + rota[i : j + 1][::-1] + rota[j + 1 :], distancias) >= _comprimento(
            rota, distancias
        )


def test_sem_base_o_caminho_e_aberto() -> None:
    feito = percorrer(None, [ponto(0, 5), ponto(0, 0), ponto(0, 10)])
    assert feito.ordem in ([1, 0, 2], [2, 0, 1]) and feito.trechos[0] == feito.volta == 0


def test_no_mesmo_lugar_e_sem_visita_nenhuma() -> None:
    assert percorrer(BASE, [BASE, BASE, BASE]).ordem == [0, 1, 2]
    assert percorrer(BASE, []) == ([], [], 0)


def test_trezentas_visitas_terminam() -> None:
    """A grid shuffled by a fixed rule: improvement ends, by itself or at its limit."""
    grade = [ponto(i * 7 % 20, i * 11 % 17) for i in range(300)]
    feito = percorrer(BASE, grade)
    assert sorted(feito.ordem) == list(range(300))


def _comprimento(rota: list[int], distancias: rules.Distancias) -> int:
    return sum(distancias[a][b] for a, b in zip([0, *rota], [*rota, 0], strict=True))
