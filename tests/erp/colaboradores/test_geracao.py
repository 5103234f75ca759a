"""The day's run: what it makes of marks, and that doing it again, later or twice at once changes nothing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from erp.cadastros.models import FeriadoMunicipal
from erp.colaboradores.models import DiaTocado, FolhaDia, FolhaDiaVersao, Marcacao, Tratamento
from erp.colaboradores.services.folhas import Resumo
from erp.colaboradores.services.geracao import apurar_tocados, gerar_dia
from tests.erp.colaboradores.elenco import (
    SEGUNDA,
    colaborador,
    comercial,
    doze_por_trinta_e_seis,
    folha,
    marcar,
    minutos,
    na_escala,
)

pytestmark = pytest.mark.django_db
UM_DIA = timedelta(days=1)


def test_dia_inteiro_trabalhado_fica_em_ordem() -> None:
    maria = na_escala(colaborador())
    marcar(maria, SEGUNDA, "07:58", "12:01", "13:00", "17:03")
    resumo = gerar_dia(SEGUNDA)
    feita = folha(maria, SEGUNDA)
    assert (feita.situacao, feita.previsto, feita.trabalhado, feita.extra, feita.falta) == ("fechada", 480, 486, 0, 0)
    assert feita.tolerado == 6
    assert resumo == Resumo(novas=1, iguais=resumo.iguais)


def test_quem_nao_marcou_tem_uma_ausencia_a_tratar_e_nenhuma_marcacao() -> None:
    maria = na_escala(colaborador())
    assert gerar_dia(SEGUNDA) == Resumo(novas=1, pendentes=1, ausencias=1)
    entrada = Tratamento.objects.get()
    assert (entrada.tipo, entrada.autor, entrada.dia) == ("ausencia", None, SEGUNDA)
    assert folha(maria, SEGUNDA).falta == 480
    assert not Marcacao.objects.exists()


def test_gerar_duas_vezes_nao_muda_nada() -> None:
    maria, joao = na_escala(colaborador()), na_escala(colaborador("João"))
    marcar(maria, SEGUNDA, "08:00", "12:00", "13:00")
    gerar_dia(SEGUNDA)
    antes = list(FolhaDia.objects.order_by("id").values())
    assert gerar_dia(SEGUNDA) == Resumo(iguais=2, pendentes=2)
    assert list(FolhaDia.objects.order_by("id").values()) == antes
    assert Tratamento.objects.count() == 1
    assert not FolhaDiaVersao.objects.exists()
    assert folha(joao, SEGUNDA).situacao == "pendente"


def test_marcacao_que_chega_tarde_desfaz_a_ausencia_e_guarda_a_versao() -> None:
    maria = na_escala(colaborador())
    gerar_dia(SEGUNDA)
    marcar(maria, SEGUNDA, "08:00", "12:00", "13:00", "17:00")
    resumo = apurar_tocados(SEGUNDA + UM_DIA)
    assert (resumo.mudadas, resumo.ausencias_desfeitas) == (1, 1)
    assert (folha(maria, SEGUNDA).situacao, folha(maria, SEGUNDA).versao) == ("fechada", 2)
    assert FolhaDiaVersao.objects.get().falta == 480
    assert [t.tipo for t in Tratamento.objects.order_by("id")] == ["ausencia", "anulacao"]
    assert apurar_tocados(SEGUNDA + UM_DIA) == Resumo()
    assert not DiaTocado.objects.filter(dia__lte=SEGUNDA).exists()


def test_turno_da_noite_fica_em_curso_e_e_do_dia_em_que_comecou() -> None:
    vigia = na_escala(colaborador(), doze_por_trinta_e_seis(), SEGUNDA)
    marcar(vigia, SEGUNDA, "18:57")
    gerar_dia(SEGUNDA)
    assert (folha(vigia, SEGUNDA).situacao, folha(vigia, SEGUNDA).falta) == ("aberta", 0)
    assert not Tratamento.objects.exists()
    marcar(vigia, SEGUNDA, "07:02+1")
    gerar_dia(SEGUNDA + UM_DIA)
    feita = folha(vigia, SEGUNDA)
    assert (feita.situacao, feita.previsto, feita.trabalhado, feita.falta) == ("fechada", 720, 725, 0)
    assert (feita.noturno, feita.noturno_reduzido) == (420, 480)
    folga = folha(vigia, SEGUNDA + UM_DIA)
    assert (folga.tipo, folga.previsto, folga.trabalhado) == ("folga", 0, 0)


def test_vigia_que_faltou_a_noite_so_tem_ausencia_no_dia_seguinte() -> None:
    vigia = na_escala(colaborador(), doze_por_trinta_e_seis(), SEGUNDA)
    assert gerar_dia(SEGUNDA).ausencias == 0
    assert gerar_dia(SEGUNDA + UM_DIA).ausencias == 1
    assert Tratamento.objects.get().dia == SEGUNDA
    assert folha(vigia, SEGUNDA).falta == 720


@pytest.mark.parametrize(
    ("dia", "nome"),
    [
        (date(2026, 12, 25), "Natal"),
        (date(2026, 9, 7), "Independência"),
        (date(2026, 12, 8), "Imaculada"),  # of Belo Horizonte
        (date(2026, 6, 4), "Corpus"),
    ],
)
def test_feriado_nacional_e_municipal_nao_se_esperam_horas(dia: date, nome: str) -> None:
    FeriadoMunicipal.objects.create(municipio="3106200", nome="Imaculada Conceição", dia=date(2020, 12, 8))
    FeriadoMunicipal.objects.create(municipio="3106200", nome="Corpus Christi", repete="corpus", dia=date(2020, 1, 1))
    maria = na_escala(colaborador())
    paulista = na_escala(colaborador(municipio="3550308"))
    gerar_dia(dia)
    assert (folha(maria, dia).tipo, folha(maria, dia).previsto) == ("feriado", 0)
    assert nome in folha(maria, dia).feriado
    assert folha(paulista, dia).tipo == ("feriado" if dia.day in (25, 7) else "trabalho")


def test_feriado_trabalhado_e_todo_extra_e_na_12x36_e_dia_comum() -> None:
    natal = date(2026, 12, 25)
    maria = na_escala(colaborador())
    vigia = na_escala(colaborador(), doze_por_trinta_e_seis(), natal)
    marcar(maria, natal, "08:00", "12:00")
    marcar(vigia, natal, "19:00", "07:00+1")
    gerar_dia(natal)
    gerar_dia(natal + UM_DIA)
    assert minutos([folha(maria, natal), folha(vigia, natal)]) == [(0, 240, 240, 0), (720, 720, 0, 0)]


def test_so_quem_esta_empregado_no_dia_tem_folha() -> None:
    na_escala(colaborador(admissao=SEGUNDA + UM_DIA))
    na_escala(colaborador(desligamento=SEGUNDA - UM_DIA))
    na_escala(colaborador(controla_ponto=False))
    ultimo = na_escala(colaborador(desligamento=SEGUNDA))
    primeiro = na_escala(colaborador(admissao=SEGUNDA))
    gerar_dia(SEGUNDA)
    assert set(FolhaDia.objects.values_list("colaborador_id", flat=True)) == {ultimo.pk, primeiro.pk}


def test_sem_escala_nada_se_espera_e_so_quem_marcou_fica_a_tratar() -> None:
    maria, joao = colaborador(), colaborador("João")
    marcar(joao, SEGUNDA, "08:00", "12:00")
    assert gerar_dia(SEGUNDA).sem_escala == 2
    assert (folha(maria, SEGUNDA).tipo, folha(maria, SEGUNDA).situacao) == ("sem_escala", "fechada")
    assert (folha(joao, SEGUNDA).tipo, folha(joao, SEGUNDA).situacao) == ("sem_escala", "pendente")


@pytest.mark.parametrize("dia", [date(2028, 2, 29), date(2026, 12, 31), date(2027, 1, 31), date(2027, 2, 28)])
def test_fim_de_mes_e_dia_bissexto_tem_folha_como_qualquer_outro(dia: date) -> None:
    vigia = na_escala(colaborador(), doze_por_trinta_e_seis(), dia)
    marcar(vigia, dia, "19:00", "07:00+1")
    gerar_dia(dia)
    gerar_dia(dia + UM_DIA)
    assert folha(vigia, dia).trabalhado == 720


def test_execucao_atrasada_faz_a_folha_que_teria_feito() -> None:
    maria, vigia = na_escala(colaborador()), na_escala(colaborador(), doze_por_trinta_e_seis(), SEGUNDA)
    marcar(maria, SEGUNDA, "08:00", "12:00", "13:00", "17:00")
    marcar(vigia, SEGUNDA, "19:00", "07:00+1")
    marcar(maria, SEGUNDA + UM_DIA, "08:00", "12:00")
    gerar_dia(SEGUNDA)  # days later: all of it had arrived
    assert minutos([folha(maria, SEGUNDA), folha(vigia, SEGUNDA)]) == [(480, 480, 0, 0), (720, 720, 0, 0)]
    assert not FolhaDia.objects.filter(dia__gt=SEGUNDA).exists()


def test_o_numero_de_consultas_nao_cresce_com_as_pessoas() -> None:
    comercial()
    pessoas = [na_escala(colaborador()) for _ in range(3)]
    for pessoa in pessoas:
        marcar(pessoa, SEGUNDA, "08:00", "12:00", "13:00", "17:00")
    with CaptureQueriesContext(
        connection,
    ) as poucas:
        gerar_dia(SEGUNDA)
    for _ in range(20):
        marcar(na_escala(colaborador()), SEGUNDA + UM_DIA, "08:00", "12:00", "13:00", "17:00")
    with CaptureQueriesContext(connection) as muitas:
        gerar_dia(SEGUNDA + UM_DIA)
    assert len(muitas) <= len(poucas) + 2
