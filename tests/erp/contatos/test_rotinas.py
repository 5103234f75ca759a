"""The routines by the platform's own door: twice, simulated, and what the tick of every minute does."""

from __future__ import annotations

from datetime import date

import pytest

from auditoria.services import ATOR_SISTEMA
from erp.contatos.models import Comunicado, ModeloMensagem
from erp.contatos.registro import Fonte, registrar_fonte
from erp.rotinas.models import Execucao
from erp.rotinas.registro import obter
from erp.rotinas.services import executar
from filas.models import Mensagem
from tests.erp.contatos.conftest import aviso, mandar
from tests.filas.fila.correio import Correio

pytestmark = pytest.mark.django_db(transaction=True)
Situacao = Comunicado.Situacao


def _fonte(quantos: int = 3) -> list[date]:
    dias: list[date] = []

    def ler(dia: date) -> list[object]:
        dias.append(dia)
        return [aviso(f"f:{n}") for n in range(quantos)]

    registrar_fonte(Fonte("provas", "Provas", ler))  # type: ignore[arg-type]  # a list is iterable
    return dias


def test_lembrar_duas_vezes_diz_cada_fato_uma(modelo: ModeloMensagem) -> None:
    _fonte()
    primeira = executar("Contatos/Lembrar", iniciada_por=ATOR_SISTEMA)
    segunda = executar("Contatos/Lembrar", iniciada_por=ATOR_SISTEMA)

    assert (primeira.situacao, segunda.situacao) == (Execucao.Situacao.SUCESSO,) * 2
    assert primeira.contagens["provas"] == 3
    assert Comunicado.objects.filter(fonte="provas").count() == 3


def test_a_rotina_de_cada_minuto_poe_na_fila_e_anota_a_entrega(modelo: ModeloMensagem, correio: Correio) -> None:
    _fonte()
    executar("Contatos/Lembrar", iniciada_por=ATOR_SISTEMA)
    na_fila = executar("contatos/enviar", iniciada_por=ATOR_SISTEMA)
    assert na_fila.contagens["na fila"] == 3
    mandar()
    entregues = executar("Contatos/Enviar", iniciada_por=ATOR_SISTEMA)

    assert entregues.contagens["entregues"] == 3
    assert len(correio.cartas) == 3
    assert Comunicado.objects.filter(situacao=Situacao.ENTREGUE).count() == 3


def test_lembrar_simulado_conta_o_que_seria_dito_e_nao_grava_nada(modelo: ModeloMensagem) -> None:
    _fonte()
    assert obter("Contatos/Lembrar").simulavel
    execucao = executar("Contatos/Lembrar", iniciada_por=ATOR_SISTEMA, simulacao=True)

    assert execucao.situacao == Execucao.Situacao.SUCESSO
    assert execucao.contagens["provas"] == 3
    assert not Comunicado.objects.exists() and not Mensagem.objects.exists()
    assert execucao.itens.count() == 3
