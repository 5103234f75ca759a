"""Seals that lie about when: what they say decides in no digest what comes after them, and it is named."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from auditoria import resumo
from auditoria.models import Resumo, Selo
from auditoria.resumo import fazer_pendentes, parcial
from auditoria.selador import selar
from auditoria.verificacao.services import verificar
from erp.rotinas import da_auditoria
from erp.rotinas.models import AlarmeRotina
from tests.auditoria.elenco import HOJE, POR_DIA, atacar, escrever, evento, refazer_a_cadeia, selar_em, tres_dias_e_hoje

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pasta(settings: Any, tmp_path: Path) -> None:
    settings.AUDITORIA_RESUMOS = tmp_path / "fora"
    settings.RETAGUARDA_DADOS = tmp_path


def codigos() -> set[tuple[str, int | None]]:
    return {(p["codigo"], p["sequencia"]) for p in verificar().problemas}


def datar(sequencia: int, quando: str) -> None:
    """As the documentation says how: with every hash right."""
    atacar(f"UPDATE auditoria_selo SET selado_em = {quando} WHERE sequencia = {sequencia}")
    refazer_a_cadeia(sequencia)


def test_um_selo_datado_do_futuro_e_nomeado_e_os_resumos_continuam() -> None:
    escrever(POR_DIA)
    selar_em(timezone.now() - timedelta(days=3))
    datar(4, "'9000-01-01'")
    escrever(POR_DIA)
    selar_em(timezone.now() - timedelta(days=1))
    fazer_pendentes()
    escrever(POR_DIA)
    selar()
    assert [(r.primeira, r.ultima, r.integro) for r in Resumo.objects.order_by("dia")] == [
        (1, 3, True), (None, None, True), (4, 8, False),
    ]  # fmt: skip
    assert {("selo_no_futuro", 4), ("dia_trocado", 4)} <= codigos()
    assert parcial()["resumo"]["quantidade"] == POR_DIA
    atacar(f"UPDATE auditoria_evento SET motivo = 'forjado' WHERE id = '{evento(6)}'")
    refazer_a_cadeia(6)
    assert ("cadeia_refeita", 8) in codigos()


def test_um_selo_datado_de_daqui_a_pouco_e_um_relogio_e_de_daqui_a_mais_nao() -> None:
    tres_dias_e_hoje()
    datar(16, "clock_timestamp() + interval '4 minutes'")
    assert verificar().integra
    datar(16, "clock_timestamp() + interval '6 minutes'")
    assert codigos() == {("selo_no_futuro", 16)}


def test_o_relogio_que_voltou_horas_para_o_selador_e_a_verificacao_diz_isso() -> None:
    tres_dias_e_hoje()
    escrever(1)
    datar(16, "clock_timestamp() + interval '3 hours'")
    feita = verificar()
    assert {p["codigo"] for p in feita.problemas} == {"selo_no_futuro", "verificacao_interrompida"}
    assert any("O relógio do banco está atrás" in p["texto"] for p in feita.problemas)
    datar(16, "clock_timestamp()")
    assert verificar().integra
    assert Selo.objects.filter(sequencia=17).exists()


def test_o_primeiro_selo_de_todos_datado_do_futuro_nao_impede_os_resumos() -> None:
    escrever(POR_DIA)
    selar_em(timezone.now() - timedelta(days=1))
    datar(1, "'9000-01-01'")
    [feito] = fazer_pendentes()
    assert (feito.primeira, feito.ultima) == (1, 4)
    assert "sequência 1" in json.loads(feito.conteudo)["problema"]


def test_selos_de_hoje_datados_de_um_dia_ja_resumido_sao_nomeados_e_entram_no_resumo_seguinte() -> None:
    tres_dias_e_hoje()
    for sequencia in range(HOJE, HOJE + POR_DIA):
        datar(sequencia, f"(SELECT selado_em FROM auditoria_selo WHERE sequencia = {HOJE - 1})")
    assert codigos() == {("dia_trocado", n) for n in range(HOJE, HOJE + POR_DIA)}
    assert parcial()["resumo"]["quantidade"] == POR_DIA


def test_selos_que_ficaram_entre_dois_resumos_sao_nomeados() -> None:
    """A digest signed while its own row said that the day before went further than it did."""
    for atras in (2, 1):
        escrever(POR_DIA)
        selar_em(timezone.now() - timedelta(days=atras))
    resumo._fazer_seguinte()
    atacar("UPDATE auditoria_resumo SET ultima = 6 WHERE primeira = 1")
    fazer_pendentes()
    atacar("UPDATE auditoria_resumo SET ultima = 4 WHERE primeira = 1")
    assert [p["codigo"] for p in verificar().problemas] == ["selo_sem_resumo"]


def test_a_rotina_que_sela_avisa_do_selo_adiantado_ate_que_a_data_chegue() -> None:
    escrever(POR_DIA)
    da_auditoria.selar_eventos()
    verdadeiro = Selo.objects.get(sequencia=2).selado_em
    atacar("UPDATE auditoria_selo SET selado_em = '9000-01-01' WHERE sequencia = 2")
    da_auditoria.selar_eventos()
    alarme = AlarmeRotina.objects.get(rotina=da_auditoria.SELAR, encerrado_em=None)
    assert "O selo 2 " in alarme.texto
    atacar("UPDATE auditoria_selo SET selado_em = %s WHERE sequencia = 2", parametros=[verdadeiro])
    da_auditoria.selar_eventos()
    alarme.refresh_from_db()
    assert alarme.encerrado_em is not None
