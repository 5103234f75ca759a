"""Changing a schedule on its page: seen before it is saved, once, with a reason, by whoever may."""

import pytest
import time_machine
from django_celery_beat.models import CrontabSchedule, PeriodicTask, PeriodicTasks

from auditoria.models import Evento
from erp.rotinas.admin.formulario import FormularioDeAgenda, inicial
from erp.rotinas.agenda import Cada, cada, diaria
from erp.rotinas.crontab import Cron, ler_linha
from erp.rotinas.services import sincronizar_agendas
from erp.rotinas.tarefas import agenda_da, em_palavras
from tests.erp.rotinas.elenco import ROTINAS, TI, da_rotina, entrar, texto, token_de

pytestmark = pytest.mark.django_db
MEIO_DIA = "2026-11-22 12:00:00-03:00"


@pytest.fixture
def ti(client, declarar):
    declarar(lambda: None, "Teste/Fazer", diaria("21:10"))
    sincronizar_agendas()
    return entrar(client, "rui", *TI)


def endereco():
    return f"{ROTINAS}{da_rotina('Teste/Fazer').pk}/agenda/"


def agenda():
    return em_palavras(da_rotina("Teste/Fazer").agenda)


def ver(ti, **dados):
    return ti.post(endereco(), {"acao": "ver", **dados})


def gravar(ti, token, motivo="porque sim, e basta", **dados):
    return ti.post(endereco(), {"acao": "gravar", "token": token, "motivo": motivo, **dados})


@time_machine.travel(MEIO_DIA, tick=False)
def test_a_pagina_abre_com_a_agenda_de_agora_e_as_suas_proximas(ti):
    corpo = texto(ti.get(endereco()))
    assert "Hoje ela roda todo dia às 21:10" in corpo and "é a agenda de agora" in corpo
    assert "hoje às 21:10 daqui a 9 h" in corpo and "qui 26/11 às 21:10" in corpo


@time_machine.travel(MEIO_DIA, tick=False)
@pytest.mark.parametrize(
    ("escolha", "palavras", "primeira"),
    [
        ({"tipo": "minutos", "minutos": "8"}, "A cada 8 minutos", "hoje às 12:08"),
        ({"tipo": "minutos", "minutos": "60"}, "A cada hora", "hoje às 13:00"),
        ({"tipo": "horas", "horas": "2"}, "A cada 2 horas", "hoje às 14:00"),
        ({"tipo": "diaria", "horario": "05:30"}, "Todo dia às 05:30", "amanhã às 05:30"),
        ({"tipo": "diaria", "horario": "5h30"}, "Todo dia às 05:30", "amanhã às 05:30"),
        ({"tipo": "semanal", "dias": ["1", "3"], "horario_semanal": "08:00"}, "Toda segunda e quarta às 08:00", "amanhã às"),
        ({"tipo": "semanal", "dias": list("0123456"), "horario_semanal": "08:00"}, "Todo dia às 08:00", "amanhã às 08:00"),
        ({"tipo": "crontab", "linha": "*/15 8-18 * * seg-sex"}, "De segunda a sexta, a cada 15 minutos", "amanhã às 08:00"),
    ],
)  # fmt: skip
def test_cada_escolha_mostra_as_proximas_antes_de_gravar_e_grava(ti, escolha, palavras, primeira):
    visto = ver(ti, **escolha)
    assert palavras in texto(visto) and primeira in texto(visto)
    assert agenda() == "todo dia às 21:10"  # nothing was saved yet
    assert gravar(ti, token_de(visto), **escolha).status_code == 302
    assert agenda() == palavras[:1].lower() + palavras[1:] or palavras in agenda().capitalize()


@pytest.mark.parametrize(
    ("escolha", "diz"),
    [
        ({}, "Este campo é obrigatório"),
        ({"tipo": "sempre"}, "Faça uma escolha válida"),
        ({"tipo": "minutos", "minutos": ""}, "Diga de quantos em quantos minutos."),
        ({"tipo": "minutos", "minutos": "0"}, "Escreva um número inteiro de 1 a 1440."),
        ({"tipo": "minutos", "minutos": "1,5"}, "Escreva um número inteiro de 1 a 1440."),
        ({"tipo": "minutos", "minutos": "9" * 40}, "Escreva um número inteiro de 1 a 1440."),
        ({"tipo": "horas", "horas": "169"}, "Escreva um número inteiro de 1 a 168."),
        ({"tipo": "diaria", "horario": "25:00"}, "Escreva a hora como 21:00."),
        ({"tipo": "diaria", "horario": ""}, "Diga a hora, por exemplo 21:00."),
        ({"tipo": "semanal", "horario_semanal": "08:00"}, "Marque ao menos um dia."),
        ({"tipo": "semanal", "dias": ["7"], "horario_semanal": "08:00"}, "Faça uma escolha válida"),
        ({"tipo": "crontab", "linha": ""}, "Escreva os cinco campos"),
        ({"tipo": "crontab", "linha": "0 25 * * *"}, "Hora: recebido &#x27;25&#x27;"),
        ({"tipo": "crontab", "linha": "* * *"}, "Recebidos 3 campos; esperados cinco"),
        ({"tipo": "crontab", "linha": "0 0 31 2 *"}, "Nunca rodaria"),
        ({"tipo": "segundos", "segundos": "5"}, "Faça uma escolha válida"),
    ],
)
def test_o_que_nao_se_entende_diz_o_que_se_esperava_e_nao_grava(ti, escolha, diz):
    token = token_de(ti.get(endereco()))
    for resposta in (ver(ti, **escolha), gravar(ti, token, **escolha), ti.post(f"{endereco()}previa/", escolha)):
        assert resposta.status_code == 200
        assert diz in resposta.content.decode()
    assert agenda() == "todo dia às 21:10"


def test_o_que_ficou_nos_campos_das_outras_escolhas_nao_atrapalha(ti):
    escolha = {
        "tipo": "minutos",
        "minutos": "8",
        "horas": "999",
        "horario": "99:99",
        "linha": "x",
        "horario_semanal": "?",
    }
    visto = ver(ti, **escolha)
    assert "Escreva" not in texto(visto).replace("Escreva ao", "")
    assert gravar(ti, token_de(visto), **escolha).status_code == 302
    assert agenda() == "a cada 8 minutos"


def test_o_que_nao_foi_visto_nao_se_grava(ti):
    """Without scripts: the schedule was changed after it was shown, and saved at once."""
    visto = ver(ti, tipo="minutos", minutos="8")
    resposta = gravar(ti, token_de(visto), tipo="minutos", minutos="9")
    assert resposta.status_code == 409
    assert "A agenda escolhida mudou. Confira as próximas execuções e grave." in texto(resposta)
    assert "A cada 9 minutos" in texto(resposta) and agenda() == "todo dia às 21:10"
    assert gravar(ti, token_de(resposta), tipo="minutos", minutos="9").status_code == 302
    assert agenda() == "a cada 9 minutos"


@pytest.mark.parametrize("token", ["", "inventado", None])
def test_sem_a_confirmacao_da_pagina_nada_se_grava(ti, token):
    dados = {"acao": "gravar", "motivo": "porque sim, e basta", "tipo": "minutos", "minutos": "9"}
    resposta = ti.post(endereco(), dados if token is None else dados | {"token": token})
    assert resposta.status_code == 409 and agenda() == "todo dia às 21:10"


def test_sem_motivo_nada_se_grava_e_o_escolhido_continua_na_tela(ti):
    visto = ver(ti, tipo="minutos", minutos="8")
    resposta = gravar(ti, token_de(visto), motivo="  a  ", tipo="minutos", minutos="8")
    assert "Falta o motivo" in texto(resposta) and 'value="8"' in resposta.content.decode()
    assert agenda() == "todo dia às 21:10"


def test_dois_cliques_gravam_uma_vez_com_quem_por_que_e_o_antes_e_o_depois(ti):
    visto = ver(ti, tipo="horas", horas="2")
    for _ in range(2):
        assert gravar(ti, token_de(visto), tipo="horas", horas="2").status_code == 302
    evento = Evento.objects.get(acao="rotinas.agenda_mudada")
    assert (evento.ator, evento.motivo, evento.objeto_id) == (
        "rui",
        "porque sim, e basta",
        str(da_rotina("Teste/Fazer").pk),
    )
    assert evento.antes == {"agenda": "todo dia às 21:10"}
    assert evento.depois == {"rotina": "Teste/Fazer", "agenda": "a cada 2 horas"}
    corpo = texto(ti.get(f"{ROTINAS}{da_rotina('Teste/Fazer').pk}/change/"))
    assert "rui mudou a agenda" in corpo and "Motivo: porque sim, e basta" in corpo


def test_quem_grava_por_cima_da_mudanca_de_outra_pessoa_e_avisado(ti):
    visto = ver(ti, tipo="minutos", minutos="8")
    outra = da_rotina("Teste/Fazer").agenda
    outra.crontab = CrontabSchedule.objects.create(hour="5", minute="0", timezone="America/Sao_Paulo")
    outra.save()
    resposta = gravar(ti, token_de(visto), tipo="minutos", minutos="8")
    assert resposta.status_code == 409
    assert "Alguém mudou esta agenda enquanto isso: agora é todo dia às 05:00." in texto(resposta)
    assert agenda() == "todo dia às 05:00"


@pytest.mark.parametrize(
    "escolha", [{"tipo": "diaria", "horario": "21:10"}, {"tipo": "crontab", "linha": "10 21 * * 0-6"}]
)
def test_gravar_a_mesma_agenda_diz_que_nada_mudou(ti, escolha):
    resposta = gravar(ti, token_de(ver(ti, **escolha)), **escolha)
    assert "A agenda já é esta" in texto(resposta)
    assert not Evento.objects.filter(acao="rotinas.agenda_mudada").exists()


def test_a_mudanca_fica_depois_do_proximo_deploy_e_acorda_o_beat(ti):
    antes = PeriodicTasks.objects.get(ident=1).last_update
    escolha = {"tipo": "diaria", "horario": "05:00"}
    gravar(ti, token_de(ver(ti, **escolha)), **escolha)
    sincronizar_agendas()
    assert agenda() == "todo dia às 05:00"
    assert PeriodicTasks.objects.get(ident=1).last_update > antes
    assert str(da_rotina("Teste/Fazer").agenda.crontab.timezone) == "America/Sao_Paulo"


def test_a_rotina_em_pausa_muda_de_agenda_e_continua_em_pausa(ti):
    PeriodicTask.objects.update(enabled=False)
    escolha = {"tipo": "minutos", "minutos": "8"}
    visto = ver(ti, **escolha)
    assert "A rotina está em pausa, e continua" in texto(visto)
    gravar(ti, token_de(visto), **escolha)
    assert agenda() == "a cada 8 minutos (em pausa)"


def test_a_agenda_apagada_volta_pela_pagina(ti):
    da_rotina("Teste/Fazer").agenda.delete()
    assert "Hoje ela roda sem agenda" in texto(ti.get(endereco()))
    escolha = {"tipo": "minutos", "minutos": "8"}
    gravar(ti, token_de(ver(ti, **escolha)), **escolha)
    tarefa = da_rotina("Teste/Fazer").agenda
    assert (tarefa.task, tarefa.args, tarefa.enabled) == ("erp.rotinas.executar", '["Teste/Fazer"]', True)


def test_a_mesma_agenda_em_duas_rotinas_e_uma_linha_so(ti, declarar):
    antes = CrontabSchedule.objects.count()
    for hora in ("05:07", "05:08", "05:07"):
        escolha = {"tipo": "diaria", "horario": hora}
        gravar(ti, token_de(ver(ti, **escolha)), **escolha)
    assert CrontabSchedule.objects.count() == antes + 2


def test_a_previa_so_por_post(ti):
    assert ti.get(f"{endereco()}previa/").status_code == 405


def test_a_rotina_que_roda_por_segundo_pode_continuar_assim(ti, declarar):
    declarar(lambda: None, "Teste/Rapida", cada(segundos=10))
    sincronizar_agendas()
    pagina = f"{ROTINAS}{da_rotina('Teste/Rapida').pk}/agenda/"
    assert "A cada tantos segundos" in texto(ti.get(pagina))
    escolha = {"tipo": "segundos", "segundos": "30"}
    token = token_de(ti.post(pagina, {"acao": "ver", **escolha}))
    ti.post(pagina, {"acao": "gravar", "token": token, "motivo": "menos vezes", **escolha})
    assert em_palavras(da_rotina("Teste/Rapida").agenda) == "a cada 30 segundos"


@pytest.mark.parametrize(
    "quando",
    [
        cada(minutos=8), cada(minutos=120), cada(segundos=10), Cada(1440 * 60), Cron("10", "21"), ler_linha("0 4 * * 0"),
        ler_linha("0 8 * * 1-5"), ler_linha("*/15 8-18 * * 1-5"), ler_linha("0 9 1 * *"), ler_linha("0 9,15 * * *"),
    ],
)  # fmt: skip
def test_o_formulario_aberto_e_gravado_sem_mexer_da_a_mesma_agenda(quando):
    dados = inicial(quando)
    formulario = FormularioDeAgenda(dados, por_segundo=True)
    assert formulario.is_valid(), formulario.errors
    igual = formulario.agenda == quando
    assert igual or formulario.agenda.valores == quando.valores


def test_a_agenda_que_nao_se_le_vira_sem_agenda():
    assert agenda_da(PeriodicTask(crontab=CrontabSchedule(minute="x", hour="*"))) is None
    assert agenda_da(None) is None
