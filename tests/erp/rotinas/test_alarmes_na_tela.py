"""Alarms on the dashboard and in their list."""

from datetime import timedelta

import pytest
from django.utils import timezone

from auditoria.models import Evento
from erp.rotinas.models import AlarmeRotina, Batida
from erp.rotinas.services import sincronizar_agendas
from tests.erp.rotinas.elenco import EXECUCOES, TI, VER, Situacao, da_rotina, entrar, execucao, texto, token_de

pytestmark = pytest.mark.django_db
ALARMES = "/admin/rotinas/alarmerotina/"
Tipo = AlarmeRotina.Tipo


@pytest.fixture
def rui(client):
    return entrar(client, "rui", *TI, "view_alarmerotina")


def alarme(tipo=Tipo.FALHOU, rotina="Teste/Fazer", **campos):
    return AlarmeRotina.objects.create(rotina=rotina, tipo=tipo, **{"texto": f"texto do {tipo.name}", **campos})


def test_o_painel_mostra_o_que_se_perdeu_falhou_demorou_e_espera(rui, declarar):
    declarar(lambda: None, titulo="Fazer o teste")
    sincronizar_agendas()
    falha = execucao(situacao=Situacao.ERRO)
    for tipo in Tipo:
        alarme(tipo, execucao=falha if tipo == Tipo.FALHOU else None)
    alarme(rotina="Teste/Encerrada", texto="isto já acabou", encerrado_em=timezone.now())
    resposta = rui.get("/admin/")
    corpo = texto(resposta)
    for tipo in Tipo:
        assert f"texto do {tipo.name}" in corpo and tipo.label in corpo
    assert "Fazer o teste" in corpo and "isto já acabou" not in corpo
    assert f"{EXECUCOES}{falha.pk}/change/" in resposta.content.decode()


def test_sem_alarme_o_painel_diz_que_nao_ha(rui):
    assert "nenhuma perdida, com erro, demorada ou à espera de aprovação" in texto(rui.get("/admin/"))


def test_o_painel_avisa_quando_ninguem_olha_as_agendas(rui):
    Batida.objects.create(em=timezone.now() - timedelta(hours=3))
    assert "Ninguém olha as agendas há 3 h" in texto(rui.get("/admin/"))


def test_o_painel_mostra_poucos_e_diz_quantos_mais(rui):
    for n in range(12):
        alarme(rotina=f"Teste/Fazer{n}", texto=f"alarme {n};")
    corpo = texto(rui.get("/admin/"))
    assert corpo.count("alarme ") - corpo.count("de alarme") >= 8 and "E mais 4" in corpo


def test_quem_nao_ve_rotinas_nao_ve_o_quadro(client):
    alarme()
    assert "texto do FALHOU" not in texto(entrar(client, "zeca", "view_execucao").get("/admin/"))


def test_quem_so_ve_nao_marca_como_visto(client):
    aberto = alarme()
    bia = entrar(client, "bia", *VER, "view_alarmerotina")
    assert "Já vi" not in texto(bia.get("/admin/"))
    assert bia.get(f"{ALARMES}{aberto.pk}/visto/").status_code == 403


def test_ja_vi_tira_do_painel_com_motivo_e_uma_vez(rui):
    aberto = alarme()
    endereco = f"{ALARMES}{aberto.pk}/visto/"
    assert endereco in rui.get("/admin/").content.decode()
    token = token_de(rui.get(endereco))
    for _ in range(2):
        rui.post(endereco, {"token": token, "motivo": "já arrumei o servidor"})
    aberto.refresh_from_db()
    assert aberto.encerrado_por.username == "rui"
    assert Evento.objects.get(acao="rotinas.alarme_visto").motivo == "já arrumei o servidor"
    assert "texto do FALHOU" not in texto(rui.get("/admin/"))
    assert "visto por rui" in texto(rui.get(ALARMES))


def test_o_alarme_leva_a_execucao_ou_a_rotina(rui, declarar):
    declarar(lambda: None)
    sincronizar_agendas()
    falha = execucao(situacao=Situacao.ERRO)
    com, sem = alarme(execucao=falha), alarme(Tipo.PERDIDA)
    assert rui.get(f"{ALARMES}{com.pk}/change/")["Location"] == f"{EXECUCOES}{falha.pk}/change/"
    resposta = rui.get(rui.get(f"{ALARMES}{sem.pk}/change/")["Location"])
    assert resposta["Location"] == f"/admin/rotinas/rotinaagendada/{da_rotina('Teste/Fazer').pk}/change/"


def test_a_lista_filtra_os_abertos_sem_contar(rui, django_assert_max_num_queries):
    alarme(texto="aberto ainda")
    alarme(rotina="Teste/Outra", texto="encerrado já", encerrado_em=timezone.now())
    with django_assert_max_num_queries(12):
        corpo = texto(rui.get(ALARMES, {"aberto": "sim"}))
    assert "aberto ainda" in corpo and "encerrado já" not in corpo
