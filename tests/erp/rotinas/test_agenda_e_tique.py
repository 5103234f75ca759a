"""What the page promised of a schedule is what the tick makes: edits, pauses, and a schedule that nobody can read."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule

from erp.rotinas.agenda import diaria
from erp.rotinas.calendario import proximas
from erp.rotinas.crontab import ler_linha
from erp.rotinas.models import Execucao
from erp.rotinas.services import sincronizar_agendas, tique
from erp.rotinas.services.edicao import mudar_agenda, pausar, retomar
from erp.rotinas.tarefas import em_palavras
from tests.erp.rotinas.elenco import ROTINAS, TI, da_rotina, entrar, texto, token_de

pytestmark = pytest.mark.django_db
MEIO_DIA = "2026-11-22 12:00:00-03:00"


@pytest.fixture
def ti(client, declarar):
    declarar(lambda: None, "Teste/Fazer", diaria("21:10"))
    sincronizar_agendas()
    return entrar(client, "rui", *TI)


def feitas_ate(momento):
    with time_machine.travel(momento, tick=False):
        tique()
    return list(
        Execucao.objects.filter(rotina="Teste/Fazer").order_by("agendada_para").values_list("agendada_para", flat=True)
    )


def mudar(linha, momento="2026-11-22 12:00:05-03:00"):
    with time_machine.travel(momento, tick=False):
        rotina = da_rotina("Teste/Fazer")
        rui = User.objects.get(username="rui")
        return mudar_agenda(
            rotina_id=rotina.pk, agenda=ler_linha(linha), vista=em_palavras(rotina.agenda), usuario=rui, motivo="teste"
        )


@pytest.mark.parametrize("linha", ["0 */2 * * *", "*/25 * * * *", "30 21 * * 1-6", "0 9 1,15 * *"])
def test_o_que_a_tela_prometeu_e_o_que_o_tique_faz(ti, linha):
    feitas_ate(MEIO_DIA)
    mudar(linha)
    feitas_ate("2026-11-22 12:00:10-03:00")
    prometidas = proximas(ler_linha(linha), datetime.fromisoformat("2026-11-22T12:00:10-03:00"))
    for momento in prometidas:
        feitas_ate(momento - timedelta(seconds=1))
        feitas_ate(momento + timedelta(seconds=5))
        Execucao.objects.filter(situacao=Execucao.Situacao.PENDENTE).update(
            situacao=Execucao.Situacao.SUCESSO, terminada_em=momento
        )
    assert feitas_ate(prometidas[-1] + timedelta(seconds=6)) == prometidas


def test_mudar_para_uma_hora_que_ja_passou_hoje_nao_roda_hoje(ti):
    feitas_ate(MEIO_DIA)
    mudar("0 10 * * *")
    assert feitas_ate("2026-11-22 12:01:00-03:00") == []
    assert [f"{timezone.localtime(m):%d %H:%M}" for m in feitas_ate("2026-11-23 10:00:30-03:00")] == ["23 10:00"]


def test_a_hora_que_chega_antes_do_proximo_tique_nao_se_perde(ti):
    feitas_ate(MEIO_DIA)
    mudar("1 12 * * *", "2026-11-22 12:00:58-03:00")
    assert len(feitas_ate("2026-11-22 12:01:08-03:00")) == 1


def test_o_que_ja_era_devido_antes_da_mudanca_ainda_roda(ti):
    feitas_ate("2026-11-22 21:09:55-03:00")
    mudar("0 5 * * *", "2026-11-22 21:10:02-03:00")
    assert [f"{timezone.localtime(m):%d %H:%M}" for m in feitas_ate("2026-11-22 21:10:10-03:00")] == ["22 21:10"]


def test_o_que_deixou_de_rodar_em_pausa_nao_e_recuperado(ti):
    qual = {"rotina_id": da_rotina("Teste/Fazer").pk, "usuario": User.objects.get(username="rui"), "motivo": "feriado"}
    feitas_ate("2026-11-20 12:00:00-03:00")
    with time_machine.travel("2026-11-20 12:00:30-03:00", tick=False):
        assert (pausar(**qual), pausar(**qual)) == (True, False)
    assert feitas_ate("2026-11-23 12:00:00-03:00") == []
    with time_machine.travel("2026-11-23 12:00:30-03:00", tick=False):
        assert (retomar(**qual), retomar(**qual)) == (True, False)
    assert feitas_ate("2026-11-23 12:01:00-03:00") == []
    assert [f"{timezone.localtime(m):%d %H:%M}" for m in feitas_ate("2026-11-23 21:10:30-03:00")] == ["23 21:10"]


def test_uma_agenda_ilegivel_no_banco_nao_para_as_outras(ti, declarar):
    declarar(lambda: None, "Teste/Torta", diaria("21:10"))
    sincronizar_agendas()
    torta = da_rotina("Teste/Torta").agenda.crontab
    CrontabSchedule.objects.filter(pk=torta.pk).update(day_of_month="de vez em quando")
    escolha = {"tipo": "diaria", "horario": "21:10"}
    assert da_rotina("Teste/Fazer").agenda.crontab_id == torta.pk  # the same row serves both: mend this one by the page
    pagina = f"{ROTINAS}{da_rotina('Teste/Fazer').pk}/agenda/"
    token = token_de(ti.post(pagina, {"acao": "ver", **escolha}))
    resposta = ti.post(pagina, {"acao": "gravar", "token": token, "motivo": "consertar", **escolha})
    assert resposta.status_code == 302
    feitas_ate(MEIO_DIA)
    assert len(feitas_ate("2026-11-22 21:10:30-03:00")) == 1
    assert not Execucao.objects.filter(rotina="Teste/Torta").exists()
    assert "Sem agenda" in texto(ti.get(ROTINAS))
