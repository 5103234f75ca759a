from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from auditoria.services import Ator
from erp.financeiro.models import Titulo
from erp.planos.models import Contratacao
from erp.planos.rotinas import EMISSAO
from erp.planos.services import emissao, suspender
from erp.rotinas.models import Execucao
from erp.rotinas.services import executar
from tests.erp.planos.elenco import ANA, contrato, pagar, parcelas

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("funeraria")]
VENDA = date(2024, 1, 31)


def rodar(dia: date, **campos: Any) -> Execucao:
    return executar(EMISSAO, iniciada_por=Ator("sistema", "teste"), referencia=dia, **campos)


def test_completa_o_horizonte_mes_a_mes_sem_repetir() -> None:
    feito = contrato(VENDA)
    assert rodar(date(2024, 1, 31)).contagens == {}
    assert rodar(date(2024, 2, 1)).contagens == {"parcelas emitidas": 1}
    assert rodar(date(2024, 2, 2)).contagens == {}
    assert parcelas(feito)[-1].vencimento == date(2025, 1, 31)


def test_rotina_parada_por_meses_emite_o_que_faltou_de_uma_vez() -> None:
    feito = contrato(VENDA)
    assert rodar(date(2024, 6, 30)).contagens == {"parcelas emitidas": 5}
    datas = [t.vencimento for t in parcelas(feito)]
    assert datas[12:] == [
        date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 31), date(2025, 4, 30), date(2025, 5, 31),
    ]  # fmt: skip
    assert [t.parcela for t in parcelas(feito)] == list(range(1, 18))


def test_suspenso_e_cancelado_nao_ganham_parcelas() -> None:
    feito = contrato(VENDA)
    suspender(contratacao_id=feito.pk, motivo="pausa", ator=ANA, dia=date(2024, 2, 1))
    assert rodar(date(2024, 12, 1)).contagens == {}


def test_muitos_de_uma_vez_passam_pela_lista_inteira(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emissao, "POR_VEZ", 2)
    for dia in (31, 1, 15, 31, 31):
        contrato(date(2024, 1, dia))
    rodar(date(2024, 3, 1))
    assert set(Contratacao.objects.values_list("parcelas_emitidas", flat=True)) == {14}


def test_simular_conta_e_nao_emite() -> None:
    contrato(VENDA)
    antes = Titulo.objects.count()
    assert rodar(date(2024, 6, 30), simulacao=True).contagens == {"contratos a completar": 1}
    assert Titulo.objects.count() == antes


def test_valor_e_o_do_contrato_no_dia_da_emissao() -> None:
    feito = contrato(VENDA)
    pagar(feito, 0)
    Contratacao.objects.filter(pk=feito.pk).update(valor_mensal="60.00")
    rodar(date(2024, 3, 1))
    assert [str(t.valor) for t in parcelas(feito)][11:] == ["50.00", "60.00", "60.00"]
