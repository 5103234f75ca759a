from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection

from auditoria.models import Evento
from auditoria.services import Ator
from erp.acesso.services import aprovar
from erp.contatos.models import Comunicado
from erp.planos.models import Contratacao, MudancaContratacao, Situacao
from erp.planos.rotinas import SUSPENSAO
from erp.planos.services import combinar, lotes, reativar
from erp.rotinas.models import Execucao, ItemExecucao
from erp.rotinas.services import executar, executar_pendentes
from tests.erp.elenco import pessoa
from tests.erp.planos.elenco import ANA, D, contrato, pagar, plano

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("funeraria")]
VENDA = date(2025, 1, 31)  # due on the 31st
NO_LIMITE = date(2025, 4, 1)  # sixty days after: not yet beyond
ALEM = date(2025, 4, 2)


def rodar(dia: date, **campos: Any) -> Execucao:
    return executar(SUSPENSAO, iniciada_por=Ator("sistema", "teste"), referencia=dia, **campos)


def situacao(de: Contratacao) -> int:
    return Contratacao.objects.get(pk=de.pk).situacao


def test_suspende_com_mais_atraso_que_os_dias_do_contrato() -> None:
    feito = contrato(VENDA)
    assert rodar(NO_LIMITE).contagens == {"contratos examinados": 1}
    execucao = rodar(ALEM)
    assert (execucao.situacao, execucao.contagens) == (
        Execucao.Situacao.SUCESSO, {"contratos examinados": 1, "a suspender": 1, "suspensos": 1},
    )  # fmt: skip
    assert execucao.valores == {"vencido": "150.00", "vencido dos suspensos": "150.00"}
    mudanca = MudancaContratacao.objects.get(contratacao=feito, para=Situacao.SUSPENSO)
    assert (mudanca.dia, mudanca.quem, mudanca.execucao, mudanca.vencido) == (
        ALEM, f"rotina:{SUSPENSAO}", execucao.pk, D("150.00"),
    )  # fmt: skip
    assert mudanca.motivo == f"atraso: contrato {feito.numero}: 3 parcelas desde 31/01/2025"
    evento = Evento.objects.get(acao="planos.contrato_suspenso")
    assert (evento.ator_tipo, evento.ator, evento.objeto_id) == ("rotina", SUSPENSAO, str(feito.pk))


def test_cada_contrato_pelos_seus_dias() -> None:
    com_um = contrato(VENDA, do_plano=plano("Um", dias_para_suspender=1))
    com_cem = contrato(VENDA, do_plano=plano("Cem", dias_para_suspender=100))
    rodar(date(2025, 2, 1))
    assert (situacao(com_um), situacao(com_cem)) == (Situacao.ATIVO, Situacao.ATIVO)
    rodar(date(2025, 2, 2))
    assert (situacao(com_um), situacao(com_cem)) == (Situacao.SUSPENSO, Situacao.ATIVO)


@pytest.mark.parametrize(
    ("venda", "dias", "ainda_nao", "suspenso"),
    [
        (date(2024, 2, 29), 1, date(2024, 3, 1), date(2024, 3, 2)),  # due on a leap day
        (date(2024, 1, 31), 30, date(2024, 3, 1), date(2024, 3, 2)),  # thirty days over a leap day
        (date(2023, 1, 31), 30, date(2023, 3, 2), date(2023, 3, 3)),  # and over a year without it
        (date(2024, 12, 31), 1, date(2025, 1, 1), date(2025, 1, 2)),
    ],
)
def test_dias_atravessam_fins_de_mes_e_29_de_fevereiro(venda: date, dias: int, ainda_nao: date, suspenso: date) -> None:
    feito = contrato(venda, do_plano=plano("Dias", dias_para_suspender=dias))
    for dia, esperada in ((ainda_nao, Situacao.ATIVO), (suspenso, Situacao.SUSPENSO)):
        with time_machine.travel(f"{dia}T21:00:00-03:00", tick=False):
            executar(SUSPENSAO, iniciada_por="sistema:agenda")  # the day is that of the clock
        assert situacao(feito) == esperada


def test_quem_pagou_ou_pagou_em_parte_o_bastante_fica() -> None:
    pago, em_parte = contrato(VENDA), contrato(VENDA)
    pagar(pago, 0, 1)
    pagar(em_parte, 0, valor="49.99")
    rodar(ALEM)
    assert (situacao(pago), situacao(em_parte)) == (Situacao.ATIVO, Situacao.SUSPENSO)
    assert MudancaContratacao.objects.get(para=Situacao.SUSPENSO).vencido == D("100.01")


def test_acordo_vale_ate_o_seu_dia() -> None:
    feito = contrato(VENDA)
    combinar(contratacao_id=feito.pk, acordo_ate=date(2025, 5, 1), motivo="recebe no dia 1", ator=ANA, dia=ALEM)
    rodar(date(2025, 5, 1))
    assert situacao(feito) == Situacao.ATIVO
    rodar(date(2025, 5, 2))
    assert situacao(feito) == Situacao.SUSPENSO


def test_titular_e_avisado_uma_vez_por_suspensao() -> None:
    feito = contrato(VENDA)
    rodar(ALEM)
    rodar(ALEM + timedelta(days=1))
    aviso = Comunicado.objects.get(fato__startswith=f"contratacao:{feito.pk}:suspensao:")
    assert (aviso.modelo, aviso.codigo_cliente, aviso.dados["vencido"]) == (
        "plano_suspenso",
        feito.titular_id,
        "R$ 150,00",
    )
    reativar(contratacao_id=feito.pk, motivo="acordo", ator=ANA, acordo_ate=date(2025, 4, 10), dia=date(2025, 4, 5))
    rodar(date(2025, 4, 11))
    assert Comunicado.objects.filter(fato__startswith=f"contratacao:{feito.pk}:suspensao:").count() == 2


def test_rodar_de_novo_nao_suspende_de_novo() -> None:
    contrato(VENDA)
    rodar(ALEM)
    assert rodar(ALEM).situacao == Execucao.Situacao.PULADA
    assert rodar(ALEM + timedelta(days=1)).contagens == {}
    assert MudancaContratacao.objects.filter(para=Situacao.SUSPENSO).count() == 1


def test_simular_diz_quem_e_quanto_e_nao_muda_nada() -> None:
    feito, em_dia = contrato(VENDA), contrato(VENDA)
    pagar(em_dia, *range(12))
    execucao = rodar(ALEM, simulacao=True)
    assert (execucao.situacao, execucao.valores) == (Execucao.Situacao.SUCESSO, {"vencido": "150.00"})
    item = ItemExecucao.objects.get(execucao=execucao)
    assert (item.objeto, item.objeto_id, item.valor) == ("planos.Contratacao", str(feito.pk), D("150.00"))
    assert item.descricao == f"contrato {feito.numero}: 3 parcelas desde 31/01/2025"
    assert situacao(feito) == Situacao.ATIVO
    assert MudancaContratacao.objects.count() == 2 and not Comunicado.objects.exists()


def test_acima_do_limite_espera_a_segunda_pessoa(settings: Any) -> None:
    settings.ROTINA_APROVACAO_ACIMA = 1
    contratos = [contrato(VENDA) for _ in range(2)]
    execucao = rodar(ALEM)
    assert execucao.situacao == Execucao.Situacao.AGUARDA_APROVACAO
    assert {situacao(c) for c in contratos} == {Situacao.ATIVO}
    assert (
        execucao.aprovacao is not None and "Suspender 2 contratos, R$ 300,00 vencidos" in execucao.aprovacao.descricao
    )
    aprovar(aprovacao=execucao.aprovacao, por=pessoa("gerente"), motivo="conferi a lista")
    executar_pendentes()
    assert {situacao(c) for c in contratos} == {Situacao.SUSPENSO}
    aprovada = Execucao.objects.latest("id")
    assert (aprovada.referencia, aprovada.contagens["suspensos"]) == (ALEM, 2)


@pytest.fixture
def recusa(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The database refuses the change of one contract, as a broken row of it would."""
    monkeypatch.setattr(lotes, "POR_LOTE", 4)

    def recusar(alvo: Contratacao) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"""CREATE FUNCTION recusar() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                        IF NEW.id = {alvo.pk} THEN RAISE EXCEPTION 'recusado pelo banco'; END IF; RETURN NEW; END $$;
                    CREATE TRIGGER recusar BEFORE UPDATE ON planos_contratacao FOR EACH ROW EXECUTE FUNCTION recusar()"""
            )

    yield recusar


def test_um_que_falha_nao_para_os_outros(recusa: Any) -> None:
    contratos = [contrato(VENDA) for _ in range(7)]
    recusa(contratos[2])
    execucao = rodar(ALEM)
    assert execucao.situacao == Execucao.Situacao.SUCESSO_COM_FALHAS
    assert [situacao(c) == Situacao.SUSPENSO for c in contratos] == [True, True, False, True, True, True, True]
    assert (execucao.contagens["suspensos"], execucao.contagens["falhas"]) == (6, 1)
    falha = ItemExecucao.objects.get(execucao=execucao, falha=True)
    assert (falha.objeto_id, falha.descricao) == (str(contratos[2].pk), "recusado pelo banco")
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER recusar ON planos_contratacao")
    assert rodar(ALEM).contagens["suspensos"] == 1  # what failed is taken up by the next run of the same day
