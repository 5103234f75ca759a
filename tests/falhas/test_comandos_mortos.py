"""SIGKILL while the till obeys: every operation asked for goes again, and no command stays open."""

from __future__ import annotations

import random
import sqlite3
import time
from pathlib import Path

import pytest

from tests.falhas.test_replicador_morto import _consultar, _iniciar, _replicar
from tests.filhos import Filho
from tests.pdv.terminal.servidor import Pacote, Retaguarda, Saida, em_json


class Lenta(Retaguarda):
    """Takes its time over every word, loses some of them, and sees what it asked for arrive."""

    sorteio = random.Random(11)

    def receber(self, pacote: Pacote) -> Saida | None:
        time.sleep(self.sorteio.uniform(0, 0.05))
        resposta = self.guardar(pacote)
        chegadas = {o["id_operacao"] for o in pacote["operacoes"]}
        self.comandos = [c for c in self.comandos if c["id_operacao"] not in chegadas]
        return em_json(200, resposta)

    def conversar(self, caminho: str) -> Saida | None:
        time.sleep(self.sorteio.uniform(0, 0.02))
        return Saida(cortar="antes") if self.sorteio.random() < 0.2 else None


def _pedir_tudo(banco: Path, servidor: Lenta) -> list[int]:
    """Everything was replicated long ago, and is asked for again."""
    conexao = sqlite3.connect(banco)
    with conexao:
        conexao.execute("UPDATE operacao_pdv SET situacao_replicacao = 9")
        conexao.execute('UPDATE "GRS_NFE" SET "Lojamix_SitReplicacao" = 9')
        conexao.execute("UPDATE turno SET situacao_replicacao = 9")
        numeros = [
            n for (n,) in conexao.execute("SELECT id_operacao FROM operacao_pdv WHERE data_hora_termino IS NOT NULL")
        ]
    conexao.close()
    servidor.comandos = [{"id": 1000 + n, "tipo": "replicar", "id_operacao": n} for n in numeros]
    return numeros


def _matar(processo: Filho) -> None:
    processo.kill()
    processo.wait(timeout=30)


@pytest.mark.parametrize("mortes", [2, pytest.param(40, marks=[pytest.mark.prova, pytest.mark.timeout(3600)])])
def test_morto_enquanto_obedece_manda_tudo_e_nao_deixa_comando_aberto(tmp_path: Path, mortes: int) -> None:
    banco, sorteio = tmp_path / "terminal.sqlite3", random.Random(mortes)
    assert _iniciar(banco, "pdv_simular", "--operacoes", "20").wait(timeout=120) == 0
    with Lenta() as servidor:
        servidor.roteiro, servidor.roteiro_comandos = servidor.receber, servidor.conversar
        numeros = _pedir_tudo(banco, servidor)
        for _ in range(mortes):
            antes, limite = len(servidor.perguntas), time.monotonic() + 60
            processo = _replicar(banco, servidor, "--continuo", "--intervalo", "0.05", "--comandos", "0.1")
            try:
                while len(servidor.perguntas) == antes and processo.poll() is None and time.monotonic() < limite:
                    time.sleep(0.005)
                time.sleep(sorteio.uniform(0, 0.4))
            finally:
                _matar(processo)
        processo = _replicar(banco, servidor, "--continuo", "--intervalo", "0.05", "--comandos", "0.1")
        try:
            limite = time.monotonic() + 120
            while (servidor.comandos or _pendentes(banco)) and time.monotonic() < limite:
                time.sleep(0.05)
        finally:
            _matar(processo)
        assert not servidor.comandos and not _pendentes(banco)
        assert servidor.numeros() == numeros
        notas = {n for (n,) in _consultar(banco, 'SELECT id_operacao FROM "GRS_NFE"')}
        assert {nota["id_operacao"] for chave, nota in servidor.guardadas.items() if chave[1] == "notas"} == notas


def _pendentes(banco: Path) -> int:
    sql = (
        "SELECT (SELECT count(*) FROM operacao_pdv WHERE situacao_replicacao = 1 AND data_hora_termino IS NOT NULL) + "
        '(SELECT count(*) FROM "GRS_NFE" WHERE "Lojamix_SitReplicacao" = 1)'
    )
    return int(_consultar(banco, sql)[0][0])
