"""The tick: times become rows, once each, whatever happens to whoever ticks."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from erp.rotinas import registro
from erp.rotinas.agenda import cada, diaria
from erp.rotinas.models import AlarmeRotina, Batida, Execucao, RotinaAgendada
from erp.rotinas.registro import DA_COMPETENCIA, DO_DIA, Recuperacao
from erp.rotinas.services import acordada, executar_pendentes, sincronizar_agendas, tique

pytestmark = pytest.mark.django_db
Situacao = Execucao.Situacao
SP = ZoneInfo("America/Sao_Paulo")
UM_DIA = timedelta(days=1)


def em(texto):
    return datetime.fromisoformat(texto).replace(tzinfo=SP)


NOITE = em("2026-11-22 21:00")


@pytest.fixture(autouse=True)
def so_as_do_teste(monkeypatch):
    """The registry of a test has what it declares."""
    monkeypatch.setattr(registro, "_rotinas", {})
    PeriodicTask.objects.all().delete()
    RotinaAgendada.objects.all().delete()


@pytest.fixture
def agendar(declarar):
    """Declare, schedule, and have it seen by a tick at noon."""

    def agendar(agenda=None, vista_em=NOITE - timedelta(hours=9), **opcoes):
        feitas = []
        caminho = declarar(
            lambda contexto: feitas.append(contexto.referencia), agenda=agenda or diaria("21:00"), **opcoes
        )
        sincronizar_agendas()
        tique(vista_em)
        return caminho, feitas

    return agendar


def tarefa():
    return RotinaAgendada.objects.get().agenda


def rodadas():
    return list(Execucao.objects.order_by("agendada_para").values_list("agendada_para", "situacao"))


def test_a_hora_vira_uma_linha_que_roda_uma_vez(agendar):
    _, feitas = agendar()
    assert tique(NOITE - timedelta(seconds=1)) == 0
    assert tique(NOITE) == 1
    assert [tique(NOITE + timedelta(seconds=n)) for n in (0, 1, 60, 3600)] == [0, 0, 0, 0]
    assert rodadas() == [(NOITE, Situacao.PENDENTE)]
    assert executar_pendentes() == 1 and len(feitas) == 1
    assert executar_pendentes() == 0


def test_a_primeira_vez_que_se_ve_uma_agenda_nada_e_devido(agendar):
    agendar(vista_em=NOITE + timedelta(minutes=1))
    assert tique(NOITE + timedelta(minutes=2)) == 0 and not Execucao.objects.exists()


def test_a_referencia_e_a_do_horario_e_nao_a_de_quando_rodou(agendar):
    _, feitas = agendar(referencia=DO_DIA)
    tique(NOITE + timedelta(hours=4))  # past midnight
    executar_pendentes()
    assert feitas == [date(2026, 11, 22)]
    assert Execucao.objects.get().referencia == date(2026, 11, 22)


def test_da_competencia_roda_bem_uma_vez_no_mes(agendar):
    _, feitas = agendar(referencia=DA_COMPETENCIA)
    for dia in range(10):
        tique(NOITE + dia * UM_DIA)
        executar_pendentes()
    assert feitas == [date(2026, 11, 1), date(2026, 12, 1)]
    assert [s for _, s in rodadas()].count(Situacao.PULADA) == 8


@pytest.mark.parametrize(
    ("politica", "esperadas", "referencias"),
    [
        (Recuperacao.PULAR, [(2, Situacao.PERDIDA)], []),
        (Recuperacao.UMA_VEZ, [(1, Situacao.PERDIDA), (2, Situacao.SUCESSO)], [24]),
        (
            Recuperacao.TODAS,
            [(0, Situacao.SUCESSO), (1, Situacao.SUCESSO), (2, Situacao.SUCESSO)],
            [22, 23, 24],
        ),
    ],
)
def test_tres_noites_sem_ninguem(agendar, politica, esperadas, referencias):
    caminho, feitas = agendar(recuperacao=politica, referencia=DO_DIA)
    with time_machine.travel(NOITE + 2 * UM_DIA + timedelta(hours=11)):  # an alarm stays open for a day
        tique()
        executar_pendentes()
    assert rodadas() == [(NOITE + dias * UM_DIA, situacao) for dias, situacao in esperadas]
    assert [dia.day for dia in feitas] == referencias
    (alarme,) = AlarmeRotina.objects.all()
    assert (alarme.rotina, alarme.tipo, alarme.encerrado_em) == (caminho, AlarmeRotina.Tipo.PERDIDA, None)
    assert tique(NOITE + 2 * UM_DIA + timedelta(hours=12)) == 0, "a segunda batida não acha nada"


def test_quantas_se_perderam_fica_dito(agendar):
    agendar(recuperacao=Recuperacao.PULAR)
    tique(NOITE + 2 * UM_DIA + timedelta(hours=11))
    perdida = Execucao.objects.get()
    assert perdida.contagens == {"horarios": 3}
    assert perdida.erro == "3 horários sem rodar, até 21:00 de 24/11/2026: ninguém viu a hora passar."


def test_um_atraso_dentro_da_tolerancia_nao_e_falta(agendar):
    agendar(recuperacao=Recuperacao.PULAR)
    assert tique(NOITE + timedelta(minutes=9)) == 1
    assert not AlarmeRotina.objects.exists()


def test_atrasada_mas_recuperada_roda_e_avisa(agendar):
    agendar()
    assert tique(NOITE + timedelta(hours=11)) == 1
    assert "Não rodou na hora (21:00 de 22/11/2026)" in AlarmeRotina.objects.get().texto


def test_um_dia_parado_de_dez_em_dez_segundos_deixa_uma_linha(agendar):
    agendar(agenda=cada(segundos=10), guardar_vazias=False)
    assert tique(NOITE + UM_DIA) == 1
    assert Execucao.objects.count() == 1
    assert not AlarmeRotina.objects.exists(), "as batidas do sistema se curam sozinhas"


def test_um_dia_parado_de_oito_em_oito_minutos_deixa_uma_rodada_e_uma_falta(agendar):
    agendar(agenda=cada(minutos=8))
    tique(NOITE + UM_DIA)
    assert [s for _, s in rodadas()] == [Situacao.PERDIDA, Situacao.PENDENTE]


def test_batida_do_sistema_em_curso_nao_empilha_outra(agendar):
    agendar(agenda=cada(segundos=10), guardar_vazias=False)
    tique(NOITE)
    for n in range(1, 6):
        assert tique(NOITE + timedelta(seconds=10 * n)) == 0
    assert Execucao.objects.count() == 1


def test_batidas_vazias_nao_deixam_linhas(agendar):
    agendar(agenda=cada(segundos=10), guardar_vazias=False)
    for n in range(6):
        tique(NOITE + timedelta(seconds=10 * n))
        executar_pendentes()
    assert Execucao.objects.count() == 1


def test_agenda_editada_vale_dali_em_diante(agendar):
    agendar()
    nova = CrontabSchedule.objects.create(hour="20", minute="0", timezone="America/Sao_Paulo")
    PeriodicTask.objects.filter(pk=tarefa().pk).update(crontab=nova)
    assert tique(em("2026-11-22 20:30")) == 0, "as 20:00 de hoje já tinham passado quando foi editada"
    assert tique(NOITE) == 0, "as 21:00 já não são dela"
    assert tique(em("2026-11-23 20:00")) == 1
    assert rodadas() == [(em("2026-11-23 20:00"), Situacao.PENDENTE)]


def test_o_intervalo_editado_na_sua_propria_linha_tambem_vale(agendar):
    """Nothing of `PeriodicTask` changes: the row of the interval does."""
    agendar(agenda=cada(minutos=60))
    IntervalSchedule.objects.update(every=7200)
    tique(em("2026-11-22 12:30"))
    assert tique(em("2026-11-22 13:00")) == 0
    assert tique(em("2026-11-22 14:00")) == 1


def test_editar_para_o_que_era_nao_roda_de_novo(agendar):
    agendar()
    tique(NOITE)
    executar_pendentes()
    original = tarefa().crontab_id
    outra = CrontabSchedule.objects.create(hour="22", minute="0", timezone="America/Sao_Paulo")
    PeriodicTask.objects.update(crontab=outra)
    tique(NOITE + timedelta(minutes=1))
    PeriodicTask.objects.update(crontab=original)
    assert tique(NOITE + timedelta(minutes=2)) == 0
    assert rodadas() == [(NOITE, Situacao.SUCESSO)]


def test_desligada_nao_roda_e_religada_nao_cobra_o_que_passou(agendar):
    agendar()
    PeriodicTask.objects.update(enabled=False)
    assert tique(NOITE) == 0
    tique(NOITE + UM_DIA)
    PeriodicTask.objects.update(enabled=True)
    assert tique(NOITE + UM_DIA + timedelta(hours=1)) == 0
    assert tique(NOITE + 2 * UM_DIA) == 1
    assert not AlarmeRotina.objects.exists()


def test_o_relogio_que_volta_nao_repete_e_nao_para(agendar):
    agendar()
    tique(NOITE)
    executar_pendentes()
    assert tique(NOITE - timedelta(hours=3)) == 0
    assert tique(NOITE) == 0, "a mesma hora, pela segunda vez"
    assert tique(NOITE + UM_DIA) == 1, "e a de amanhã roda"
    assert [quando for quando, _ in rodadas()] == [NOITE, NOITE + UM_DIA]


def test_o_relogio_que_esteve_no_futuro_nao_cala_a_rotina(agendar):
    agendar(agenda=cada(segundos=10), guardar_vazias=False)
    tique(NOITE + 3650 * UM_DIA)
    executar_pendentes()
    tique(NOITE)
    assert tique(NOITE + timedelta(seconds=10)) == 1


def test_sem_corpo_nao_roda_nem_ligada(agendar):
    agendar(configurada=False)
    assert tarefa().enabled is False
    PeriodicTask.objects.update(enabled=True)
    tique(NOITE - timedelta(hours=1))
    assert tique(NOITE) == 0 and not Execucao.objects.exists()


def test_ganhar_corpo_liga_a_agenda_uma_vez(declarar):
    declarar(lambda: None, configurada=False)
    sincronizar_agendas()
    registro._rotinas.clear()
    declarar(lambda: None)
    sincronizar_agendas()
    assert tarefa().enabled is True
    PeriodicTask.objects.update(enabled=False)
    sincronizar_agendas()
    assert tarefa().enabled is False, "o que a equipe desligou fica desligado"


def test_rotina_que_saiu_do_codigo_nao_vira_linha(agendar):
    agendar()
    registro._rotinas.clear()
    assert tique(NOITE) == 0


def test_batida_sem_nada_devido_custa_poucas_consultas(agendar):
    agendar()
    tique(NOITE)
    with CaptureQueriesContext(connection) as consultas:
        tique(NOITE + timedelta(seconds=1))
    feitas = [c["sql"] for c in consultas if "SAVEPOINT" not in c["sql"]]
    assert len(feitas) <= 5, feitas


def test_a_batida_fica_anotada():
    tique(NOITE)
    tique(NOITE + timedelta(seconds=10))
    assert Batida.objects.get().em == NOITE + timedelta(seconds=10)
    assert timezone.is_aware(Batida.objects.get().em)


def test_duas_mensagens_no_mesmo_segundo_olham_as_agendas_uma_vez(agendar):
    """Beat sends one for each schedule: seven of the system's own come at once, every ten seconds."""
    caminho, feitas = agendar(agenda=cada(segundos=1), vista_em=timezone.now() - timedelta(seconds=5))
    acordada()
    assert len(feitas) == 1
    em = Batida.objects.get().em
    with time_machine.travel(em.replace(microsecond=999_000), tick=False):
        assert acordada() == 0
        assert Batida.objects.get().em == em
    with time_machine.travel(em + timedelta(seconds=1), tick=False):
        assert acordada() == 1
    assert Execucao.objects.filter(rotina=caminho).count() == 2


def test_uma_batida_deixada_no_futuro_nao_cala_as_seguintes(agendar):
    _, feitas = agendar(agenda=cada(segundos=1), vista_em=timezone.now() - timedelta(seconds=5))
    Batida.objects.update(em=timezone.now() + timedelta(days=400))
    acordada()
    assert len(feitas) == 1
