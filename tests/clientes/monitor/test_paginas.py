"""The Monitor's pages: who sees and does what, what they say, and what a second click does."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from auditoria.models import Evento
from clientes.models import MunicipioInformado, Pendente, Reenvio, Varredura
from filas.models import Mensagem
from tests.clientes.monitor.elenco import escrever, mensagens, monitorar, notas
from tests.clientes.monitor.test_informar import BH, com_erro
from tests.erp.elenco import navegador

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("loja", "fila")]

MONITOR = "/admin/clientes/varredura/"
REENVIAR = f"{MONITOR}reenviar/"
ONTEM = f"{timezone.localtime() - timedelta(days=1):%Y-%m-%dT%H:%M}"
GRUPOS = ("operador", "gerente", "fiscal", "financeiro", "TI", "auditor")


def texto(cliente: Client, url: str) -> str:
    resposta = cliente.get(url)
    assert resposta.status_code == 200, (url, resposta.status_code)
    return resposta.content.decode()


def token(pagina: str) -> str:
    achado = re.search(r'name="token" value="([^"]+)"', pagina)
    assert achado
    return achado[1]


def informar_de(codigo: str = "1") -> str:
    return f"{MONITOR}informar/{mensagens(codigo)[-1].pk}/"


# Who may


@pytest.mark.parametrize("grupo", GRUPOS)
def test_quem_ve_o_monitor_e_quem_age(grupo: str) -> None:
    com_erro("1")
    ana = navegador(grupo)
    ve, age = grupo in ("operador", "gerente", "TI", "auditor"), grupo in ("gerente", "TI")
    assert ana.get(MONITOR).status_code == (200 if ve else 403)
    assert ana.get(f"{MONITOR}quadro/").status_code == (200 if ve else 403)
    assert ana.post(f"{MONITOR}varrer/").status_code == (302 if age else 403)
    assert ana.get(REENVIAR).status_code == (200 if age else 403)
    assert ana.post(REENVIAR, {"desde": ONTEM, "acao": "reenviar"}).status_code in ((409, 302) if age else (403,))
    assert ana.get(informar_de()).status_code == (200 if age else 403)
    assert ana.post(informar_de(), {"codigo": BH}).status_code == (409 if age else 403)
    assert ana.post(f"{MONITOR}reenvio/1/cancelar/").status_code == (404 if age else 403)
    if ve:
        assert ("Varrer agora" in texto(ana, MONITOR)) == age
    assert not MunicipioInformado.objects.exists()
    assert not Reenvio.objects.exists()


def test_sem_entrar_nada_se_ve() -> None:
    com_erro("1")
    for url in (MONITOR, f"{MONITOR}quadro/", REENVIAR, informar_de()):
        assert Client().get(url).status_code == 302


# The board


def test_monitor_vazio_diz_que_esta_em_dia() -> None:
    pagina = texto(navegador("operador"), MONITOR)
    assert "em dia" in pagina
    assert "ainda não houve mudança" in pagina
    assert "Lugares que a tabela" not in pagina


def test_monitor_mostra_o_que_espera_ha_quanto_tempo_e_o_que_ja_fez() -> None:
    escrever("1")
    monitorar()
    for n in range(3):
        escrever(f"novo {n}")
    Pendente.objects.update(notado_em=timezone.now() - timedelta(hours=2, minutes=5, seconds=30))
    pagina = texto(navegador("operador"), MONITOR)
    assert "2 h 5 min" in pagina
    assert "ninguém as pegou" in pagina
    assert "Terminada" in pagina
    assert Varredura.objects.count() == 1


@pytest.mark.parametrize("causa", ["SEM_IBGE", "SEM_BACEN"])
def test_o_quadro_leva_as_mensagens_que_ele_conta(causa: str) -> None:
    escrever("1")
    monitorar()
    Mensagem.objects.update(situacao=4, causa=causa)
    quem = navegador("gerente")
    (url,) = re.findall(rf'href="([^"]*\?causa=[^"]*{causa})"', texto(quem, MONITOR))
    assert [m.pk for m in quem.get(url).context["cl"].result_list] == [mensagens("1")[-1].pk]


def test_varredura_que_morreu_aparece_interrompida() -> None:
    velha = timezone.now() - timedelta(hours=1)
    Varredura.objects.create(iniciada_em=velha, vista_em=velha, por="rotina", notas=5)
    assert "Interrompida" in texto(navegador("operador"), MONITOR)


def test_o_que_foi_posto_de_lado_e_avisado() -> None:
    Pendente.objects.create(codigo_cliente="1", erro="o banco recusou")
    assert "postas de lado" in texto(navegador("operador"), MONITOR)


def test_lugares_desconhecidos_vem_agrupados_com_o_elo_para_informar() -> None:
    com_erro("1")
    com_erro("2", "b horizonte")
    com_erro("3", "OUTRA<script>")
    pagina = texto(navegador("gerente"), MONITOR)
    assert "2 mensagens" in pagina
    assert f"{MONITOR}informar/" in pagina
    assert "OUTRA&lt;script&gt;" in pagina
    assert f"{MONITOR}informar/" not in texto(navegador("operador"), MONITOR)


def test_a_lista_nao_conta_a_tabela(django_assert_max_num_queries: object) -> None:
    for n in range(60):
        Varredura.objects.create(iniciada_em=timezone.now(), vista_em=timezone.now(), por="rotina", notas=n)
    ana = navegador("operador")
    ana.get(MONITOR)
    with django_assert_max_num_queries(26) as consultas:  # type: ignore[operator]  # pytest-django's fixture
        ana.get(MONITOR)
    assert not [c["sql"] for c in consultas if re.search(r"COUNT\(\*\).*FROM \"clientes_varredura\"", c["sql"])]


def test_varrer_agora_varre_audita_e_repete_sem_dobrar() -> None:
    escrever("1")
    ana = navegador("gerente")
    assert "1 mensagem na fila" in ana.post(f"{MONITOR}varrer/", follow=True).content.decode()
    assert "Nenhuma mudança" in ana.post(f"{MONITOR}varrer/", follow=True).content.decode()
    assert ana.get(f"{MONITOR}varrer/").status_code == 405
    assert (len(mensagens("1")), notas()) == (1, [])
    assert Evento.objects.filter(acao="clientes.varredura_pedida", ator="ana").count() == 2
    assert Varredura.objects.get().por == "usuario:ana"


# Send again


def test_reenviar_mostra_quantos_pede_motivo_e_age_uma_vez() -> None:
    escrever("1")
    ana = navegador("gerente")
    pagina = texto(ana, f"{REENVIAR}?desde={ONTEM}")
    assert "1 cliente" in pagina
    dados = {"desde": ONTEM, "acao": "reenviar", "token": token(pagina)}
    assert "Falta o motivo" in ana.post(REENVIAR, dados).content.decode()
    dados["motivo"] = "plataforma restaurada"
    assert "Reenvio pedido" in ana.post(REENVIAR, dados, follow=True).content.decode()
    assert "já tinha sido enviada" in ana.post(REENVIAR, dados, follow=True).content.decode()
    assert Reenvio.objects.get().motivo == "plataforma restaurada"


def test_reenviar_outra_data_que_a_vista_pede_para_conferir() -> None:
    escrever("1")
    ana = navegador("gerente")
    visto = token(texto(ana, f"{REENVIAR}?desde={ONTEM}"))
    dados = {"desde": "2020-01-01T00:00", "acao": "reenviar", "token": visto, "motivo": "porque sim"}
    resposta = ana.post(REENVIAR, dados)
    assert (resposta.status_code, Reenvio.objects.count()) == (409, 0)
    assert "A data mudou" in resposta.content.decode()


@pytest.mark.parametrize("desde", ["", "ontem", "2999-01-01T00:00", "99999-99-99", "0001-01-01T00:00"])
def test_reenviar_data_que_nao_serve_nao_quebra_a_pagina(desde: str) -> None:
    ana = navegador("gerente")
    assert ana.get(REENVIAR, {"desde": desde}).status_code == 200
    resposta = ana.post(REENVIAR, {"desde": desde, "acao": "reenviar", "motivo": "porque sim"})
    assert resposta.status_code in (200, 409)
    assert not Reenvio.objects.exists()


def test_reenvio_em_andamento_aparece_e_se_cancela() -> None:
    escrever("1")
    ana = navegador("gerente")
    pagina = texto(ana, f"{REENVIAR}?desde={ONTEM}")
    ana.post(REENVIAR, {"desde": ONTEM, "acao": "reenviar", "token": token(pagina), "motivo": "porque sim"})
    assert "Em andamento" in texto(ana, MONITOR)
    pk = Reenvio.objects.get().pk
    assert "cancelado" in ana.post(f"{MONITOR}reenvio/{pk}/cancelar/", follow=True).content.decode()
    assert "já terminou" in ana.post(f"{MONITOR}reenvio/{pk}/cancelar/", follow=True).content.decode()
    assert "Cancelado por ana" in texto(navegador("operador"), MONITOR)


# Name a place


def test_informar_sugere_o_mais_parecido_primeiro_conta_e_cura_com_um_clique() -> None:
    com_erro("1", "BELO ORIZONTE")
    com_erro("2", "belo orizonte")
    ana = navegador("gerente")
    pagina = texto(ana, informar_de())
    assert re.findall(r'name="codigo" value="(\d+)"', pagina)[0] == BH
    assert "2 mensagens" in pagina
    assert "2 clientes" in pagina
    resposta = ana.post(informar_de(), {"token": token(pagina), "codigo": BH}, follow=True)
    assert "2 mensagens voltaram" in resposta.content.decode()
    assert [m.conteudo["IBGE"] for c in "12" for m in mensagens(c)] == [BH, BH]


def test_clique_repetido_em_informar_nao_faz_nada_de_novo() -> None:
    com_erro("1")
    ana = navegador("gerente")
    url, dados = informar_de(), {"token": token(texto(ana, informar_de())), "codigo": BH}
    ana.post(url, dados)
    Mensagem.objects.update(situacao=4, causa="SEM_IBGE")
    ana.post(url, dados)
    assert MunicipioInformado.objects.count() == 1
    assert Evento.objects.filter(acao="clientes.municipioinformado").count() == 1


@pytest.mark.parametrize("codigo", ["", "x", "9999999", "0"])
def test_codigo_que_nao_existe_e_recusado(codigo: str) -> None:
    com_erro("1")
    ana = navegador("gerente")
    resposta = ana.post(informar_de(), {"token": token(texto(ana, informar_de())), "codigo": codigo})
    assert (resposta.status_code, MunicipioInformado.objects.count()) == (409, 0)
    assert "não é de nenhum município" in resposta.content.decode()


def test_a_busca_acha_por_nome_e_por_codigo_e_diz_quando_nao_acha() -> None:
    com_erro("1", "LUGAR NENHUM")
    ana = navegador("gerente")
    assert 'value="3106200"' in texto(ana, f"{informar_de()}?q=belo+horizonte")
    assert 'value="3106200"' in texto(ana, f"{informar_de()}?q=3106200")
    assert "Nada parecido com «&lt;b&gt;zzzz»" in texto(ana, f"{informar_de()}?q=%3Cb%3Ezzzz")


def test_cidade_em_branco_manda_corrigir_o_cadastro() -> None:
    com_erro("1", "")
    pagina = texto(navegador("gerente"), informar_de())
    assert "não diz a cidade" in pagina
    assert 'name="codigo"' not in pagina


def test_pais_desconhecido_se_informa_na_mesma_pagina() -> None:
    com_erro("1", "BETIM", "MG", pais="BRAZIIL")
    ana = navegador("gerente")
    pagina = texto(ana, informar_de())
    assert "Informar o país" in pagina
    ana.post(informar_de(), {"token": token(pagina), "codigo": "1058"})
    assert mensagens("1")[-1].conteudo["PAIS_BC"] == "1058"


def test_mensagem_que_nao_espera_por_lugar_e_a_que_nao_existe() -> None:
    escrever("1")
    monitorar()
    ana = navegador("gerente")
    assert "não espera por um município" in texto(ana, informar_de())
    assert ana.get(f"{MONITOR}informar/999999/").status_code == 404


def test_lugares_informados_aparecem_e_se_esquecem_com_motivo() -> None:
    com_erro("1")
    ana = navegador("gerente")
    ana.post(informar_de(), {"token": token(texto(ana, informar_de())), "codigo": BH})
    lista = "/admin/clientes/municipioinformado/"
    assert "Belo Horizonte / MG (3106200)" in texto(ana, lista)
    dados = {"action": "esquecer", "_selected_action": [MunicipioInformado.objects.get().pk]}
    pagina = ana.post(lista, dados).content.decode()
    resposta = ana.post(lista, dados | {"token": token(pagina), "motivo": "não era lá"}, follow=True)
    assert "Esquecidos: 1" in resposta.content.decode()
    assert not MunicipioInformado.objects.exists()
    assert "esquecer" not in texto(navegador("operador"), lista)
