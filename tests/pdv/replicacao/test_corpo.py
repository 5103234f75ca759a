"""Unpacking a body, and refusing to."""

from __future__ import annotations

import gzip
import tracemalloc

import pytest

from pdv.replicacao.codigos import PacoteRecusado
from pdv.replicacao.corpo import descompactar

MEBI = 1024 * 1024


def test_descompacta_o_que_cabe_ate_o_ultimo_byte() -> None:
    assert descompactar(gzip.compress(b"x" * 1000), 1000) == b"x" * 1000


def test_um_byte_alem_do_limite_e_grande_demais() -> None:
    with pytest.raises(PacoteRecusado) as recusa:
        descompactar(gzip.compress(b"x" * 1001), 1000)
    assert (recusa.value.status, recusa.value.codigo) == (413, "CORPO_MUITO_GRANDE")
    assert recusa.value.contexto == {"limite": 1000}


def test_bomba_e_recusada_sem_ser_desempacotada_inteira() -> None:
    bomba = gzip.compress(b"\0" * (256 * MEBI), 9)
    tracemalloc.start()
    try:
        with pytest.raises(PacoteRecusado) as recusa:
            descompactar(bomba, MEBI)
        _, pico = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert recusa.value.status == 413
    assert pico < 8 * MEBI


_BOM = gzip.compress(b'{"versao": 1}' * 50)


@pytest.mark.parametrize(
    "compactado",
    [
        pytest.param(b"", id="vazio"),
        pytest.param(b'{"versao": 1}', id="nao e gzip"),
        pytest.param(_BOM[:-1], id="sem o ultimo byte"),
        pytest.param(_BOM[:20], id="cortado no meio"),
        pytest.param(_BOM[:3], id="so o cabecalho"),
        pytest.param(_BOM + b"sobra", id="sobra no fim"),
        pytest.param(_BOM + _BOM, id="dois membros"),
        pytest.param(_BOM[:-8] + b"\0\0\0\0" + _BOM[-4:], id="soma de verificacao errada"),
        pytest.param(b"\x1f\x8b\x08\0" + b"\xff" * 40, id="lixo depois do cabecalho"),
    ],
)
def test_gzip_que_nao_se_le_e_recusado_com_seu_codigo(compactado: bytes) -> None:
    with pytest.raises(PacoteRecusado) as recusa:
        descompactar(compactado, MEBI)
    assert (recusa.value.status, recusa.value.codigo) == (400, "GZIP_INVALIDO")


@pytest.mark.parametrize("tamanho", range(1, len(_BOM)))
def test_gzip_cortado_em_qualquer_byte_e_recusado(tamanho: int) -> None:
    with pytest.raises(PacoteRecusado, match="GZIP_INVALIDO"):
        descompactar(_BOM[:tamanho], MEBI)
