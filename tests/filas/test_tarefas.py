"""What tills send, and what talks to the world, have queues and workers of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from erp.config.celery import app
from erp.rotinas.internas import enviar_a_fila
from filas import wake
from filas.fila.contextos import Contexto
from filas.fila.entrada import DESPERTADOR, enfileirar
from tests.filas.fila.provas import NOME, Provas

RAIZ = Path(__file__).resolve().parents[2]


def test_o_mundo_e_os_pdvs_tem_filas_proprias() -> None:
    def fila(tarefa: str) -> str:
        rota = app.amqp.router.route({}, tarefa).get("queue")
        return app.conf.task_default_queue if rota is None else rota.name

    assert fila("filas.enviar") == fila("provedores.processar") == "mundo"
    assert fila("pdv.processar") == "pdv"
    assert fila("filas.em_massa") == fila("erp.rotinas.executar") == fila("pdv.reprocessar_em_massa") == "celery"


def test_cada_fila_tem_o_seu_trabalhador_e_o_do_mundo_tem_limite_de_memoria() -> None:
    linhas = dict(linha.split(": ", 1) for linha in (RAIZ / "Procfile").read_text().splitlines())

    assert "--queues pdv " in linhas["pdv"]
    assert "--queues celery " in linhas["worker"]
    assert "--queues mundo " in linhas["mundo"]
    assert "--max-memory-per-child" in linhas["mundo"]


@pytest.mark.django_db(transaction=True)
def test_a_batida_acorda_quem_envia_so_quando_ha_o_que_enviar(
    contextos: dict[str, Contexto], monkeypatch: pytest.MonkeyPatch
) -> None:
    contextos[NOME] = Provas()
    acordados: list[str] = []
    monkeypatch.setitem(wake._despertadores, DESPERTADOR, lambda: acordados.append("enviar"))
    assert enviar_a_fila() == {"contextos": 0}
    assert acordados == []

    enfileirar(NOME, [("1", {})])
    acordados.clear()
    assert enviar_a_fila() == {"contextos": 1}
    assert acordados == ["enviar"]
