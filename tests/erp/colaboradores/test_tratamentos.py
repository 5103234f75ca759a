"""What people say of a day: what it does to the sheet, what is refused, and the way back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from auditoria.models import Evento
from erp.acesso.erros import ErroDefinitivo
from erp.colaboradores.models import Colaborador, FolhaDia, Marcacao, Tratamento
from erp.colaboradores.services.geracao import apurar_tocados, gerar_dia
from erp.colaboradores.services.tratamentos import Pedido, anular, tratar
from tests.erp.colaboradores.elenco import SEGUNDA, as_, colaborador, folha, marcar, na_escala, usuario

pytestmark = pytest.mark.django_db
UM_DIA = timedelta(days=1)


@pytest.fixture
def maria() -> Colaborador:
    return na_escala(colaborador())


@pytest.fixture
def ana() -> User:
    return usuario()


def pedir(pessoa: Colaborador, tipo: str, dia: date = SEGUNDA, **campos: Any) -> Tratamento:
    return tratar(Pedido(pessoa, dia, tipo, "porque sim, e está escrito", **campos), autor=usuario())


def vivas(pessoa: Colaborador) -> int:
    return Tratamento.objects.filter(colaborador=pessoa, tipo="ausencia", sucessor=None).count()


def test_inclusao_conta_como_marca_e_nenhuma_marcacao_nasce(maria: Colaborador) -> None:
    marcar(maria, SEGUNDA, "08:00", "12:00", "13:00")
    gerar_dia(SEGUNDA)
    assert folha(maria, SEGUNDA).detalhe["alertas"] == ["impar"]
    feita = pedir(maria, "inclusao", momento=as_(SEGUNDA, "17:00"))
    assert (folha(maria, SEGUNDA).situacao, folha(maria, SEGUNDA).trabalhado) == ("fechada", 480)
    assert folha(maria, SEGUNDA).detalhe["marcas"][-1] == [1020, None, feita.pk]
    assert Marcacao.objects.count() == 3


def test_desconsiderar_tira_a_marca_da_conta_e_ela_continua_la(maria: Colaborador) -> None:
    marcas = marcar(maria, SEGUNDA, "08:00", "08:01", "12:00", "13:00", "17:00")
    gerar_dia(SEGUNDA)
    assert folha(maria, SEGUNDA).situacao == "pendente"
    pedir(maria, "desconsideracao", marcacao=marcas[1])
    assert (folha(maria, SEGUNDA).situacao, folha(maria, SEGUNDA).trabalhado) == ("fechada", 480)
    assert Marcacao.objects.count() == 5


@pytest.mark.parametrize("tipo", ["abono", "justificada"])
def test_abono_e_justificativa_cobrem_a_falta_e_resolvem_a_ausencia(tipo: str, maria: Colaborador) -> None:
    gerar_dia(SEGUNDA)
    pedir(maria, tipo)
    feita = folha(maria, SEGUNDA)
    assert (feita.situacao, feita.falta, feita.abonado, vivas(maria)) == ("fechada", 0, 480, 0)
    assert gerar_dia(SEGUNDA).ausencias == 0


def test_abono_de_parte_deixa_o_resto_a_tratar(maria: Colaborador) -> None:
    gerar_dia(SEGUNDA)
    pedir(maria, "abono", minutos=120)
    assert (folha(maria, SEGUNDA).falta, folha(maria, SEGUNDA).situacao, vivas(maria)) == (360, "pendente", 1)
    pedir(maria, "confirmada")
    assert (folha(maria, SEGUNDA).falta, folha(maria, SEGUNDA).situacao, vivas(maria)) == (360, "fechada", 0)


def test_ferias_nao_esperam_horas_e_desfazem_as_ausencias(maria: Colaborador) -> None:
    for i in range(3):
        gerar_dia(SEGUNDA + i * UM_DIA)
    assert vivas(maria) == 3
    pedir(maria, "ferias", dia_fim=SEGUNDA + 29 * UM_DIA)
    assert vivas(maria) == 0
    assert set(FolhaDia.objects.values_list("tipo", "previsto", "falta")) == {("afastamento", 0, 0)}
    gerar_dia(SEGUNDA + 3 * UM_DIA)
    assert folha(maria, SEGUNDA + 3 * UM_DIA).detalhe["afastamento"] == "Férias"


def test_marca_durante_as_ferias_espera_por_alguem(maria: Colaborador) -> None:
    pedir(maria, "ferias", dia_fim=SEGUNDA + 9 * UM_DIA)
    marcar(maria, SEGUNDA + UM_DIA, "08:00", "12:00")
    gerar_dia(SEGUNDA + UM_DIA)
    assert folha(maria, SEGUNDA + UM_DIA).detalhe["alertas"] == ["no_afastamento"]
    assert folha(maria, SEGUNDA + UM_DIA).situacao == "pendente"


def test_conferir_cala_o_alerta_ate_chegar_outra_marca(maria: Colaborador) -> None:
    marcar(maria, SEGUNDA, "08:00", "08:01")
    gerar_dia(SEGUNDA)
    pedir(maria, "conferencia")
    assert folha(maria, SEGUNDA).situacao == "fechada"
    marca = marcar(maria, SEGUNDA, "08:02")[0]
    assert marca.recebida_em < Tratamento.objects.get(tipo="conferencia").em  # of a clock read before
    pedir(maria, "inclusao", momento=as_(SEGUNDA, "09:00"))
    assert folha(maria, SEGUNDA).situacao == "pendente"


def test_anular_volta_o_dia_ao_que_era(maria: Colaborador, ana: User) -> None:
    gerar_dia(SEGUNDA)
    abono = pedir(maria, "abono")
    anular(tratamento=abono, motivo="abonado por engano", autor=ana)
    assert (folha(maria, SEGUNDA).falta, folha(maria, SEGUNDA).situacao, vivas(maria)) == (480, "pendente", 1)
    assert folha(maria, SEGUNDA).versao == 3
    with pytest.raises(ErroDefinitivo, match="já foi anulado"):
        anular(tratamento=abono, motivo="outra vez", autor=ana)
    assert Evento.objects.filter(acao__startswith="colaboradores.").count() == 2


def test_ausencia_nao_se_anula_trata_se_o_dia(maria: Colaborador, ana: User) -> None:
    gerar_dia(SEGUNDA)
    with pytest.raises(ErroDefinitivo, match="Só se anula o que uma pessoa tratou"):
        anular(tratamento=Tratamento.objects.get(), motivo="não quero", autor=ana)


@pytest.mark.parametrize(
    ("tipo", "campos", "codigo"),
    [
        ("inclusao", {}, "SEM_HORARIO"),
        ("inclusao", {"momento": as_(SEGUNDA - 3 * UM_DIA, "08:00")}, "HORARIO_FORA"),
        ("inclusao", {"momento": as_(SEGUNDA, "08:00")}, "JA_MARCADO"),
        ("desconsideracao", {}, "SEM_MARCACAO"),
        ("abono", {"minutos": 481}, "MINUTOS_DEMAIS"),
        ("abono", {"minutos": 0}, "MINUTOS_DEMAIS"),
        ("conferencia", {}, "SEM_ALERTA"),
        ("ferias", {"dia_fim": SEGUNDA - UM_DIA}, "PERIODO_INVALIDO"),
        ("ausencia", {}, "TIPO_INVALIDO"),
        ("anulacao", {}, "TIPO_INVALIDO"),
        ("abono", {"dia": date(2199, 1, 1)}, "DIA_FUTURO"),
        ("abono", {"dia": SEGUNDA - 30 * UM_DIA}, "SEM_FOLHA"),
    ],
)
def test_o_que_nao_cabe_e_recusado_e_nada_muda(
    tipo: str, campos: dict[str, Any], codigo: str, maria: Colaborador
) -> None:
    marcar(maria, SEGUNDA, "08:00", "12:00")
    gerar_dia(SEGUNDA)
    with pytest.raises(ErroDefinitivo) as erro:
        pedir(maria, tipo, **campos)
    assert erro.value.codigo == codigo
    assert not Tratamento.objects.exists()


def test_ferias_sobre_ferias_e_recusado_com_as_que_ha(maria: Colaborador) -> None:
    pedir(maria, "ferias", dia_fim=SEGUNDA + 9 * UM_DIA)
    with pytest.raises(ErroDefinitivo, match="Já há férias de 09/11/2026 a 18/11/2026"):
        pedir(maria, "afastamento", dia=SEGUNDA + 9 * UM_DIA, dia_fim=SEGUNDA + 20 * UM_DIA)


def test_desconsiderar_duas_vezes_ou_de_outra_pessoa_e_recusado(maria: Colaborador) -> None:
    outro = na_escala(colaborador("João"))
    (marca,) = marcar(maria, SEGUNDA, "08:00")
    gerar_dia(SEGUNDA)
    with pytest.raises(ErroDefinitivo, match="Escolha a marcação"):
        pedir(outro, "desconsideracao", marcacao=marca)
    pedir(maria, "desconsideracao", marcacao=marca)
    with pytest.raises(ErroDefinitivo, match="já foi desconsiderada"):
        pedir(maria, "desconsideracao", marcacao=marca)


def test_incluir_a_saida_da_madrugada_refaz_tambem_o_dia_seguinte(maria: Colaborador) -> None:
    marcar(maria, SEGUNDA, "08:00", "12:00", "13:00")
    marcar(maria, SEGUNDA + UM_DIA, "02:30")  # of Monday's, whose marks are odd
    gerar_dia(SEGUNDA)
    gerar_dia(SEGUNDA + UM_DIA)
    assert len(folha(maria, SEGUNDA).detalhe["marcas"]) == 4
    pedir(maria, "inclusao", momento=as_(SEGUNDA, "17:00"))
    assert len(folha(maria, SEGUNDA).detalhe["marcas"]) == 4
    assert [m[0] for m in folha(maria, SEGUNDA + UM_DIA).detalhe["marcas"]] == [150]
    assert apurar_tocados(SEGUNDA + 2 * UM_DIA).mudadas == 0
