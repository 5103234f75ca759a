"""What is told about routines, to whom, how often, and until when."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from auditoria.models import Evento
from auditoria.services import Ator
from erp.rotinas import selectors
from erp.rotinas.metricas import em_prometheus
from erp.rotinas.models import AlarmeRotina, Batida, Execucao
from erp.rotinas.registro import obter
from erp.rotinas.services import avisar, costume, executar, marcar_visto, tique, vigiar
from erp.rotinas.services.alarmes import alarmar
from erp.rotinas.services.vigilia import conferir_demora

pytestmark = pytest.mark.django_db
Situacao = Execucao.Situacao
Tipo = AlarmeRotina.Tipo
BEAT = Ator("sistema", "agenda")
CPF = "529.982.247-25"


@pytest.fixture
def emails(settings):
    settings.ROTINA_EMAILS = ["ti@exemplo.com.br"]
    return mail.outbox


@pytest.fixture
def falha(declarar):
    """A routine that fails while `erro` says so."""

    class Rotina:
        caminho: str
        erro = f"falta o preço de {CPF}"

    rotina = Rotina()

    def fazer():
        if rotina.erro:
            raise ValueError(rotina.erro)

    rotina.caminho = declarar(fazer, titulo="Gerar recebimentos")
    return rotina


def abertos():
    return list(AlarmeRotina.objects.filter(encerrado_em=None).values_list("rotina", "tipo", "vezes"))


def rodar(rotina):
    return executar(rotina.caminho, iniciada_por=BEAT)


def test_falhar_abre_um_alarme_falhar_de_novo_conta_e_terminar_bem_encerra(falha):
    primeira, segunda = rodar(falha), rodar(falha)
    assert abertos() == [(falha.caminho, Tipo.FALHOU, 2)]
    alarme = AlarmeRotina.objects.get()
    assert (alarme.texto, alarme.execucao_id) == ("ValueError: falta o preço de ***.982.247-**", segunda.pk)
    assert alarme.desde < alarme.ultimo_em and primeira.pk != segunda.pk
    falha.erro = ""
    rodar(falha)
    assert abertos() == []
    falha.erro = "de novo"
    rodar(falha)
    assert AlarmeRotina.objects.count() == 2


def test_o_banco_recusa_dois_abertos_da_mesma_rotina_e_tipo():
    AlarmeRotina.objects.create(rotina="a/b", tipo=Tipo.FALHOU, texto="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        AlarmeRotina.objects.create(rotina="a/b", tipo=Tipo.FALHOU, texto="y")


def test_terminar_com_falhas_avisa(declarar):
    executar(declarar(lambda contexto: contexto.falhar("contrato", "1", "x")), iniciada_por=BEAT)
    assert abertos() == [("Teste/Fazer", Tipo.FALHOU, 1)]


def test_a_falta_fica_no_quadro_por_um_dia_mesmo_que_a_seguinte_rode(falha):
    agora = timezone.now()
    alarmar(obter(falha.caminho), Tipo.PERDIDA, "não rodou", agora=agora - timedelta(hours=23))
    falha.erro = ""
    rodar(falha)
    assert abertos() == [(falha.caminho, Tipo.PERDIDA, 1)]
    AlarmeRotina.objects.update(ultimo_em=agora - timedelta(hours=25))
    rodar(falha)
    assert abertos() == []


def test_um_email_por_vez_com_o_que_ninguem_sabe_e_nunca_dois(falha, emails, declarar):
    rodar(falha)
    executar(declarar(lambda: 1 / 0, "Teste/Outra", titulo="Outra"), iniciada_por=BEAT)
    assert avisar() == 2 and avisar() == 0
    (email,) = emails
    assert email.subject == "Retaguarda: 2 alarmes de rotinas" and email.to == ["ti@exemplo.com.br"]
    assert "Gerar recebimentos: falhou" in email.body and "falta o preço de ***.982.247-**" in email.body
    assert CPF not in email.body and "Traceback" not in email.body
    rodar(falha)
    assert avisar() == 0, "o mesmo, outra vez, já foi dito"


def test_o_que_ja_passou_tambem_se_diz_da_empresa(falha, emails):
    rodar(falha)
    falha.erro = ""
    rodar(falha)
    assert avisar() == 1 and "já voltou ao normal" in emails[0].body


def test_tropeco_do_sistema_so_se_diz_se_durar(declarar, emails):
    falhar = [True]
    caminho = declarar(lambda: 1 / 0 if falhar[0] else None, guardar_vazias=False)
    executar(caminho, iniciada_por=BEAT)
    assert avisar() == 0, "quase sempre passa em dez segundos"
    assert avisar(timezone.now() + timedelta(minutes=6)) == 1
    falhar[0] = False
    executar(caminho, iniciada_por=BEAT)
    falhar[0] = True
    executar(caminho, iniciada_por=BEAT)
    falhar[0] = False
    executar(caminho, iniciada_por=BEAT)
    assert avisar(timezone.now() + timedelta(minutes=6)) == 0, "esse já passou"


def test_sem_destinatario_nao_se_manda_e_nao_se_perde(falha, settings):
    settings.ROTINA_EMAILS = []
    rodar(falha)
    assert avisar() == 0 and mail.outbox == []
    settings.ROTINA_EMAILS = ["ti@exemplo.com.br"]
    assert avisar() == 1


def test_o_email_que_o_servidor_recusa_vai_na_vez_seguinte(falha, emails, settings):
    rodar(falha)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 2
    assert avisar() == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert avisar() == 1 and len(emails) == 1


def test_quem_viu_tira_do_quadro_e_fica_dito(falha):
    rodar(falha)
    ana = User.objects.create_user("ana", password="x")
    alarme = AlarmeRotina.objects.get()
    assert marcar_visto(alarme=alarme, por=ana, motivo="sei o que é") is True
    assert marcar_visto(alarme=alarme, por=ana, motivo="de novo") is False
    alarme.refresh_from_db()
    assert alarme.encerrado_por == ana and abertos() == []
    assert Evento.objects.get(acao="rotinas.alarme_visto").motivo == "sei o que é"


def terminada(caminho, segundos, **campos):
    agora = timezone.now()
    inicio = agora - timedelta(seconds=segundos)
    dados = {"situacao": Situacao.SUCESSO, "iniciada_em": inicio, "terminada_em": agora, "iniciada_por": "x"}
    return Execucao.objects.create(rotina=caminho, **dados | campos)


@pytest.fixture
def com_costume(falha):
    """Its last six took 60 seconds as a rule."""
    falha.erro = ""
    for segundos in (58, 59, 60, 60, 61, 300):
        terminada(falha.caminho, segundos)
    return falha


def test_o_costume_e_a_mediana_das_ultimas_que_terminaram_bem(com_costume):
    terminada(com_costume.caminho, 900, simulacao=True)
    terminada(com_costume.caminho, 900, situacao=Situacao.ERRO)
    assert costume(com_costume.caminho) == timedelta(seconds=60)
    assert costume("nao/ha") is None


@pytest.mark.parametrize(("segundos", "alarma"), [(179, False), (182, True)])
def test_tres_vezes_o_costume_e_alarme(com_costume, segundos, alarma):
    execucao = terminada(com_costume.caminho, segundos)
    assert conferir_demora(obter(com_costume.caminho), execucao, timezone.now()) is alarma
    assert [a.tipo for a in AlarmeRotina.objects.all()] == [Tipo.DEMOROU] * alarma


def test_o_que_e_rapido_nunca_demora(falha):
    for _ in range(6):
        terminada(falha.caminho, 0.01)
    assert conferir_demora(obter(falha.caminho), terminada(falha.caminho, 29), timezone.now()) is False


def test_quem_ainda_esta_rodando_tambem_demora_e_isso_se_diz_uma_vez(com_costume):
    agora = timezone.now()
    campos = {"situacao": Situacao.EXECUTANDO, "terminada_em": None, "heartbeat": agora}
    execucao = terminada(com_costume.caminho, 200, **campos)
    agora = timezone.now()
    assert vigiar(agora) == 1 and vigiar(agora + timedelta(seconds=60)) == 0
    alarme = AlarmeRotina.objects.get()
    assert (alarme.execucao_id, alarme.texto) == (execucao.pk, "Já leva 3 min 20 s; o costume é 1 min 0 s.")


def test_o_que_nenhum_trabalhador_tomou_e_falta(falha):
    agora = timezone.now()
    campos = {"rotina": falha.caminho, "situacao": Situacao.PENDENTE, "iniciada_por": "x"}
    Execucao.objects.create(**campos, agendada_para=agora - timedelta(minutes=11))
    assert vigiar(agora) == 1 and vigiar(agora) == 0
    assert abertos() == [(falha.caminho, Tipo.PERDIDA, 1)]


def test_o_quadro_diz_ha_quanto_ninguem_olha_as_agendas():
    agora = timezone.now()
    assert selectors.quadro().parada_ha is None, "antes da primeira batida não há de que reclamar"
    tique(agora - timedelta(hours=3))
    assert selectors.quadro(agora).parada_ha == timedelta(hours=3)
    tique(agora)
    assert selectors.quadro(agora).parada_ha is None


def test_as_metricas_dizem_alarmes_batida_e_ultimo_sucesso(falha):
    Batida.objects.create(em=timezone.now() - timedelta(hours=2))
    rodar(falha)
    executar("rotinas/esquecer_execucoes", iniciada_por=BEAT)
    texto = em_prometheus().decode()
    assert 'retaguarda_rotinas_alarme{alarme="falhou",rotina="Teste/Fazer"} 1.0' in texto
    assert 'retaguarda_rotinas_ultimo_sucesso_segundos{rotina="rotinas/esquecer_execucoes"}' in texto
    parada = next(linha for linha in texto.splitlines() if linha.startswith("retaguarda_rotinas_parada_segundos"))
    assert 7200 <= float(parada.split()[1]) < 7300
