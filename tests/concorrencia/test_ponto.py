"""The sheets with real connections: two runs at once, a file brought twice, marks and treatments while sheets are made."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection

from erp.acesso.erros import ErroDefinitivo
from erp.colaboradores.models import Colaborador, DiaTocado, FolhaDia, FolhaDiaVersao, Marcacao, Tratamento
from erp.colaboradores.services.geracao import apurar_tocados, gerar_dia
from erp.colaboradores.services.marcacoes import importar_marcacoes
from erp.colaboradores.services.tratamentos import Pedido, tratar
from tests.concorrencia.test_drenos import juntos
from tests.erp.colaboradores import afd
from tests.erp.colaboradores.elenco import (
    SEGUNDA,
    as_,
    colaborador,
    comercial,
    folha,
    marcar,
    na_escala,
    relogio,
    usuario,
)
from tests.falhas.test_tipar_morto import espera_pela_linha
from tests.falhas.vivos import esperar

pytestmark = pytest.mark.django_db(transaction=True)
CEDO = ("08:00", "12:00", "13:00", "17:00")


@pytest.fixture
def pessoas() -> list[Colaborador]:
    comercial()
    return [na_escala(colaborador()) for _ in range(12)]


def conferir(quantas: int) -> None:
    """One sheet each; whatever the order of what happened, computing all again changes nothing."""
    assert FolhaDia.objects.filter(dia=SEGUNDA).count() == quantas
    assert gerar_dia(SEGUNDA).iguais >= quantas
    vivas = Tratamento.objects.filter(tipo="ausencia", sucessor=None)
    com_ausencia = FolhaDia.objects.filter(detalhe__ausencia=True)
    assert set(vivas.values_list("colaborador", "dia")) == set(com_ausencia.values_list("colaborador", "dia"))


def test_duas_rotinas_ao_mesmo_tempo_fazem_uma_folha_e_uma_ausencia_de_cada(pessoas: list[Colaborador]) -> None:
    for pessoa in pessoas[:6]:
        marcar(pessoa, SEGUNDA, *CEDO)
    juntos(*(partial(gerar_dia, SEGUNDA, por_lote=3) for _ in range(2)))
    assert Tratamento.objects.filter(tipo="ausencia").count() == 6
    assert not FolhaDiaVersao.objects.exists()
    conferir(12)


def test_o_mesmo_arquivo_trazido_duas_vezes_ao_mesmo_tempo_entra_uma() -> None:
    colaborador(cpf="52998224725")
    conteudo = afd.arquivo(*(afd.marca(n, as_(SEGUNDA, f"{n:02d}:00"), "52998224725") for n in range(1, 20)))
    onde, quem = relogio(), usuario()

    def trazer() -> None:
        importar_marcacoes(relogio=onde, arquivo="a.txt", conteudo=conteudo, usuario=quem)

    juntos(trazer, trazer, trazer)
    assert Marcacao.objects.count() == 19


def test_marca_que_chega_enquanto_se_faz_a_folha_nunca_se_perde(pessoas: list[Colaborador]) -> None:
    gerar_dia(SEGUNDA)

    def chegar() -> None:
        for pessoa in pessoas:
            for hora in CEDO:
                marcar(pessoa, SEGUNDA, hora)

    def refazer() -> None:
        for _ in range(25):
            apurar_tocados(SEGUNDA + timedelta(days=1))

    juntos(chegar, refazer, refazer)
    apurar_tocados(SEGUNDA + timedelta(days=1))
    assert not DiaTocado.objects.filter(dia__lte=SEGUNDA).exists()
    assert {folha(pessoa, SEGUNDA).trabalhado for pessoa in pessoas} == {480}
    conferir(12)


def test_marca_que_chega_depois_de_lidas_as_outras_deixa_a_sua_nota(pessoas: list[Colaborador]) -> None:
    """The instant that matters: the marks are read, and the sheet is not written yet."""
    maria = pessoas[0]
    gerar_dia(SEGUNDA)
    marcar(maria, SEGUNDA, "08:00")
    tranca = connection.copy()
    refaz = threading.Thread(target=_apurar)
    try:
        tranca.set_autocommit(False)
        with tranca.cursor() as cursor:
            cursor.execute("SELECT 1 FROM colaboradores_folhadia FOR UPDATE")
        refaz.start()
        esperar(espera_pela_linha, 30, "ninguém espera pela folha")
        marcar(maria, SEGUNDA, "12:00")
    finally:
        tranca.rollback()
        tranca.close()
        refaz.join(30)
    apurar_tocados(SEGUNDA + timedelta(days=1))
    assert folha(maria, SEGUNDA).trabalhado == 240
    conferir(12)


def _apurar() -> None:
    try:
        apurar_tocados(SEGUNDA + timedelta(days=1))
    finally:
        connection.close()


def test_dois_gerentes_tratam_a_mesma_ausencia_e_so_um_consegue(pessoas: list[Colaborador]) -> None:
    gerar_dia(SEGUNDA)
    maria, ana = pessoas[0], usuario()
    feitos: list[int] = []

    def abonar() -> None:
        with suppress(ErroDefinitivo):
            feitos.append(tratar(Pedido(maria, SEGUNDA, "abono", "esteve aqui sem marcar"), autor=ana).pk)

    juntos(abonar, abonar, partial(gerar_dia, SEGUNDA, por_lote=2))
    assert len(feitos) == 1
    assert folha(maria, SEGUNDA).falta == 0
    conferir(12)


def test_quem_espera_pela_pessoa_nao_segura_as_marcas_dela(pessoas: list[Colaborador]) -> None:
    """A file comes in while somebody holds the employee: marks wait for nobody."""
    tranca = connection.copy()
    try:
        tranca.set_autocommit(False)
        with tranca.cursor() as cursor:
            cursor.execute("SELECT 1 FROM colaboradores_colaborador FOR NO KEY UPDATE")
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")
        marcar(pessoas[0], SEGUNDA, "08:00")
    finally:
        tranca.rollback()
        tranca.close()
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
    assert Marcacao.objects.count() == 1
