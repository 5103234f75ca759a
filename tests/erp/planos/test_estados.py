from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from auditoria.models import Evento
from erp.acesso.erros import ErroDefinitivo
from erp.planos.models import Contratacao, Dependente, MudancaContratacao, Situacao
from erp.planos.services import cancelar, combinar, excluir_dependente, incluir_dependente, reativar, suspender
from tests.erp.planos.elenco import ANA, CPFS, D, avisar, contrato, debito_de, dependente, pagar, parcelas, plano

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("funeraria")]
VENDA = date(2025, 1, 10)


def caminho(de: Contratacao) -> list[tuple[int | None, int]]:
    return list(MudancaContratacao.objects.filter(contratacao=de).order_by("id").values_list("de", "para"))


def suspenso(dia: date = date(2025, 4, 1)) -> Contratacao:
    return suspender(contratacao_id=contrato(VENDA).pk, motivo="pediu uma pausa", ator=ANA, dia=dia)


def test_suspender_guarda_quem_quando_por_que_e_quanto() -> None:
    feito = suspenso()
    assert (feito.situacao, feito.desde) == (Situacao.SUSPENSO, date(2025, 4, 1))
    mudanca = MudancaContratacao.objects.filter(contratacao=feito).latest("id")
    assert (mudanca.quem, mudanca.motivo, mudanca.vencido, mudanca.execucao) == (
        "usuario:ana", "pediu uma pausa", D("150.00"), None,
    )  # fmt: skip
    evento = Evento.objects.get(acao="planos.contrato_suspenso")
    assert (evento.antes, evento.depois) == (
        {"situacao": "Ativo"}, {"situacao": "Suspenso", "dia": "2025-04-01", "vencido": "150,00"},
    )  # fmt: skip


def test_suspender_de_novo_e_recusado_e_nada_muda() -> None:
    feito = suspenso()
    with pytest.raises(ErroDefinitivo, match="está suspenso desde 01/04/2025; esperado: ativo"):
        suspender(contratacao_id=feito.pk, motivo="outra vez", ator=ANA)
    assert len(caminho(feito)) == 2


def test_reativar_com_divida_pede_pagamento_ou_acordo() -> None:
    feito = suspenso()
    with pytest.raises(ErroDefinitivo, match=r"Há 3 parcelas vencidas, R\$ 150,00 desde 10/01/2025"):
        reativar(contratacao_id=feito.pk, motivo="quer voltar", ator=ANA, dia=date(2025, 4, 1))
    assert caminho(feito)[-1] == (1, 2)


def test_reativar_quitado_da_nova_carencia_ao_titular_e_aos_dependentes() -> None:
    feito = contrato(VENDA, dependentes=[dependente(), dependente("Saiu", parentesco="filho")])
    saiu = Dependente.objects.get(nome="Saiu")
    excluir_dependente(dependente_id=saiu.pk, motivo="casou", ator=ANA, dia=date(2025, 2, 1))
    suspender(contratacao_id=feito.pk, motivo="atraso", ator=ANA, dia=date(2025, 4, 1))
    pagar(feito, 0, 1, 2, 3, 4, 5)
    volta = reativar(contratacao_id=feito.pk, motivo="pagou tudo", ator=ANA, dia=date(2025, 7, 1))
    assert (volta.situacao, volta.carencia_ate, volta.acordo_ate) == (1, date(2025, 7, 31), None)
    assert Dependente.objects.get(nome="João das Dores").carencia_ate == date(2025, 7, 31)
    saiu.refresh_from_db()
    assert saiu.carencia_ate == VENDA + timedelta(days=90)
    assert len(parcelas(volta)) == 18  # the horizon went on: issued ahead until 07/2026


def test_carencia_que_ainda_corre_nao_encurta() -> None:
    feito = suspenso(date(2025, 1, 12))
    pagar(feito, 0)
    volta = reativar(contratacao_id=feito.pk, motivo="pagou", ator=ANA, dia=date(2025, 1, 13))
    assert volta.carencia_ate == VENDA + timedelta(days=90)


def test_reativar_depois_de_muito_tempo_nao_cobra_os_meses_sem_cobertura() -> None:
    feito = suspenso()
    pagar(feito, *range(12))
    volta = reativar(contratacao_id=feito.pk, motivo="pagou tudo", ator=ANA, dia=date(2026, 6, 10))
    datas = [t.vencimento for t in parcelas(volta)]
    assert datas[11:13] == [date(2025, 12, 10), date(2026, 7, 10)]
    assert [t.parcela for t in parcelas(volta)] == list(range(1, len(datas) + 1))


def test_reativar_com_acordo_guarda_ate_quando_vale() -> None:
    feito = suspenso()
    for ate in (date(2025, 4, 1), date(2027, 4, 1)):
        with pytest.raises(ErroDefinitivo, match="dentro de um ano"):
            reativar(contratacao_id=feito.pk, motivo="acordo", ator=ANA, acordo_ate=ate, dia=date(2025, 4, 1))
    volta = reativar(
        contratacao_id=feito.pk, motivo="acordo", ator=ANA, acordo_ate=date(2025, 6, 1), dia=date(2025, 4, 1)
    )
    assert (volta.situacao, volta.acordo_ate) == (Situacao.ATIVO, date(2025, 6, 1))


def test_combinar_so_com_divida() -> None:
    feito = contrato(VENDA)
    with pytest.raises(ErroDefinitivo, match="não há o que combinar"):
        combinar(contratacao_id=feito.pk, acordo_ate=date(2025, 2, 1), motivo="adiantado", ator=ANA, dia=VENDA)
    combinar(
        contratacao_id=feito.pk, acordo_ate=date(2025, 3, 1), motivo="recebe dia 1", ator=ANA, dia=date(2025, 2, 1)
    )
    feito.refresh_from_db()
    assert feito.acordo_ate == date(2025, 3, 1)
    assert Evento.objects.get(acao="planos.acordo_combinado").depois == {"acordo_ate": "2025-03-01", "vencido": "50,00"}


def test_cancelar_a_pedido_estorna_o_que_viria_e_deixa_o_vencido() -> None:
    feito = contrato(VENDA)
    pagar(feito, 0, 5)  # one of them ahead
    cancelado, estornado = cancelar(
        contratacao_id=feito.pk, motivo="vai mudar de cidade", ator=ANA, a_pedido=True, dia=date(2025, 3, 10)
    )
    assert (cancelado.situacao, estornado) == (Situacao.CANCELADO, D("450.00"))  # 12 - vencida 1 - pagas 2
    assert debito_de(feito, date(2030, 1, 1)) == debito_de(feito, date(2025, 3, 10))
    assert [t.sequencia for t in parcelas(feito)] == list(range(12))
    mudanca = MudancaContratacao.objects.filter(contratacao=feito).latest("id")
    assert (mudanca.vencido, mudanca.cancelado) == (D("50.00"), D("450.00"))
    with pytest.raises(ErroDefinitivo, match="está cancelado"):
        reativar(contratacao_id=feito.pk, motivo="voltou", ator=ANA)


def test_cancelar_por_divida_diz_o_que_falta_ate_nao_faltar() -> None:
    feito = contrato(VENDA)

    def tentar(dia: date) -> tuple[Contratacao, Decimal]:
        return cancelar(contratacao_id=feito.pk, motivo="não paga", ator=ANA, a_pedido=False, dia=dia)

    with pytest.raises(ErroDefinitivo, match="não tem mais de 12 meses de atraso"):
        tentar(date(2026, 1, 10))  # twelve months to the day
    with pytest.raises(ErroDefinitivo, match="provados desta dívida: 0; o contrato exige 2"):
        tentar(date(2026, 1, 11))
    avisar(feito, date(2026, 1, 12), date(2026, 1, 27))
    with pytest.raises(ErroDefinitivo, match=r"provados desta dívida: 2.*Cancele a partir de 11/02/2026"):
        tentar(date(2026, 2, 10))
    cancelado, estornado = tentar(date(2026, 2, 11))
    assert (cancelado.situacao, estornado) == (Situacao.CANCELADO, 0)  # all twelve were past due
    assert debito_de(feito, date(2026, 2, 11)).vencido == D("600.00")  # type: ignore[union-attr]  # it owes


def test_aviso_de_antes_da_reativacao_nao_conta() -> None:
    feito = contrato(VENDA)
    avisar(feito, date(2025, 3, 1), date(2025, 3, 20))
    suspender(contratacao_id=feito.pk, motivo="atraso", ator=ANA, dia=date(2025, 4, 1))
    reativar(contratacao_id=feito.pk, motivo="acordo", ator=ANA, acordo_ate=date(2025, 6, 1), dia=date(2025, 4, 2))
    with pytest.raises(ErroDefinitivo, match="provados desta dívida: 0"):
        cancelar(contratacao_id=feito.pk, motivo="não paga", ator=ANA, a_pedido=False, dia=date(2026, 2, 11))


def test_dependente_entra_com_carencia_e_sai_ficando_na_historia() -> None:
    feito = contrato(VENDA, do_plano=plano("Casal", dependentes_maximo=1))
    novo = incluir_dependente(
        contratacao_id=feito.pk, novo=dependente(cpf=CPFS[0]), motivo="casou", ator=ANA, dia=date(2025, 6, 1)
    )
    assert (novo.incluido_em, novo.carencia_ate) == (date(2025, 6, 1), date(2025, 8, 30))
    assert novo.em_carencia(date(2025, 8, 30)) and not novo.em_carencia(date(2025, 8, 31))
    with pytest.raises(ErroDefinitivo, match=r"dependentes: 2, o contrato aceita 1; .*este CPF já está no contrato"):
        incluir_dependente(contratacao_id=feito.pk, novo=dependente(cpf=CPFS[0]), motivo="de novo", ator=ANA)
    saiu = excluir_dependente(dependente_id=novo.pk, motivo="divórcio", ator=ANA, dia=date(2025, 7, 1))
    assert (saiu.excluido_em, saiu.motivo_exclusao) == (date(2025, 7, 1), "divórcio")
    with pytest.raises(ErroDefinitivo, match="saiu em 01/07/2025"):
        excluir_dependente(dependente_id=novo.pk, motivo="divórcio", ator=ANA)
    assert Evento.objects.filter(acao__startswith="planos.dependente_").count() == 2


def test_sem_motivo_nada_se_faz() -> None:
    feito = contrato(VENDA)
    with pytest.raises(ErroDefinitivo, match="Diga o motivo"):
        suspender(contratacao_id=feito.pk, motivo="  ", ator=ANA)
