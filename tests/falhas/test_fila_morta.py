"""Workers killed and stopped in the middle of a call: the message goes again, with the same token, and ends once."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from erp.config.copias import copiar
from filas.fila.entrada import enfileirar
from filas.models import Mensagem, Tentativa
from tests.falhas.vivos import RAIZ, esperar
from tests.filas.fila.destino import destino
from tests.filas.fila.equipe import equipe

pytestmark = pytest.mark.django_db(transaction=True)
NOME = "Provas"


def _situacoes() -> list[int]:
    return list(Mensagem.objects.order_by("id").values_list("situacao", flat=True))


def _resultados() -> list[int]:
    return list(Tentativa.objects.order_by("id").values_list("resultado", flat=True))


def test_trabalhador_morto_no_meio_da_chamada_devolve_a_mensagem_que_vai_com_o_mesmo_token() -> None:
    enfileirar(NOME, [("1", {"n": 1})])
    with destino() as outro:
        outro.solto.clear()
        with equipe(1, outro.url, reserva=1) as (vitima,):
            esperar(lambda: len(outro.chegadas) == 1, 30, "a chamada sair")
            vitima.kill()
        outro.solto.set()
        assert _situacoes() == [1]
        with equipe(1, outro.url, reserva=1):
            esperar(lambda: _situacoes() == [2], 30, "a mensagem ir de novo")

    primeira, segunda = outro.chegadas
    assert primeira.token == segunda.token == str(Mensagem.objects.get().token)
    assert _resultados() == [Tentativa.Resultado.ABANDONADA, Tentativa.Resultado.SUCESSO]
    assert list(Tentativa.objects.order_by("id").values_list("numero", flat=True)) == [1, 2]


def test_quem_so_parou_e_perdeu_a_reserva_nao_termina_a_mensagem_que_ja_e_de_outro(tmp_path: Path) -> None:
    """The stopped one comes back with its 200 while the other, which took the message over, is still calling."""
    registro = tmp_path / "parado.log"
    enfileirar(NOME, [("1", {"n": 1})])
    with destino(portoes={0: threading.Event(), 1: threading.Event()}) as outro:
        with equipe(1, outro.url, reserva=1, registro=registro) as (parado,):
            esperar(lambda: len(outro.chegadas) == 1, 30, "a chamada sair")
            parado.send_signal(signal.SIGSTOP)
            with equipe(1, outro.url, reserva=60):
                esperar(lambda: len(outro.chegadas) == 2, 200, "outro pegar a mensagem")
                reserva = Mensagem.objects.get().reserva
                outro.portoes[0].set()
                parado.send_signal(signal.SIGCONT)
                esperar(lambda: "resultado_tardio" in registro.read_text(), 30, "o parado trazer a sua resposta")
                assert (Mensagem.objects.get().situacao, Mensagem.objects.get().reserva) == (1, reserva)
                outro.portoes[1].set()
                esperar(lambda: _situacoes() == [2], 30, "o outro terminar")

    assert outro.chegadas[0].token == outro.chegadas[1].token
    assert _resultados() == [Tentativa.Resultado.ABANDONADA, Tentativa.Resultado.SUCESSO]
    assert Mensagem.objects.get().tentativas == 2


def test_chamada_mais_longa_que_a_reserva_continua_de_quem_a_fez() -> None:
    """Another worker looks for leases that are over all the while: the heartbeat leaves it none."""
    enfileirar(NOME, [("1", {"n": 1})])
    with destino(demora=8) as outro, equipe(2, outro.url, reserva=4):  # a slow machine may be late by 2.6 s
        esperar(lambda: _situacoes() == [2], 200, "a chamada longa terminar")

    assert len(outro.chegadas) == 1
    assert _resultados() == [Tentativa.Resultado.SUCESSO]


@pytest.mark.timeout(900)
@pytest.mark.prova
def test_trabalhadores_que_morrem_um_atras_do_outro_nao_perdem_mensagem_nenhuma() -> None:
    enfileirar(NOME, [(str(n), {"n": n}) for n in range(300)])
    with destino(demora=0.01) as outro:
        for _ in range(3):
            antes = len(outro.chegadas)
            with equipe(2, outro.url, reserva=1, concorrencia=8) as (vitima, _):
                esperar(lambda antes=antes: len(outro.chegadas) >= antes + 20, 200, "o trabalho andar")  # type: ignore[misc]  # bound at once
                vitima.kill()
                vitima.wait()
        with equipe(2, outro.url, reserva=1, tentativas=50):
            esperar(lambda: not Mensagem.objects.exclude(situacao=2).exists(), 200, "tudo ir")

    assert {chegada.corpo["n"] for chegada in outro.chegadas} == set(range(300))
    sucessos = Tentativa.objects.filter(resultado=Tentativa.Resultado.SUCESSO)
    assert sucessos.count() == sucessos.values("mensagem_id").distinct().count() == 300


@pytest.mark.timeout(600)
def test_banco_que_cai_duas_vezes_no_meio_nao_perde_mensagem_nem_resultado(tmp_path: Path) -> None:
    copia = tmp_path / "como-esta.dump"  # the tables, without migrating once more
    copiar(copia)
    comando = [
        sys.executable, "-m", "tests.falhas.fila_reiniciada",
        "--mensagens", "300", "--reinicios", "2", "--copia", str(copia),
    ]  # fmt: skip
    feito = subprocess.run(comando, cwd=RAIZ, capture_output=True, text=True, check=False)
    assert feito.returncode == 0, feito.stdout[-5000:] + feito.stderr[-5000:]
    assert feito.stdout.count("reinício") == 2
    assert feito.stdout.rstrip().endswith("CONFERE")
