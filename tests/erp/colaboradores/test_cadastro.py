"""Changes of contract, schedule and holidays reach the sheets already made; what was expected of the past stays."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from erp.cadastros.models import FeriadoMunicipal
from erp.colaboradores.fusos import BRASILIA, fuso_de, minuto_de
from erp.colaboradores.models import Colaborador, EscalaColaborador, FolhaDia, Tratamento
from erp.colaboradores.services.cadastro import (
    escala_usada,
    excluir_vigencia,
    feriado_mudou,
    gravar_colaborador,
    gravar_vigencia,
)
from erp.colaboradores.services.geracao import apurar_tocados, gerar_dia
from tests.erp.colaboradores.elenco import (
    BH,
    SEGUNDA,
    colaborador,
    comercial,
    doze_por_trinta_e_seis,
    folha,
    marcar,
    na_escala,
    usuario,
)

UM_DIA = timedelta(days=1)
SEXTA = SEGUNDA + 4 * UM_DIA
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def relogio_parado() -> object:
    with time_machine.travel(datetime(2026, 11, 14, 9, tzinfo=BRASILIA), tick=False):
        yield


@pytest.fixture
def ana() -> User:
    return usuario()


@pytest.fixture
def maria() -> Colaborador:
    """With the sheets of a week, two days of which she missed."""
    pessoa = na_escala(colaborador())
    for i in range(5):
        if i < 3:
            marcar(pessoa, SEGUNDA + i * UM_DIA, "08:00", "12:00", "13:00", "17:00")
        gerar_dia(SEGUNDA + i * UM_DIA)
    assert Tratamento.objects.filter(tipo="ausencia", sucessor=None).count() == 2
    return pessoa


def test_desligamento_de_ontem_desfaz_as_ausencias_de_depois(maria: Colaborador, ana: User) -> None:
    maria.desligamento = SEGUNDA + 3 * UM_DIA
    gravar_colaborador(maria, usuario=ana)
    apurar_tocados()
    assert (folha(maria, SEXTA).tipo, folha(maria, SEXTA).previsto) == ("fora_do_contrato", 0)
    assert Tratamento.objects.filter(tipo="ausencia", sucessor=None).get().dia == SEGUNDA + 3 * UM_DIA


def test_mudar_o_nome_nao_refaz_folha_nenhuma(maria: Colaborador, ana: User) -> None:
    maria.nome = "Maria de Outro Nome"
    gravar_colaborador(maria, usuario=ana)
    assert apurar_tocados().mudadas == 0


def test_escala_que_comeca_no_passado_faz_as_folhas_desde_entao(ana: User) -> None:
    joao = colaborador("João")
    gravar_vigencia(EscalaColaborador(colaborador=joao, escala=comercial(), desde=SEGUNDA), usuario=ana)
    assert apurar_tocados().novas == 5
    assert list(FolhaDia.objects.order_by("dia").values_list("dia", flat=True)) == [
        SEGUNDA + i * UM_DIA for i in range(5)
    ]


def test_escala_nova_nao_mexe_no_que_veio_antes(maria: Colaborador, ana: User) -> None:
    nova = EscalaColaborador(colaborador=maria, escala=doze_por_trinta_e_seis(), desde=SEXTA)
    gravar_vigencia(nova, usuario=ana)
    apurar_tocados()
    assert folha(maria, SEGUNDA + 3 * UM_DIA).previsto == 480
    assert folha(maria, SEXTA).previsto == 720
    excluir_vigencia(nova, usuario=ana)
    apurar_tocados()
    assert folha(maria, SEXTA).previsto == 480


def test_escala_que_fez_folha_fica_como_esta(maria: Colaborador) -> None:
    assert escala_usada(comercial().pk)
    assert not escala_usada(doze_por_trinta_e_seis().pk)


def test_feriado_cadastrado_depois_refaz_a_folha_de_quem_trabalha_la(maria: Colaborador, ana: User) -> None:
    feriado = FeriadoMunicipal.objects.create(municipio=BH, nome="Dia da cidade", dia=SEXTA)
    feriado_mudou(feriado)
    assert apurar_tocados().mudadas == 1
    assert (folha(maria, SEXTA).tipo, folha(maria, SEXTA).falta) == ("feriado", 0)
    feriado.delete()
    feriado_mudou(feriado)
    apurar_tocados()
    assert (folha(maria, SEXTA).tipo, folha(maria, SEXTA).falta) == ("trabalho", 480)


def test_folha_nao_se_apaga_e_a_versao_anterior_nao_muda(maria: Colaborador) -> None:
    for linhas in (FolhaDia.objects.all(), maria.marcacoes.all()):
        with pytest.raises(IntegrityError, match="só aceita inclusão"), transaction.atomic():
            linhas.delete()


@pytest.mark.parametrize(
    "campos",
    [
        {"desligamento": date(2020, 1, 1)},
        {"latitude": "-19.9"},
        {"longitude": "-43.9"},
        {"latitude": "-91", "longitude": "0"},
    ],
)
def test_o_banco_recusa_contrato_ao_contrario_e_meia_coordenada(campos: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        colaborador(**campos)


def test_um_cpf_tem_um_contrato_aberto_de_cada_vez() -> None:
    colaborador(cpf="52998224725", desligamento=SEGUNDA)
    colaborador(cpf="52998224725")
    with pytest.raises(IntegrityError), transaction.atomic():
        colaborador(cpf="52998224725")


@pytest.mark.parametrize(
    ("municipio", "minuto"),
    [(BH, 480), ("1302603", 420), ("1200401", 360), ("2605459", 540), ("1304062", 360), ("", 480)],
)
def test_o_relogio_e_o_de_onde_a_pessoa_trabalha(municipio: str, minuto: int) -> None:
    oito = datetime(2026, 11, 9, 8, tzinfo=BRASILIA)
    assert minuto_de(oito, SEGUNDA, fuso_de(municipio)) == minuto
