"""The page "Rotinas", and that of each routine."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from auditoria.models import Evento
from erp.rotinas.agenda import diaria
from erp.rotinas.models import AlarmeRotina, Batida, Execucao, RotinaAgendada
from erp.rotinas.registro import DO_DIA
from erp.rotinas.services import executar, sincronizar_agendas
from tests.erp.rotinas.elenco import EXECUCOES, ROTINAS, TI, VER, Situacao, da_rotina, entrar, execucao, texto, token_de

pytestmark = pytest.mark.django_db
MEIO_DIA = "2026-11-22 12:00:00-03:00"


@pytest.fixture
def ti(client):
    return entrar(client, "rui", *TI)


def falhar():
    raise ValueError("falta a tabela de preços")


def pagina(caminho, sufixo="change/"):
    return f"{ROTINAS}{da_rotina(caminho).pk}/{sufixo}"


@time_machine.travel(MEIO_DIA, tick=False)
def test_a_lista_diz_quando_as_proximas_cinco_e_como_terminou(ti, declarar):
    declarar(falhar, "Teste/Falhar", diaria("21:10"), titulo="Falhar à noite")
    declarar(lambda: None, "Teste/Nunca", titulo="De oito em oito")
    sincronizar_agendas()
    executar("Teste/Falhar", iniciada_por="sistema:agenda")
    corpo = texto(ti.get(ROTINAS))
    for dito in (
        "Falhar à noite", "Todo dia às 21:10", "hoje, amanhã, ter 24/11, qua 25/11, qui 26/11", "erro",
        "ValueError: falta a tabela de preços",
        "De oito em oito", "A cada 8 minutos", "hoje às 12:08, 12:16, 12:24, 12:32, 12:40", "nunca rodou",
    ):  # fmt: skip
        assert dito in corpo, dito


def test_a_que_mexe_com_contratos_e_da_empresa_mesmo_sem_caminho_na_especificacao(ti, declarar):
    declarar(lambda: None, "Teste/Cobrar", titulo="Cobrar quem deve", simulavel=True)
    declarar(lambda: None, "Teste/Varrer", titulo="Varrer a casa")
    sincronizar_agendas()
    da_empresa, _, do_sistema = texto(ti.get(ROTINAS)).partition("Do próprio sistema")
    assert "Cobrar quem deve" in da_empresa and "Varrer a casa" in do_sistema


def test_a_duracao_vem_ao_lado_do_que_costuma_levar(ti, declarar):
    declarar(lambda: None)
    sincronizar_agendas()
    for segundos in (2, 3, 4, 5, 50):
        execucao(segundos=segundos)
    assert "levou 50,0 s, costuma levar 4,0 s" in texto(ti.get(ROTINAS))


def test_a_em_pausa_e_a_sem_agenda_aparecem_como_tais(ti, declarar):
    declarar(lambda: None, "Teste/Nunca", diaria("04:00"))
    sincronizar_agendas()
    da_rotina("Teste/Nunca").agenda.delete()
    PeriodicTask.objects.update(enabled=False)
    corpo = texto(ti.get(ROTINAS, {"mostrar": "em-pausa"}))
    assert "não roda até alguém retomar" in corpo and "Sem agenda" not in corpo
    assert "Sem agenda" in texto(ti.get(ROTINAS))


def test_a_nao_configurada_diz_que_e_e_nao_oferece_nada(ti, declarar):
    declarar(lambda: None, "Teste/Futura", titulo="Rotina do futuro")
    sincronizar_agendas()
    RotinaAgendada.objects.filter(caminho="Teste/Futura").update(configurada=False)
    corpo = texto(ti.get(ROTINAS, {"mostrar": "nao-configuradas"}))
    assert "Rotina do futuro" in corpo and "não configurada" in corpo and "seria a cada 8 minutos" in corpo
    da_pagina = texto(ti.get(pagina("Teste/Futura")))
    assert "ainda não está configurada" in da_pagina
    assert "Executar agora" not in da_pagina and "Mudar agenda" not in da_pagina
    assert ti.get(pagina("Teste/Futura", "agenda/")).status_code == 404
    assert "não há o que executar" in texto(ti.get(pagina("Teste/Futura", "executar_agora/")))


def test_o_que_tem_problema_tem_filtro_proprio(ti, declarar):
    declarar(lambda: None, "Teste/Bem", titulo="Vai bem")
    declarar(lambda: None, "Teste/Mal", titulo="Vai mal")
    declarar(lambda: None, "Teste/Alarme", titulo="Demora demais")
    sincronizar_agendas()
    execucao("Teste/Bem")
    execucao("Teste/Mal", Situacao.PERDIDA, erro="Ninguém rodou na hora.")
    execucao("Teste/Alarme")
    AlarmeRotina.objects.create(rotina="Teste/Alarme", tipo=AlarmeRotina.Tipo.DEMOROU, texto="Levou 9 min; costuma 3.")
    corpo = texto(ti.get(ROTINAS, {"mostrar": "problemas"}))
    assert "Vai mal" in corpo and "Ninguém rodou na hora." in corpo
    assert "Demora demais" in corpo and "Levou 9 min; costuma 3." in corpo
    assert "Vai bem" not in corpo


def test_quando_ninguem_olha_as_agendas_a_pagina_avisa(ti):
    Batida.objects.create(em=timezone.now())
    assert "Ninguém olha as agendas" not in texto(ti.get(ROTINAS))
    Batida.objects.update(em=timezone.now() - timedelta(minutes=40))
    assert "Ninguém olha as agendas há 40 min" in texto(ti.get(ROTINAS))


def test_mais_rotinas_e_mais_execucoes_nao_fazem_mais_perguntas(ti, declarar):
    execucao(declarar(lambda: None))
    sincronizar_agendas()
    ti.get(ROTINAS)
    with CaptureQueriesContext(connection) as antes:
        ti.get(ROTINAS)
    for n in range(5):
        declarar(lambda: None, f"Teste/Fazer{n}")
    sincronizar_agendas()
    for n in range(5):
        for _ in range(4):
            execucao(f"Teste/Fazer{n}")
    with CaptureQueriesContext(connection) as depois:
        ti.get(ROTINAS)
    assert len(depois) <= len(antes)


def test_executar_agora_pede_motivo_e_grava_o_pedido_uma_vez(ti, declarar):
    declarar(lambda: None, "Teste/Fazer", diaria("21:10"))
    sincronizar_agendas()
    endereco = pagina("Teste/Fazer", "executar_agora/")
    assert endereco in ti.get(pagina("Teste/Fazer")).content.decode()
    assert endereco in ti.get(ROTINAS).content.decode()
    token = token_de(ti.get(endereco))
    assert ti.post(endereco, {"token": token, "motivo": ""}).status_code == 200
    assert not Execucao.objects.exists()
    for _ in range(2):
        assert ti.post(endereco, {"token": token, "motivo": "lote atrasado"}).status_code == 302
    pedida = Execucao.objects.get()
    assert (pedida.rotina, pedida.situacao, pedida.simulacao) == ("Teste/Fazer", Situacao.PENDENTE, False)
    assert Evento.objects.get(acao="rotinas.execucao_solicitada").motivo == "lote atrasado"
    assert "esperando um trabalhador" in texto(ti.get(ROTINAS))


@time_machine.travel(MEIO_DIA, tick=False)
def test_a_rotina_de_um_dia_pode_ser_pedida_para_outro_que_ja_chegou(ti, declarar):
    declarar(lambda: None, "Teste/Fazer", diaria("21:10"), referencia=DO_DIA)
    sincronizar_agendas()
    endereco = pagina("Teste/Fazer", "executar_agora/")
    resposta = ti.get(endereco)
    assert "Esta rotina cuida de um dia. Em branco, hoje." in texto(resposta)
    dados = {"token": token_de(resposta), "motivo": "lote atrasado"}
    assert "ainda não chegou" in texto(ti.post(endereco, dados | {"referencia": "2026-11-23"}))
    assert not Execucao.objects.exists()
    ti.post(endereco, dados | {"referencia": "2026-11-20"})
    assert str(Execucao.objects.get().referencia) == "2026-11-20"


def test_a_rotina_que_nao_e_de_um_dia_nao_pergunta_o_dia(ti, declarar):
    declarar(lambda: None)
    sincronizar_agendas()
    assert "Para o dia" not in texto(ti.get(pagina("Teste/Fazer", "executar_agora/")))


@time_machine.travel(MEIO_DIA, tick=False)
def test_simular_pede_uma_execucao_que_nao_grava_e_leva_a_ela(ti, declarar):
    declarar(lambda: None, referencia=DO_DIA, simulavel=True)
    sincronizar_agendas()
    endereco = pagina("Teste/Fazer", "simular/")
    assert endereco in ti.get(ROTINAS).content.decode()
    resposta = ti.get(endereco)
    assert "não grava nada" in texto(resposta)
    dados = {"token": token_de(resposta), "referencia": "2026-10-31"}
    assert "ainda não chegou" in texto(ti.post(endereco, dados | {"referencia": "2026-11-23"}))
    resposta = ti.post(endereco, dados)
    pedida = Execucao.objects.get()
    assert resposta["Location"] == f"{EXECUCOES}{pedida.pk}/change/"
    assert (pedida.simulacao, str(pedida.referencia), pedida.situacao) == (True, "2026-10-31", Situacao.PENDENTE)
    assert "já tinha sido enviada" in texto(ti.post(endereco, dados, follow=True))
    assert Execucao.objects.count() == 1


def test_o_que_nao_se_simula_nao_oferece(ti, declarar):
    declarar(lambda: None)
    sincronizar_agendas()
    assert "Simular" not in texto(ti.get(pagina("Teste/Fazer")))
    assert ti.get(pagina("Teste/Fazer", "simular/")).status_code == 404


def test_pausar_e_retomar_pedem_motivo_e_ficam_na_pagina(ti, declarar):
    declarar(lambda: None, "Teste/Fazer", diaria("21:10"))
    sincronizar_agendas()
    for ato, ligada in (("pausar", False), ("retomar", True)):
        endereco = pagina("Teste/Fazer", f"{ato}/")
        token = token_de(ti.get(endereco))
        ti.post(endereco, {"token": token, "motivo": f"porque vou {ato}"})
        assert da_rotina("Teste/Fazer").agenda.enabled is ligada
        assert Evento.objects.get(acao=f"rotinas.{ {'pausar': 'pausada', 'retomar': 'retomada'}[ato] }").ator == "rui"
    corpo = texto(ti.get(pagina("Teste/Fazer")))
    for dito in ("Quem mexeu na agenda", "rui pôs em pausa", "rui retomou", "Motivo: porque vou pausar"):
        assert dito in corpo, dito


@pytest.mark.parametrize("sufixo", ["executar_agora/", "pausar/", "retomar/", "simular/", "agenda/", "agenda/previa/"])
def test_quem_so_ve_nao_age(client, declarar, sufixo):
    declarar(lambda: None, simulavel=True)
    sincronizar_agendas()
    bia = entrar(client, "bia", *VER)
    corpo = texto(bia.get(pagina("Teste/Fazer")))
    for ato in ("Executar agora", "Simular", "Mudar agenda", "Pausar"):
        assert ato not in corpo, ato
    assert bia.get(pagina("Teste/Fazer", sufixo)).status_code == 403
    assert bia.post(pagina("Teste/Fazer", sufixo), {"tipo": "minutos", "minutos": 5}).status_code == 403


def test_quem_nao_ve_as_rotinas_nao_abre_nada(client, declarar):
    declarar(lambda: None)
    sincronizar_agendas()
    bia = entrar(client, "bia", "view_execucao")
    assert [bia.get(e).status_code for e in (ROTINAS, pagina("Teste/Fazer"))] == [403, 403]


def test_quem_nao_ve_execucoes_ve_a_rotina_sem_elas(client, declarar):
    execucao(declarar(lambda: None), contagens={"contratos": 7})
    sincronizar_agendas()
    bia = entrar(client, "bia", "view_rotinaagendada")
    assert "contratos: 7" not in texto(bia.get(pagina("Teste/Fazer")))


def test_a_pagina_da_rotina_diz_as_proximas_as_execucoes_e_como_funciona(ti, declarar):
    declarar(lambda: None, "Teste/Fazer", diaria("21:10"), referencia=DO_DIA, descricao="Faz o que tem de ser feito.")
    sincronizar_agendas()
    execucao(contagens={"contratos_vistos": 1234}, referencia="2026-11-21")
    execucao(situacao=Situacao.ERRO, erro="Traceback\nValueError: <b>torto</b>", iniciada_por="usuario:ana")
    resposta = ti.get(pagina("Teste/Fazer"))
    corpo = texto(resposta)
    for dito in (
        "Faz o que tem de ser feito.", "daqui a", "contratos vistos: 1.234", "de 21/11/2026", "ana",
        "um dia: termina bem uma vez só para cada", "roda uma vez só, a mais nova",
    ):  # fmt: skip
        assert dito in corpo, dito
    assert "ValueError: &lt;b&gt;torto&lt;/b&gt;" in resposta.content.decode()


def test_a_rotina_que_o_sistema_ja_nao_tem_mostra_so_a_sua_historia(ti):
    antiga = RotinaAgendada.objects.create(caminho="Teste/Antiga", titulo="Já não há", declarada=False)
    execucao("Teste/Antiga")
    corpo = texto(ti.get(f"{ROTINAS}{antiga.pk}/change/"))
    assert "não existe mais" in corpo and "Executar agora" not in corpo
    assert "Já não há" not in texto(ti.get(ROTINAS))


@pytest.mark.parametrize("qual", ["999999", "abc", "9" * 30])
def test_a_rotina_que_nao_existe_leva_a_lista(ti, qual):
    resposta = ti.get(f"{ROTINAS}{qual}/change/", follow=True)
    assert "Esta rotina não existe." in texto(resposta)


@pytest.mark.parametrize("modelo", ["periodictask", "crontabschedule", "intervalschedule", "solarschedule"])
def test_a_agenda_so_se_muda_pela_pagina_da_rotina(admin_client, modelo):
    assert admin_client.get(f"/admin/django_celery_beat/{modelo}/").status_code == 404
