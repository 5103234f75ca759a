"""The routine through the platform: its reference, its simulation, its failures."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
import time_machine

from erp.colaboradores.fusos import BRASILIA
from erp.colaboradores.models import Escala, FolhaDia, Tratamento
from erp.rotinas.models import Execucao, LinhaExecucao
from erp.rotinas.registro import DO_DIA, Recuperacao, obter
from erp.rotinas.services import executar
from tests.erp.colaboradores.elenco import SEGUNDA, colaborador, comercial, folha, marcar, na_escala

CAMINHO = "RegistroPonto/GerarRegistroPontosRotina"
S = Execucao.Situacao


def test_a_rotina_e_a_da_especificacao_e_recupera_cada_dia_perdido() -> None:
    rotina = obter(CAMINHO)
    assert (rotina.caminho, rotina.metodo, rotina.referencia, rotina.recuperacao) == (
        CAMINHO, "GET", DO_DIA, Recuperacao.TODAS,
    )  # fmt: skip
    assert rotina.simulavel


@pytest.mark.django_db(transaction=True)
def test_rodar_duas_vezes_no_dia_faz_uma_vez_so() -> None:
    na_escala(colaborador())
    primeira = executar(CAMINHO, iniciada_por="teste", referencia=SEGUNDA)
    segunda = executar(CAMINHO, iniciada_por="teste", referencia=SEGUNDA)
    assert (primeira.situacao, segunda.situacao) == (S.SUCESSO, S.PULADA)
    assert primeira.contagens == {"novas": 1, "pendentes": 1, "ausencias": 1}
    assert FolhaDia.objects.count() == Tratamento.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_simular_diz_quem_faltou_e_nao_grava_nada() -> None:
    maria = na_escala(colaborador("Maria"))
    simulada = executar(CAMINHO, iniciada_por="teste", referencia=SEGUNDA, simulacao=True)
    assert simulada.contagens["ausencias"] == 1
    assert [item.objeto_id for item in simulada.itens.all()] == [str(maria.pk)]
    assert not FolhaDia.objects.exists() and not Tratamento.objects.exists()
    assert executar(CAMINHO, iniciada_por="teste", referencia=SEGUNDA).situacao == S.SUCESSO


@pytest.mark.django_db(transaction=True)
def test_a_falha_de_um_nao_para_os_outros() -> None:
    comercial()
    bons = [na_escala(colaborador()) for _ in range(5)]
    torta = Escala.objects.create(nome="torta", horarios=["abc"] * 7)  # as only SQL could leave it
    ruim = na_escala(colaborador(), torta)
    bons += [na_escala(colaborador()) for _ in range(2)]
    feita = executar(CAMINHO, iniciada_por="teste", referencia=SEGUNDA)
    assert feita.situacao == S.SUCESSO_COM_FALHAS
    assert set(FolhaDia.objects.values_list("colaborador", flat=True)) == {pessoa.pk for pessoa in bons}
    (falha,) = feita.itens.filter(falha=True)
    assert falha.objeto_id == str(ruim.pk)
    assert "não entendi" in falha.descricao


@pytest.mark.django_db(transaction=True)
def test_pedida_no_meio_do_dia_nao_da_por_ausente_quem_ainda_pode_chegar() -> None:
    maria = na_escala(colaborador())
    with time_machine.travel(datetime.combine(SEGUNDA, time(10), BRASILIA)):
        assert executar(CAMINHO, iniciada_por="teste", referencia=SEGUNDA).contagens == {"novas": 1, "abertas": 1}
    assert folha(maria, SEGUNDA).falta == 0 and not Tratamento.objects.exists()
    with time_machine.travel(datetime.combine(SEGUNDA + timedelta(days=1), time(21, 10), BRASILIA)):
        executar(CAMINHO, iniciada_por="teste", referencia=SEGUNDA + timedelta(days=1))
    assert Tratamento.objects.filter(dia=SEGUNDA, tipo=Tratamento.Tipo.AUSENCIA).count() == 1


@pytest.mark.django_db(transaction=True)
def test_pedida_de_manha_nao_gasta_o_dia_e_a_da_noite_faz_a_folha_uma_vez() -> None:
    maria, joao = na_escala(colaborador("Maria")), na_escala(colaborador("João"))
    noite = datetime.combine(SEGUNDA, time(21, 10), BRASILIA)
    marcar(maria, SEGUNDA, "08:00")
    with time_machine.travel(datetime.combine(SEGUNDA, time(10), BRASILIA)):
        cedo = [executar(CAMINHO, iniciada_por="teste", referencia=SEGUNDA) for _ in range(2)]
        assert {execucao.situacao for execucao in cedo} == {S.SUCESSO}
        assert "ainda não acabou" in LinhaExecucao.objects.filter(execucao=cedo[0]).get().texto
    marcar(maria, SEGUNDA, "12:00", "13:00", "17:00")
    ana = na_escala(colaborador("Ana"))  # registered in the afternoon
    with time_machine.travel(noite):
        feita = executar(CAMINHO, iniciada_por="agenda", agendada_para=noite)
        assert feita.contagens == {"novas": 1, "mudadas": 2, "pendentes": 2, "ausencias": 2}
        assert executar(CAMINHO, iniciada_por="teste", referencia=SEGUNDA).situacao == S.PULADA
    assert folha(maria, SEGUNDA).trabalhado == 480
    ausencias = Tratamento.objects.filter(dia=SEGUNDA, tipo=Tratamento.Tipo.AUSENCIA)
    assert set(ausencias.values_list("colaborador", flat=True)) == {joao.pk, ana.pk}
    assert FolhaDia.objects.filter(dia=SEGUNDA).count() == 3


@pytest.mark.django_db(transaction=True)
@time_machine.travel(datetime(2028, 2, 29, 21, 10, tzinfo=BRASILIA), tick=True)
def test_em_29_de_fevereiro_a_folha_e_de_29_e_a_seguinte_de_1_de_marco() -> None:
    hoje = datetime(2028, 2, 29, tzinfo=BRASILIA).date()
    maria = na_escala(colaborador())
    marcar(maria, hoje, "08:00", "12:00", "13:00", "17:00")
    agendada = datetime(2028, 2, 29, 21, 10, tzinfo=BRASILIA)
    executar(CAMINHO, iniciada_por="teste", agendada_para=agendada)
    executar(CAMINHO, iniciada_por="teste", agendada_para=agendada + timedelta(days=1))
    assert folha(maria, hoje).trabalhado == 480
    assert list(FolhaDia.objects.order_by("dia").values_list("dia", flat=True)) == [hoje, hoje + timedelta(days=1)]


@pytest.mark.django_db(transaction=True)
def test_o_recalculo_de_minuto_em_minuto_pega_o_que_chegou_tarde() -> None:
    maria = na_escala(colaborador())
    executar(CAMINHO, iniciada_por="teste", referencia=SEGUNDA)
    marcar(maria, SEGUNDA, "08:00", "12:00", "13:00", "17:00")
    feita = executar("RegistroPonto/Recalcular", iniciada_por="teste")
    assert feita.contagens == {"mudadas": 1, "ausencias_desfeitas": 1}
    assert executar("RegistroPonto/Recalcular", iniciada_por="teste").contagens == {}
    assert folha(maria, SEGUNDA).trabalhado == 480
