import re

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from auditoria.models import Evento
from erp.rotinas.agenda import diaria
from erp.rotinas.models import Execucao, RotinaAgendada
from erp.rotinas.services import executar, sincronizar_agendas

pytestmark = pytest.mark.django_db
ROTINAS = "/admin/rotinas/rotinaagendada/"
EXECUCOES = "/admin/rotinas/execucao/"
TAREFAS = "/admin/django_celery_beat/periodictask/"


@pytest.fixture
def entrar(client):
    def entrar(login, *codenames):
        quem = User.objects.create_user(login, password="x", is_staff=True)
        quem.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client.force_login(quem)
        return client

    return entrar


@pytest.fixture
def ti(entrar):
    return entrar("ti", "view_rotinaagendada", "view_execucao", "executar_rotina")


def falhar():
    raise ValueError("falta a tabela de preços")


def test_a_lista_diz_quando_e_como_terminou(ti, declarar):
    declarar(falhar, "Teste/Falhar", diaria("21:10"), titulo="Falhar à noite")
    declarar(lambda: None, "Teste/Nunca", diaria("04:00"), titulo="Nunca rodou")
    sincronizar_agendas()
    executar("Teste/Falhar", iniciada_por="x")
    corpo = ti.get(ROTINAS).content.decode()
    for texto in ("Falhar à noite", "todo dia às 21:10", "erro", "nunca rodou", "a cada minuto"):
        assert texto in corpo, texto


def test_a_agenda_desligada_aparece_como_tal(ti, declarar):
    declarar(lambda: None, "Teste/Nunca", diaria("04:00"))
    sincronizar_agendas()
    RotinaAgendada.objects.get(caminho="Teste/Nunca").agenda.delete()
    PeriodicTask.objects.update(enabled=False)
    corpo = ti.get(ROTINAS).content.decode()
    assert "sem agenda" in corpo and "a cada minuto (em pausa)" in corpo


def test_executar_agora_pede_motivo_e_grava_o_pedido(ti, declarar):
    declarar(lambda: None, "Teste/Fazer", diaria("21:10"))
    sincronizar_agendas()
    rotina = RotinaAgendada.objects.get(caminho="Teste/Fazer")
    endereco = f"{ROTINAS}{rotina.pk}/executar_agora/"
    assert endereco in ti.get(f"{ROTINAS}{rotina.pk}/change/").content.decode()
    token = re.search(r'name="token" value="([^"]+)"', ti.get(endereco).content.decode())[1]
    assert ti.post(endereco, {"token": token, "motivo": ""}).status_code == 200
    assert not Execucao.objects.exists()
    assert ti.post(endereco, {"token": token, "motivo": "lote atrasado"}).status_code == 302
    execucao = Execucao.objects.get()
    assert (execucao.rotina, execucao.situacao) == ("Teste/Fazer", Execucao.Situacao.PENDENTE)
    assert Evento.objects.get(acao="rotinas.execucao_solicitada").motivo == "lote atrasado"


def test_quem_so_ve_nao_executa(entrar):
    client = entrar("bia", "view_rotinaagendada")
    rotina = RotinaAgendada.objects.first()
    assert "Executar agora" not in client.get(f"{ROTINAS}{rotina.pk}/change/").content.decode()
    assert client.get(f"{ROTINAS}{rotina.pk}/executar_agora/").status_code == 403
    assert client.get(EXECUCOES).status_code == 403


def test_execucoes_sao_so_leitura_e_a_lista_nao_conta(ti, admin_client, declarar):
    execucao = executar(declarar(falhar), iniciada_por="usuario:ana")
    with CaptureQueriesContext(connection) as consultas:
        corpo = ti.get(EXECUCOES).content.decode()
    assert "ValueError: falta a tabela de preços" in corpo and "usuario:ana" in corpo
    assert not [c["sql"] for c in consultas if "COUNT(" in c["sql"].upper()]
    pagina = f"{EXECUCOES}{execucao.pk}/"
    assert "Traceback" in ti.get(f"{pagina}change/").content.decode()
    assert admin_client.post(f"{pagina}change/", {"erro": ""}).status_code == 403
    assert admin_client.post(f"{pagina}delete/", {"post": "yes"}).status_code == 403
    assert admin_client.get(f"{EXECUCOES}add/").status_code == 403


@pytest.mark.parametrize(("busca", "aparece"), [("Teste/Fazer", True), ("Fazer", False)])
def test_a_busca_e_pelo_caminho_exato(ti, declarar, busca, aparece):
    executar(declarar(falhar), iniciada_por="usuario:ana")
    assert ("falta a tabela" in ti.get(EXECUCOES, {"q": busca}).content.decode()) == aparece


def test_mudar_a_agenda_pela_tela_fica_e_e_auditado(entrar):
    client = entrar("ti", "view_periodictask", "change_periodictask")
    tarefa = PeriodicTask.objects.get(name__contains="rotinas/esquecer_execucoes")
    assert "todo dia às 03:30" in client.get(TAREFAS).content.decode()
    pagina = client.get(f"{TAREFAS}{tarefa.pk}/change/")
    assert pagina.status_code == 200
    novo = CrontabSchedule.objects.create(hour="5", minute="0", timezone="America/Sao_Paulo")
    dados = {"enabled": "on", "crontab": novo.pk}
    assert client.post(f"{TAREFAS}{tarefa.pk}/change/", dados).status_code == 302
    sincronizar_agendas()
    assert "todo dia às 05:00" in client.get(TAREFAS).content.decode()
    assert Evento.objects.get(acao="django_celery_beat.periodictask_alterado").ator == "ti"


def test_a_agenda_tem_intervalo_ou_horario_e_diz_isso_em_portugues(entrar):
    client = entrar("ti", "view_periodictask", "change_periodictask")
    tarefa = PeriodicTask.objects.get(name__contains="rotinas/esquecer_execucoes")
    ambos = {"enabled": "on", "crontab": tarefa.crontab_id, "interval": IntervalSchedule.objects.first().pk}
    for dados in ({"enabled": "on"}, ambos):
        corpo = client.post(f"{TAREFAS}{tarefa.pk}/change/", dados).content.decode()
        assert "um dos dois, e só um" in corpo
        assert "must be set" not in corpo and "Only one" not in corpo
    tarefa.refresh_from_db()
    assert (tarefa.interval, str(tarefa.crontab.hour)) == (None, "3")


def test_a_pagina_da_rotina_so_liga_a_agenda_para_quem_pode_abri_la(entrar):
    rotina = RotinaAgendada.objects.get(caminho="rotinas/esquecer_execucoes")
    pagina = f"{ROTINAS}{rotina.pk}/change/"
    assert f"{TAREFAS}{rotina.agenda_id}/" not in entrar("bia", "view_rotinaagendada").get(pagina).content.decode()
    ti = entrar("ti", "view_rotinaagendada", "view_periodictask")
    assert f"{TAREFAS}{rotina.agenda_id}/" in ti.get(pagina).content.decode()


def test_nao_ha_acao_em_massa_sem_motivo_nas_agendas(admin_client):
    corpo = admin_client.get(TAREFAS).content.decode()
    for acao in ("run_tasks", "toggle_tasks", "disable_tasks", "delete_selected"):
        assert acao not in corpo


def test_as_telas_de_intervalo_e_crontab_abrem(admin_client):
    intervalo = IntervalSchedule.objects.first()
    crontab = CrontabSchedule.objects.first()
    for pagina in (
        f"intervalschedule/{intervalo.pk}/change/",
        f"crontabschedule/{crontab.pk}/change/",
        "crontabschedule/",
    ):
        assert admin_client.get(f"/admin/django_celery_beat/{pagina}").status_code == 200
