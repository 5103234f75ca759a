"""The routine by the platform itself: who asks, what the execution says, simulation, and the fence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
import time_machine
from django.utils import timezone

from erp.jazigos.models import Cobranca, ContratoManutencao
from erp.jazigos.services import gerar_cobrancas
from erp.jazigos.services.cobranca import CAMINHO
from erp.rotinas import registro
from erp.rotinas.contexto import Contexto, ExecucaoPerdida
from erp.rotinas.models import Execucao
from erp.rotinas.services import executar
from tests.erp.elenco import empresa
from tests.erp.jazigos.elenco import contrato, titulos
from tests.invariantes import verificar_tudo

pytestmark = pytest.mark.django_db
S = Execucao.Situacao


@pytest.fixture(autouse=True)
def _empresa(db: None) -> Iterator[None]:
    empresa()
    with time_machine.travel("2026-03-20T21:15:00-03:00"):
        yield
        verificar_tudo()


def test_declarada_como_na_especificacao() -> None:
    rotina = registro.obter("manutencaojazigo/gerarrecebimentomanutencaojazigorotina")
    assert (rotina.caminho, str(rotina.agenda), rotina.metodo, rotina.simulavel) == (
        "ManutencaoJazigo/GerarRecebimentoManutencaoJazigoRotina", "todo dia às 21:15", "GET", True,
    )  # fmt: skip


def test_execucao_diz_quantos_e_quanto_e_de_novo_nao_diz_nada() -> None:
    c = contrato(date(2026, 2, 1))
    feita = executar(CAMINHO, iniciada_por="teste")
    assert (feita.situacao, feita.contagens, feita.valores) == (
        S.SUCESSO, {"recebimentos gerados": 2}, {"valor gerado": "200.00"},
    )  # fmt: skip
    de_novo = executar(CAMINHO, iniciada_por="teste")
    assert (de_novo.situacao, de_novo.contagens) == (S.SUCESSO, {}) and len(titulos(c)) == 2
    assert set(Cobranca.objects.values_list("execucao_id", flat=True)) == {feita.pk}


def test_cadastrado_depois_da_primeira_vez_e_cobrado_no_mesmo_dia() -> None:
    executar(CAMINHO, iniciada_por="teste")
    contrato(date(2026, 3, 1))
    assert executar(CAMINHO, iniciada_por="teste").contagens == {"recebimentos gerados": 1}


def test_falta_de_indice_e_sucesso_com_falhas_com_o_contrato_e_o_mes() -> None:
    parado = contrato(date(2025, 2, 1), cobrar_desde=date(2026, 2, 1), mes_reajuste=2)
    ContratoManutencao.objects.filter(pk=parado.pk).update(proximo_reajuste=date(2026, 2, 1))
    contrato(date(2026, 3, 1))
    feita = executar(CAMINHO, iniciada_por="teste")
    assert feita.situacao == S.SUCESSO_COM_FALHAS and feita.contagens["recebimentos gerados"] == 1
    (falha,) = feita.itens.filter(falha=True)
    assert (falha.objeto, falha.objeto_id) == ("jazigos.contratomanutencao", str(parado.pk))
    assert falha.descricao.startswith(f"J{parado.pk}: falta o INPC de 01/2025")


def test_simulada_lista_quem_e_quanto_e_nao_deixa_nada() -> None:
    c = contrato(date(2026, 2, 1))
    feita = executar(CAMINHO, iniciada_por="teste", simulacao=True)
    assert feita.valores == {"valor gerado": "200.00"}
    assert [(item.objeto_id, item.valor) for item in feita.itens.order_by("pk")] == [(str(c.pk), D(100))] * 2
    assert titulos(c) == [] and not Cobranca.objects.exists()


def test_rodada_atrasada_cobra_pelo_dia_para_o_qual_era() -> None:
    c = contrato(date(2026, 3, 1))
    executar(
        CAMINHO, iniciada_por="beat", agendada_para=timezone.now() - timedelta(days=11)
    )  # the 9th, before the due day
    assert titulos(c) == []
    executar(CAMINHO, iniciada_por="beat", agendada_para=timezone.now() - timedelta(days=10))
    assert titulos(c) == [(202603, "100.00")] and Cobranca.objects.get().vencimento == date(2026, 3, 10)


def test_execucao_dada_por_perdida_nao_grava_mais_nada() -> None:
    c = contrato(date(2026, 3, 1))
    agora = timezone.now()
    perdida = Execucao.objects.create(
        rotina=CAMINHO, situacao=S.INTERROMPIDA, iniciada_por="teste", iniciada_em=agora, terminada_em=agora
    )
    with pytest.raises(ExecucaoPerdida):
        gerar_cobrancas(Contexto(perdida.pk, referencia=date(2026, 3, 20)))
    assert titulos(c) == [] and ContratoManutencao.objects.get().gerar_em == date(2026, 3, 10)
