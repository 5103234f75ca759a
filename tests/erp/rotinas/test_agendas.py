"""Schedules are created once, and what staff change in them stays changed."""

import json

import pytest
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from erp.rotinas import registro
from erp.rotinas.agenda import diaria, semanal
from erp.rotinas.models import RotinaAgendada
from erp.rotinas.services import sincronizar_agendas

pytestmark = pytest.mark.django_db


def tarefa_de(caminho):
    return RotinaAgendada.objects.get(caminho=caminho).agenda


def test_migrar_agenda_as_rotinas_internas():
    tarefa = tarefa_de("rotinas/executar_pendentes")
    assert (tarefa.task, json.loads(tarefa.args), tarefa.enabled) == (
        "erp.rotinas.executar", ["rotinas/executar_pendentes"], True,
    )  # fmt: skip
    assert sincronizar_agendas() == 0


def test_intervalo_horario_e_dia_da_semana(declarar):
    declarar(lambda: None, "Teste/Intervalo", titulo="Intervalo")
    declarar(lambda: None, "Teste/Diaria", diaria("21:10"), titulo="Diária")
    declarar(lambda: None, "Teste/Semanal", semanal("dom", "04:00"), titulo="Semanal")
    assert sincronizar_agendas() == 3
    assert tarefa_de("Teste/Intervalo").interval.schedule.run_every.total_seconds() == 480
    diario = tarefa_de("Teste/Diaria").crontab
    assert (diario.hour, diario.minute, diario.day_of_week, str(diario.timezone)) == (
        "21",
        "10",
        "*",
        "America/Sao_Paulo",
    )
    assert tarefa_de("Teste/Semanal").crontab.day_of_week == "0"


def test_duas_rotinas_no_mesmo_horario_dividem_a_linha_do_horario(declarar):
    declarar(lambda: None, "Teste/Uma", diaria("21:10"), titulo="A")
    declarar(lambda: None, "Teste/Outra", diaria("21:10"), titulo="A")
    assert sincronizar_agendas() == 2
    assert tarefa_de("Teste/Uma").crontab_id == tarefa_de("Teste/Outra").crontab_id
    assert CrontabSchedule.objects.filter(hour="21", minute="10").count() == 1


def test_o_que_a_equipe_mudou_fica(declarar):
    declarar(lambda: None, "Teste/Diaria", diaria("21:10"))
    sincronizar_agendas()
    tarefa = tarefa_de("Teste/Diaria")
    tarefa.crontab = None
    tarefa.interval = IntervalSchedule.objects.create(every=3, period="hours")
    tarefa.enabled = False
    tarefa.save()
    assert sincronizar_agendas() == 0
    tarefa.refresh_from_db()
    assert (tarefa.interval.every, tarefa.crontab, tarefa.enabled) == (3, None, False)


def test_pausada_por_alguem_fica_pausada_quando_o_provedor_sai_e_volta(declarar):
    for configurada in (False, True):
        registro._rotinas.pop("teste/diaria", None)
        declarar(lambda: None, "Teste/Diaria", diaria("21:10"), configurada=configurada)
        sincronizar_agendas()
        assert tarefa_de("Teste/Diaria").enabled is configurada
    tarefa = tarefa_de("Teste/Diaria")
    tarefa.enabled = False
    tarefa.save()
    for configurada in (False, True):
        registro._rotinas.pop("teste/diaria")
        declarar(lambda: None, "Teste/Diaria", diaria("21:10"), configurada=configurada)
        sincronizar_agendas()
    assert tarefa_de("Teste/Diaria").enabled is False


def test_agenda_apagada_pela_equipe_nao_volta(declarar):
    declarar(lambda: None, "Teste/Diaria", diaria("21:10"))
    sincronizar_agendas()
    tarefa_de("Teste/Diaria").delete()
    assert sincronizar_agendas() == 0
    assert tarefa_de("Teste/Diaria") is None


def test_titulo_e_descricao_acompanham_o_codigo(declarar):
    declarar(lambda: None, "Teste/Diaria", diaria("21:10"), titulo="Antigo")
    sincronizar_agendas()
    registro._rotinas.pop("teste/diaria")
    declarar(lambda: None, "Teste/Diaria", diaria("21:10"), titulo="Novo", descricao="Faz assim.")
    sincronizar_agendas()
    linha = RotinaAgendada.objects.get(caminho="Teste/Diaria")
    assert (linha.titulo, linha.descricao) == ("Novo", "Faz assim.")


def test_rotina_que_saiu_do_codigo_e_desligada_e_fica_na_lista(declarar):
    declarar(lambda: None, "Teste/Diaria", diaria("21:10"))
    sincronizar_agendas()
    registro._rotinas.pop("teste/diaria")
    sincronizar_agendas()
    linha = RotinaAgendada.objects.get(caminho="Teste/Diaria")
    assert linha.declarada is False and linha.agenda.enabled is False
    assert PeriodicTask.objects.filter(enabled=True).exists()
