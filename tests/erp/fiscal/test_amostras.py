"""Documents of others, where a folder of samples lies beside the project: read as its manifest says, and put together."""

from __future__ import annotations

import csv
from itertools import permutations
from pathlib import Path

import pytest

from erp.fiscal.estados import COM_CONTEUDO, Chegada, Retrato, retratar
from erp.fiscal.xml import ler_documento

PASTA = Path(__file__).resolve().parents[4] / "shared" / "xml"
MANIFESTO = PASTA / "manifest.csv"
SITUACOES = {
    "autorizada": {"autorizada"},
    "NFe sem protocolo": {"contingencia", "sem_protocolo"},
    "evento cancelamento processado": {"cancelada"},
    "inutilizacao (pedido)": {"sem_protocolo"},
    "CF-e venda": {"autorizada"},
    "CF-e cancelamento": {"cancelada", "sem_protocolo"},
    "CF-e dados de venda (antes do SAT)": {"sem_protocolo"},
}

pytestmark = pytest.mark.skipif(not MANIFESTO.exists(), reason="sem a pasta de amostras ao lado do projeto")


def amostras() -> list[dict[str, str]]:
    with MANIFESTO.open(encoding="utf-8") as arquivo:
        return list(csv.DictReader(arquivo))


def chegada(arquivo: str) -> Chegada:
    lido = ler_documento((PASTA / arquivo).read_bytes())
    assert lido.estados
    emissao = lido.data_emissao or lido.data_protocolo
    assert emissao is not None or lido.tipo in {"inutilizacao", "cfe_sat", "cfe_cancelamento"}
    return Chegada(lido, lido.estados, lido.serie, emissao, lido.totais.total)  # type: ignore[arg-type]  # asserted above


def test_cada_amostra_esta_na_situacao_que_o_manifesto_diz() -> None:
    lidas = [(a, ler_documento((PASTA / a["arquivo"]).read_bytes())) for a in amostras()]
    assert lidas
    for amostra, lido in lidas:
        esperadas = SITUACOES[amostra["tipo"]]
        if amostra["tipo"] == "autorizada" and not amostra["cStat"]:
            esperadas = {"sem_protocolo"}  # it has the group of the protocol, and nothing in it
        assert lido.situacao in esperadas, amostra["arquivo"]
        if amostra["tpEmis"] == "9" and not amostra["cStat"]:
            assert lido.situacao == "contingencia", amostra["arquivo"]


def test_amostras_da_mesma_chave_dao_o_mesmo_documento_em_qualquer_ordem() -> None:
    por_chave: dict[str, list[str]] = {}
    for amostra in amostras():
        if amostra["chave"]:
            por_chave.setdefault(amostra["chave"], []).append(amostra["arquivo"])
    juntas = {chave: arquivos for chave, arquivos in por_chave.items() if len(arquivos) > 1}
    assert juntas
    for chave, arquivos in juntas.items():
        fins: set[Retrato] = set()
        for ordem in permutations(arquivos):
            retrato: Retrato | None = None
            for arquivo in ordem:
                retrato = retratar(chegada(arquivo), retrato)
            assert retrato is not None
            fins.add(retrato._replace(itens=tuple(retrato.itens)))
        assert len(fins) == 1, chave
        assert retrato is not None
        tem_evento = any(ler_documento((PASTA / a).read_bytes()).tipo == "evento_cancelamento" for a in arquivos)
        assert retrato.situacao == ("cancelada" if tem_evento else "autorizada")
        assert retrato.completo and retrato.itens, chave


def test_todas_as_amostras_de_venda_guardam_o_conteudo() -> None:
    for amostra in amostras():
        lido = ler_documento((PASTA / amostra["arquivo"]).read_bytes())
        if lido.tipo in COM_CONTEUDO and lido.data_emissao:
            assert len(retratar(chegada(amostra["arquivo"]), None).itens) == int(amostra["itens"]), amostra["arquivo"]
