"""SIGKILL at any instant: everything is delivered, nothing is 9 that the server did not answer for."""

import os
import random
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from tests.filhos import Filho, filho
from tests.pdv.terminal.servidor import Pacote, Retaguarda, Saida, em_json

RAIZ = Path(__file__).resolve().parents[2]
OPERACOES = 200


def _ambiente(banco: Path) -> dict[str, str]:
    return os.environ | {
        "TERMINAL_DATABASE_URL": f"sqlite:///{banco}",
        "DATABASE_URL": "postgresql://ninguem:nada@127.0.0.1:1/nao_existe",
        "PDV_CHAVE": "rtg_teste_segredo",
        "LOG_NIVEL": "ERROR",
    }


def _iniciar(banco: Path, *argumentos: str) -> Filho:
    return filho(["manage", *argumentos], _ambiente(banco))


def _replicar(banco: Path, servidor: Retaguarda, *extras: str) -> Filho:
    return _iniciar(banco, "pdv_replicar", "--url", servidor.url, "--lote", "4", *extras)


def _consultar(banco: Path, sql: str) -> list[Any]:
    conexao = sqlite3.connect(banco)
    try:
        return conexao.execute(sql).fetchall()
    finally:
        conexao.close()


class Lenta(Retaguarda):
    """Answers in its own time, and now and then cuts the line after storing: the windows in which a death hurts."""

    sorteio = random.Random(7)
    cortes = 0.1
    respondidas: set[tuple[Any, ...]]

    def responder(self, pacote: Pacote) -> Saida | None:
        time.sleep(self.sorteio.uniform(0, 0.04))
        resposta = self.guardar(pacote)
        if self.sorteio.random() < self.cortes:
            return Saida(cortar="antes")
        self.respondidas |= {("operacao_pdv", o["id_operacao"]) for o in resposta["operacoes"]}
        self.respondidas |= {("GRS_NFE", n["chave"]) for n in resposta["notas"]}
        self.respondidas |= {("turno", t["id_turno"]) for t in resposta["turnos"]}
        return em_json(200, resposta)


def _marcadas(banco: Path) -> set[tuple[Any, ...]]:
    return {
        ("operacao_pdv", pk) for (pk,) in _consultar(banco, "SELECT id_operacao FROM operacao_pdv WHERE situacao_replicacao = 9")
    } | {
        ("GRS_NFE", chave) for (chave,) in _consultar(banco, 'SELECT chave FROM "GRS_NFE" WHERE "Lojamix_SitReplicacao" = 9')
    } | {("turno", pk) for (pk,) in _consultar(banco, "SELECT id_turno FROM turno WHERE situacao_replicacao = 9")}  # fmt: skip


def _sao(banco: Path) -> None:
    """The file is whole, and every row is either pending or done."""
    assert _consultar(banco, "PRAGMA integrity_check") == [("ok",)]
    assert {s for (s,) in _consultar(banco, "SELECT DISTINCT situacao_replicacao FROM operacao_pdv")} <= {1, 9}


def _matar_muitas_vezes(banco: Path, servidor: Lenta, mortes: int, sorteio: random.Random) -> int:
    """Kill `mortes` replicators, each at a random instant after its first package; returns how many died at work."""
    no_trabalho = 0
    for _ in range(mortes):
        antes = len(servidor.recebidos)
        processo = _replicar(banco, servidor, "--continuo", "--intervalo", "0.05")
        try:
            limite = time.monotonic() + 60
            while len(servidor.recebidos) == antes and processo.poll() is None and time.monotonic() < limite:
                if not _pendentes(banco):
                    break
                time.sleep(0.005)
            time.sleep(sorteio.uniform(0, 0.25))
            no_trabalho += bool(_pendentes(banco))
        finally:
            processo.kill()
            processo.wait()
        _sao(banco)
        assert _marcadas(banco) <= servidor.respondidas
    return no_trabalho


def _pendentes(banco: Path) -> int:
    ((quantas,),) = _consultar(banco, "SELECT count(*) FROM operacao_pdv WHERE situacao_replicacao = 1")
    return int(quantas)


def _provar(tmp_path: Path, operacoes: int, mortes: int) -> None:
    banco = tmp_path / "terminal.sqlite3"
    assert _iniciar(banco, "pdv_simular", "--operacoes", str(operacoes)).wait(120) == 0
    servidor = Lenta()
    with servidor:
        servidor.respondidas = set()
        servidor.roteiro = servidor.responder
        no_trabalho = _matar_muitas_vezes(banco, servidor, mortes, random.Random(mortes))
        servidor.cortes = 0
        assert _replicar(banco, servidor).wait(120) == 0
        assert no_trabalho >= mortes // 2, "as mortes vieram depois do trabalho: a prova não prova"
        assert servidor.numeros() == list(range(1, operacoes + 1))
        enviadas = servidor.guardadas
    _sao(banco)
    notas = {chave for (chave,) in _consultar(banco, 'SELECT chave FROM "GRS_NFE"')}
    assert {chave[2] for chave in enviadas if chave[1] == "notas"} == notas
    assert not _pendentes(banco) and _marcadas(banco) <= servidor.respondidas
    assert len({chave[0] for chave in enviadas}) == 1  # one installation, whatever died


def test_replicador_morto_a_qualquer_instante_nao_perde_nem_inventa(tmp_path: Path) -> None:
    _provar(tmp_path, OPERACOES, 4)


@pytest.mark.prova
@pytest.mark.timeout(1800)
def test_replicador_morto_duzentas_vezes(tmp_path: Path) -> None:
    _provar(tmp_path, 6000, 200)


def test_simulador_morto_deixa_turnos_inteiros(tmp_path: Path) -> None:
    banco = tmp_path / "terminal.sqlite3"
    assert _iniciar(banco, "pdv_terminal_preparar").wait(120) == 0
    processo = _iniciar(banco, "pdv_simular", "--operacoes", "5000")
    try:
        limite = time.monotonic() + 60
        while not _consultar(banco, "SELECT 1 FROM turno LIMIT 1") and time.monotonic() < limite:
            time.sleep(0.01)
        time.sleep(0.1)
    finally:
        processo.kill()
        processo.wait()
    _sao(banco)
    turnos = _consultar(banco, "SELECT id_turno FROM turno")
    assert turnos and processo.returncode == -9
    for (turno,) in turnos:
        especies = [
            e for (e,) in _consultar(banco, f"SELECT operacao FROM operacao_pdv WHERE id_turno = {turno} ORDER BY 1")
        ]
        assert especies.count(0) == especies.count(9) == 1
    assert _iniciar(banco, "pdv_simular", "--operacoes", "50").wait(120) == 0
    sequenciais = [s for (s,) in _consultar(banco, "SELECT sequencial FROM turno ORDER BY id_turno")]
    assert sequenciais == list(range(1, len(sequenciais) + 1))


def test_preparos_ao_mesmo_tempo_terminam_todos_bem(tmp_path: Path) -> None:
    """All at the line before any starts: they find no tables, and all but one find them made half way."""
    banco, largada = tmp_path / "terminal.sqlite3", tmp_path / "largada"
    prontos = [tmp_path / f"pronto{n}" for n in range(4)]
    processos = [filho(["tests.falhas.preparador", str(pronto), str(largada)], _ambiente(banco)) for pronto in prontos]
    limite = time.monotonic() + 100
    while not all(pronto.exists() for pronto in prontos) and time.monotonic() < limite:
        time.sleep(0.01)
    largada.touch()
    assert [processo.wait(60) for processo in processos] == [0, 0, 0, 0]
    _sao(banco)
