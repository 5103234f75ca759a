"""Rui at the routines: the list, another schedule seen before it is saved, a simulation, a pause."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from erp.rotinas import registro
from erp.rotinas.agenda import diaria
from erp.rotinas.contexto import Contexto
from erp.rotinas.models import AlarmeRotina, Execucao, RotinaAgendada
from erp.rotinas.registro import DO_DIA, rotina
from erp.rotinas.services import executar_pendentes, sincronizar_agendas
from erp.rotinas.tarefas import em_palavras
from tests.erp.elenco import pessoa
from tests.navegador.test_admin_do_pdv import SENHA, entrar

pytestmark = [pytest.mark.navegador, pytest.mark.django_db(transaction=True)]
ROTINAS = "/admin/rotinas/rotinaagendada/"
CAMINHO = "Teste/Suspender"


def suspender(contexto: Contexto) -> None:
    contexto.registrar("Olhando os contratos em atraso")
    contexto.item("auth.User", "1", "Contrato P000001: em atraso há 41 dias, o contrato tolera 30", Decimal("89.90"))
    contexto.somar("em_atraso", Decimal("89.90"))
    contexto.contar("a_suspender")


@pytest.fixture
def suspensao(monkeypatch: pytest.MonkeyPatch, db: None) -> RotinaAgendada:
    monkeypatch.setattr(registro, "_rotinas", dict(registro._rotinas))
    rotina(CAMINHO, diaria("21:00"), "Suspender o que atrasa", referencia=DO_DIA, simulavel=True, metodo="GET")(
        suspender
    )
    sincronizar_agendas()
    return RotinaAgendada.objects.get(caminho=CAMINHO)


def rui() -> str:
    quem: User = pessoa("TI")
    quem.set_password(SENHA)
    quem.save()
    return quem.username


def entrar_com_senha(pagina: Page) -> Page:
    pagina.goto("/admin/login/")
    pagina.get_by_label("Usuário").fill(rui())
    pagina.get_by_label("Senha").first.fill(SENHA)
    pagina.get_by_role("button", name="Acessar").click()
    expect(pagina).to_have_title(re.compile("Início"))
    return pagina


@pytest.fixture
def na_ti(suspensao: RotinaAgendada, pagina: Page) -> Page:
    entrar(pagina, rui())
    return pagina


@pytest.fixture
def sem_script(suspensao: RotinaAgendada, pagina: Page, navegador: Browser, live_server: Any) -> Iterator[Page]:
    contexto = navegador.new_context(base_url=live_server.url, locale="pt-BR", java_script_enabled=False)
    contexto.set_default_timeout(20_000)
    yield entrar_com_senha(contexto.new_page())
    contexto.close()


def agenda(da: RotinaAgendada) -> str:
    return em_palavras(RotinaAgendada.objects.select_related("agenda").get(pk=da.pk).agenda)


def linha(pagina: Page) -> Any:
    return pagina.locator(f"[data-caminho='{CAMINHO}']")


def test_a_agenda_escolhida_mostra_so_os_seus_campos_e_as_proximas_antes_de_gravar(
    na_ti: Page, suspensao: RotinaAgendada
) -> None:
    na_ti.goto(ROTINAS)
    expect(linha(na_ti)).to_contain_text("Todo dia às 21:00")
    linha(na_ti).get_by_role("link", name="Mudar agenda").click()
    hora, minutos = na_ti.locator("#id_horario"), na_ti.locator("#id_minutos")
    previa = na_ti.locator("#previa")
    expect(hora).to_be_visible()
    expect(minutos).to_be_hidden()
    expect(previa).to_contain_text("é a agenda de agora")
    na_ti.get_by_label("A cada tantos minutos").check()
    expect(hora).to_be_hidden()
    expect(previa).to_contain_text("Diga de quantos em quantos minutos.")
    minutos.fill("8")
    expect(previa).to_contain_text("A cada 8 minutos")  # nobody pressed anything
    expect(previa.locator("li")).to_have_count(5)
    assert agenda(suspensao) == "todo dia às 21:00"
    na_ti.get_by_role("button", name="Gravar a agenda").click()
    expect(na_ti.get_by_text("Falta o motivo")).to_be_visible()
    expect(minutos).to_have_value("8")
    na_ti.get_by_label("Motivo da mudança").fill("O banco responde mais cedo agora")
    na_ti.get_by_role("button", name="Gravar a agenda").dblclick()
    expect(
        na_ti.get_by_text(re.compile("Agenda gravada: a cada 8 minutos|já tinha sido enviada")).first
    ).to_be_visible()
    expect(na_ti.locator("#edicoes")).to_contain_text("todo dia às 21:00 → a cada 8 minutos")
    expect(na_ti.locator("#edicoes li")).to_have_count(1)
    assert agenda(suspensao) == "a cada 8 minutos"


def test_certos_dias_da_semana_e_uma_linha_de_crontab(na_ti: Page, suspensao: RotinaAgendada) -> None:
    na_ti.goto(f"{ROTINAS}{suspensao.pk}/agenda/")
    previa = na_ti.locator("#previa")
    na_ti.get_by_label("Em certos dias da semana").check()
    for dia in ("Segunda", "Quarta", "Sexta"):
        na_ti.get_by_label(dia).check()
    na_ti.locator("#id_horario_semanal").fill("08:30")
    expect(previa).to_contain_text("Toda segunda, quarta e sexta às 08:30")
    na_ti.get_by_label("Outra agenda (crontab)").check()
    na_ti.get_by_label("Linha do crontab").fill("*/15 8-25 * * *")
    expect(previa).to_contain_text("Hora: recebido '8-25'")
    na_ti.get_by_label("Linha do crontab").fill("*/15 8-18 * * seg-sex")
    expect(previa).to_contain_text("De segunda a sexta, a cada 15 minutos, das 08:00 às 18:45")


def test_sem_scripts_tudo_funciona_em_dois_passos(sem_script: Page, suspensao: RotinaAgendada) -> None:
    sem_script.goto(f"{ROTINAS}{suspensao.pk}/agenda/")
    expect(sem_script.locator("#id_horas")).to_be_hidden()
    sem_script.get_by_label("A cada tantas horas").check()
    sem_script.locator("#id_horas").fill("2")
    sem_script.get_by_label("Motivo da mudança").fill("De duas em duas horas basta")
    sem_script.get_by_role("button", name="Gravar a agenda").click()
    expect(sem_script.get_by_text("A agenda escolhida mudou.")).to_be_visible()
    assert agenda(suspensao) == "todo dia às 21:00"
    sem_script.locator("#id_horas").fill("3")
    sem_script.get_by_role("button", name="Ver as próximas execuções").click()
    expect(sem_script.locator("#previa")).to_contain_text("A cada 3 horas")
    sem_script.get_by_role("button", name="Gravar a agenda").click()
    expect(sem_script.get_by_text("Agenda gravada: a cada 3 horas.")).to_be_visible()
    assert agenda(suspensao) == "a cada 3 horas"


def test_simular_mostra_quem_seria_atingido_quando_termina_e_a_pagina_se_atualiza_sozinha(
    na_ti: Page, suspensao: RotinaAgendada
) -> None:
    na_ti.goto(ROTINAS)
    linha(na_ti).get_by_role("link", name="Simular").click()
    na_ti.get_by_role("button", name="Simular").dblclick()
    expect(na_ti.get_by_text("esta página se atualiza sozinha")).to_be_visible()
    assert Execucao.objects.get(rotina=CAMINHO).simulacao
    executar_pendentes()  # the worker's turn
    expect(na_ti.get_by_text("Simulação: nada foi gravado. É isto que a rotina faria.")).to_be_visible()
    expect(na_ti.locator("#itens")).to_contain_text("em atraso há 41 dias")
    expect(na_ti.locator("#itens")).to_contain_text("R$ 89,90")
    expect(na_ti.locator("#linhas")).to_contain_text("Olhando os contratos em atraso")


def test_executar_agora_aparece_na_lista_e_o_resultado_chega_sozinho(na_ti: Page, suspensao: RotinaAgendada) -> None:
    na_ti.goto(ROTINAS)
    expect(linha(na_ti)).to_contain_text("nunca rodou")
    linha(na_ti).get_by_role("link", name="Executar agora").click()
    na_ti.get_by_label("Motivo").fill("Ontem a loja ficou sem luz")
    na_ti.get_by_role("button", name="Executar agora").dblclick()
    expect(na_ti.locator("#execucoes")).to_contain_text("pendente")
    assert Execucao.objects.filter(rotina=CAMINHO).count() == 1
    executar_pendentes()
    expect(na_ti.locator("#execucoes")).to_contain_text("a suspender: 1")
    na_ti.goto(ROTINAS)
    expect(linha(na_ti).locator(".rtg-selo")).to_have_text("sucesso")


def test_pausar_diz_o_que_para_e_retomar_traz_de_volta(na_ti: Page, suspensao: RotinaAgendada) -> None:
    na_ti.goto(ROTINAS)
    for ato, botao, depois in (
        ("Pausar", "Pausar a rotina", "em pausa"),
        ("Retomar", "Retomar a rotina", "hoje"),
    ):
        linha(na_ti).get_by_role("link", name=ato).click()
        na_ti.get_by_label("Motivo").fill("Manutenção do banco")
        na_ti.get_by_role("button", name=botao).click()
        na_ti.goto(ROTINAS)
        expect(linha(na_ti)).to_contain_text(re.compile(f"{depois}|amanhã" if depois == "hoje" else depois))
    na_ti.goto(f"{ROTINAS}?mostrar=em-pausa")
    expect(linha(na_ti)).to_have_count(0)


def test_o_alarme_sai_do_painel_quando_alguem_o_ve(na_ti: Page, suspensao: RotinaAgendada) -> None:
    agora = timezone.now()
    AlarmeRotina.objects.create(
        rotina=CAMINHO, tipo=AlarmeRotina.Tipo.PERDIDA, texto="Não rodou na hora (21:00 de ontem).",
        desde=agora - timedelta(hours=9), ultimo_em=agora,
    )  # fmt: skip
    na_ti.goto("/admin/")
    quadro = na_ti.locator("#rotinas-no-painel")
    expect(quadro).to_contain_text("não rodou na hora")
    quadro.get_by_role("link", name="Já vi").click()
    na_ti.get_by_label("Motivo").fill("O servidor ficou desligado")
    na_ti.get_by_role("button", name="Já vi").click()
    na_ti.goto("/admin/")
    expect(quadro).to_contain_text("nenhuma perdida")


@pytest.mark.parametrize("largura", [360, 1400])
def test_nenhuma_pagina_passa_da_largura_da_tela(na_ti: Page, suspensao: RotinaAgendada, largura: int) -> None:
    executar: Callable[..., Any] = executar_pendentes
    executar()
    comprida = Execucao.objects.create(
        rotina=CAMINHO, situacao=Execucao.Situacao.ERRO, iniciada_em=timezone.now(), terminada_em=timezone.now(),
        iniciada_por="usuario:ana", erro="Traceback\n" + "x" * 500, referencia=timezone.localdate(),
        contagens={"contagem_de_nome_muito_comprido_mesmo": 123456789},
    )  # fmt: skip
    na_ti.set_viewport_size({"width": largura, "height": 900})
    for endereco in (
        ROTINAS, f"{ROTINAS}{suspensao.pk}/change/", f"{ROTINAS}{suspensao.pk}/agenda/",
        f"{ROTINAS}{suspensao.pk}/simular/", f"/admin/rotinas/execucao/{comprida.pk}/change/",
    ):  # fmt: skip
        na_ti.goto(endereco)
        assert na_ti.evaluate("document.documentElement.scrollWidth") <= largura, endereco
