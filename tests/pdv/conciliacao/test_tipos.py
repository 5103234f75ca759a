"""Every kind of disagreement, each with the smallest data that has it; data that agrees has none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal as D

import pytest

from erp.cobrancas.models import JanelaPix, PixRecebido
from pdv.conciliacao.models import Achado
from pdv.conciliacao.tipos import PAR_DE, SAIDAS, Tipo
from pdv.processamento.models import Geracao
from pdv.replicacao.models import FinalizadorOperacaoPdv
from pdv.tabelas import Especie
from tests.pdv.conciliacao.elenco import (
    achados,
    baixa,
    cartao_desfeito,
    cobranca,
    devolucao,
    ha,
    hoje,
    lancamento,
    linha_de_arquivo,
    nota,
    operacao_de,
    pagamento,
    pendencia,
    pix,
    rodar,
    titulo,
    venda,
    vender,
)
from tests.pdv.elenco import CREDITO, PIX, Elenco, estagiar_completa, montar_elenco

pytestmark = pytest.mark.django_db


@pytest.fixture
def e() -> Elenco:
    return montar_elenco()


def venda_em_pix(e: Elenco, valor: str, e2eid: str) -> Geracao:
    """A sale paid by Pix at the till, with its note and its entry in the bank."""
    geracao = venda(e, valor, PIX)
    nota(e, geracao, valor)
    lancamento(e, geracao, valor, conta=e.banco, documento=e2eid, finalizador=PIX)
    FinalizadorOperacaoPdv.objects.filter(operacao_id=operacao_de(geracao).pk).update(end_to_end_id=e2eid)
    return geracao


def pix_do_pdv(e: Elenco, valor: str, no_banco: str = "") -> None:
    """One Pix that the bank tells of, so that its account is known; then another, told or not."""
    JanelaPix.objects.create(provedor="pix", lida_ate=ha(minutes=1))
    venda_em_pix(e, "5.00", pix("5.00").e2eid)
    outro = pix(no_banco).e2eid if no_banco else f"E{9:031d}"
    venda_em_pix(e, valor, outro)
    PixRecebido.objects.update(horario=ha(days=3))


def _sem_nota(e: Elenco) -> None:
    venda(e)


def _nota_difere(e: Elenco) -> None:
    nota(e, venda(e), "90.00")


def _nota_repetida(e: Elenco) -> None:
    nota(e, vender(e))


def _nao_lancada(e: Elenco) -> None:
    estagiar_completa(
        e.pdv, Especie.VENDA, total="12.00", data_hora_inicio=ha(days=1), situacao_replicacao=2, recebido_em=ha(days=1),
        erro_codigo="PRODUTO_NAO_CADASTRADO:9",
    )  # fmt: skip


def _recebivel_falta(e: Elenco) -> None:
    nota(e, venda(e, "100.00", PIX))  # nothing posted for it


def _recebivel_difere(e: Elenco) -> None:
    geracao = vender(e, "100.00", CREDITO)
    titulo(e, "10.00", origem_id=geracao.pk)


def _vencido(e: Elenco) -> None:
    do = titulo(e, "80.00", vencimento=hoje() - timedelta(days=9))
    baixa(do, "30.00")


def _paga_aberta(e: Elenco) -> None:
    cobranca(e, titulo(e))


def _devolvida(e: Elenco) -> None:
    da = cobranca(e, titulo(e), situacao=7)
    pagamento(da)


def _pago_a_menos(e: Elenco) -> None:
    pagamento(cobranca(e, titulo(e)), "70.00")


def _taxa(e: Elenco) -> None:
    do = titulo(e)
    titulo(e, "2.00", sentido="P", origem_id=do.origem_id)
    pagamento(cobranca(e, do, tipo="tef"), taxa="3.50")


def _credito(e: Elenco) -> None:
    pago = pagamento(cobranca(e, None, "25.00"), "25.00", abatido="0")
    titulo(e, "25.00", especie="vale", sentido="P", origem=5, origem_id=pago.pk, sequencia=0)


def _pix_nao_lancado(e: Elenco) -> None:
    pix(cobranca=cobranca(e, None, situacao=2, provedor="pix", tipo="pix"))


CASOS: dict[Tipo, tuple[Callable[[Elenco], object], str]] = {
    Tipo.VENDA_SEM_NOTA: (_sem_nota, "100.00"),
    Tipo.NOTA_SEM_VENDA: (lambda e: pendencia(e, "orfa"), "30.00"),
    Tipo.NOTA_DIFERE: (_nota_difere, "10.00"),
    Tipo.NOTA_REPETIDA: (_nota_repetida, "100.00"),
    Tipo.NOTA_CANCELADA: (lambda e: pendencia(e, "nota_cancelada"), "30.00"),
    Tipo.VENDA_CANCELADA: (lambda e: pendencia(e, "venda_cancelada"), "30.00"),
    Tipo.VENDA_NAO_LANCADA: (_nao_lancada, "12.00"),
    Tipo.RECEBIVEL_FALTA: (_recebivel_falta, "100.00"),
    Tipo.RECEBIVEL_DIFERE: (_recebivel_difere, "10.00"),
    Tipo.CARTAO_DESFEITO: (cartao_desfeito, "40.00"),
    Tipo.CARTAO_VENCIDO: (_vencido, "50.00"),
    Tipo.PIX_NAO_CONSTA: (lambda e: pix_do_pdv(e, "33.00"), "33.00"),
    Tipo.PIX_DIFERE: (lambda e: pix_do_pdv(e, "33.00", "30.00"), "3.00"),
    Tipo.LINHA_SEM_VENDA: (linha_de_arquivo, "55.00"),
    Tipo.PIX_SEM_VENDA: (lambda e: pix(), "20.00"),
    Tipo.PIX_NAO_LANCADO: (_pix_nao_lancado, "20.00"),
    Tipo.COBRANCA_PAGA_ABERTA: (_paga_aberta, "100.00"),
    Tipo.BAIXA_DEVOLVIDA: (_devolvida, "100.00"),
    Tipo.LIQUIDACAO_DIFERE: (_pago_a_menos, "30.00"),
    Tipo.TAXA_DIFERE: (_taxa, "1.50"),
    Tipo.CREDITO_ABERTO: (_credito, "25.00"),
}


@pytest.mark.parametrize("tipo", list(Tipo), ids=str)
def test_cada_especie_se_acha_sozinha(tipo: Tipo, e: Elenco) -> None:
    fazer, valor = CASOS[tipo]
    fazer(e)
    rodar()
    assert achados() == {tipo: D(valor)}
    achado = Achado.objects.get()
    assert achado.par == PAR_DE[tipo] and SAIDAS[tipo]


def test_o_que_concorda_nao_aparece(e: Elenco) -> None:
    vender(e), vender(e, "50.00", CREDITO)
    pix_do_pdv(e, "30.00", "30.00")
    do = titulo(e, vencimento=hoje() - timedelta(days=9))
    titulo(e, "2.00", sentido="P", origem_id=do.origem_id)
    pagamento(cobranca(e, do, tipo="tef"), taxa="2.01")  # a cent of rounding
    reaberto = titulo(e)
    da = cobranca(e, reaberto, situacao=9)
    devolvido = pagamento(da)
    devolucao(devolvido, "100.00")
    primeira = reaberto.baixas.get()
    baixa(reaberto, "-100.00", origem=5, origem_id=devolvido.pk, sequencia=-1, estorno_de=primeira)
    pendencia(e, "orfa", prazo=ha(hours=-5))  # its time is not over
    linha_de_arquivo(e, situacao=1)
    linha_de_arquivo(e, numero=3, pago_em=hoje() + timedelta(days=9))  # the acquirer pays later
    e.pdv.emite_nota = False
    e.pdv.save()
    venda(e)  # of a till that issues none
    rodar()
    assert achados() == {}
