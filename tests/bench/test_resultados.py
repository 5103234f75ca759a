"""What machines read: names, ratios, and that measuring one area keeps the others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.medidas.latencia import percentil
from bench.resultados import BARRAS, gravar, medidos
from bench.rodadas import Figuras


def figuras(**rodadas: list[float]) -> Figuras:
    feitas = Figuras()
    feitas.rodadas.update({nome.replace("__", "."): valores for nome, valores in rodadas.items()})
    return feitas


def test_razoes_sao_medianas_contra_o_limite() -> None:
    achados = medidos(
        figuras(
            limite__processar=[4000, 5000, 4500],
            limite__ponta_a_ponta=[3000],
            processar=[1800, 9000, 1700],
            http=[1200],
        )
    )
    assert achados["limite_sql"] == {"valor": 4500, "unidade": "operacoes/s", "razao": None, "contra": None}
    assert achados["processar"] == {"valor": 1800, "unidade": "operacoes/s", "razao": 0.4, "contra": "limite_sql"}
    assert achados["http_ao_razao"] == {"valor": 1200, "unidade": "operacoes/s", "razao": 0.4, "contra": "limite_sql"}
    assert set(achados) == {"limite_sql", "processar", "http_ao_razao"}


def test_sem_o_limite_fica_o_valor_sem_razao() -> None:
    assert medidos(figuras(processar=[1000])) == {
        "processar": {"valor": 1000, "unidade": "operacoes/s", "razao": None, "contra": None}
    }


def test_volume_compara_custo_e_nao_velocidade() -> None:
    achado = medidos(figuras(volume_muitas=[1000], volume_poucas=[1100]))["processar_1m"]
    assert (achado["valor"], achado["razao"]) == (1000, 1.1)
    assert BARRAS["processar_1m"].cumprida(achado["razao"]) is True
    assert BARRAS["processar_1m"].cumprida(1.21) is False


def test_uma_area_so_da_os_seus_nomes() -> None:
    feitas = figuras(limite__processar=[4000], processar=[1800], latencia_redis__p99=[1], latencia_embutido__p99=[1])
    feitas.rss_mb = 100
    assert set(medidos(feitas, "processar")) == {"processar"}
    assert set(medidos(feitas, "latencia")) == {"latencia_p99_redis", "latencia_p99_embutido"}
    assert set(medidos(feitas, "memoria")) == {"worker_rss"}
    assert set(medidos(feitas)) == {"limite_sql", "processar", "worker_rss"} | set(medidos(feitas, "latencia"))


def test_medir_uma_area_guarda_as_outras(tmp_path: Path) -> None:
    antes, agora = figuras(processar=[1000], latencia_redis__p99=[250]), figuras(processar=[1100])
    gravar(medidos(antes), antes, comando="make bench", pasta=tmp_path)
    gravar(medidos(agora), agora, comando="make bench ALVO=processar", pasta=tmp_path)
    lido = json.loads((tmp_path / "results.json").read_text())
    assert (lido["processar"]["valor"], lido["latencia_p99_redis"]["valor"]) == (1100, 250)
    assert lido["latencia_p99_redis"]["razao"] == 0.5
    assert "não, guardada de antes" in (tmp_path / "results.md").read_text()


@pytest.mark.parametrize(("quanto", "esperado"), [(50, 50), (99, 99), (100, 100), (1, 1)])
def test_percentil_e_uma_amostra(quanto: int, esperado: int) -> None:
    assert percentil([float(n) for n in range(100, 0, -1)], quanto) == esperado
