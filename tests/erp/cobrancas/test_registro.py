from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from erp.cadastros.models import PeriodoContabil
from erp.cobrancas.maquina import Passo
from erp.cobrancas.models import AlarmeCobranca, Cobranca, EventoCobranca, Pagamento
from erp.cobrancas.services.registro import registrar
from erp.financeiro.erros import BaixaRecusada
from erp.financeiro.models import Baixa, Lancamento, Titulo
from erp.financeiro.services import desfazer_baixa
from tests.erp.cobrancas.elenco import aberto, cobranca, creditos, entrou, lido
from tests.erp.elenco import agora, chave, empresa, estornar_titulo, hoje, pessoa, titulo
from tests.invariantes import verificar_tudo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empresa(db: None) -> Any:
    empresa()
    yield
    verificar_tudo()


def alarmes() -> list[str]:
    return list(AlarmeCobranca.objects.order_by("pk").values_list("texto", flat=True))


def test_pagamento_baixa_o_titulo_e_entra_na_conta_uma_vez() -> None:
    c = cobranca()
    for _ in range(3):
        registrar(c.pk, [lido(Passo.PAGA, evento="e1", pago="100")])
    c.refresh_from_db()
    assert (c.passo, aberto(c), entrou(), creditos()) == (Passo.LIQUIDADA, D(0), D(100), [])
    baixa = Baixa.objects.get()
    assert (baixa.origem, baixa.origem_id, baixa.titulo_id) == (5, Pagamento.objects.get().pk, c.titulo_id)
    assert alarmes() == [] and c.contradicao == ""


def test_pago_duas_vezes_vira_credito_do_cliente_com_alarme() -> None:
    c = cobranca()
    registrar(c.pk, [lido(Passo.PAGA, pago="100", numero="p1")])
    registrar(c.pk, [lido(Passo.PAGA, pago="100", numero="p2")])
    credito = Titulo.objects.get(origem=5)
    assert (credito.sentido, credito.valor, credito.codigo_cliente) == ("P", D(100), c.codigo_cliente)
    assert (aberto(c), entrou()) == (D(0), D(200))
    assert alarmes() == ["paga outra vez: 100,00 viraram crédito do cliente"]


def test_duas_cobrancas_do_mesmo_titulo_pagas_a_segunda_vira_credito() -> None:
    alvo = titulo("100.00")
    um, dois = cobranca(alvo), cobranca(alvo, tipo=Cobranca.Tipo.PIX)
    registrar(um.pk, [lido(Passo.PAGA, pago="100", numero="p1")])
    registrar(dois.pk, [lido(Passo.PAGA, pago="100", numero="p2")])
    assert (aberto(um), entrou(), creditos()) == (D(0), D(200), [D(100)])
    assert "o título só tinha 0,00 em aberto" in alarmes()[0]


def test_paga_depois_de_cancelada_vira_credito_e_o_titulo_continua_em_aberto() -> None:
    c = cobranca()
    registrar(c.pk, [lido(Passo.CANCELADA, agora() - timedelta(hours=2))])
    registrar(c.pk, [lido(Passo.PAGA, agora() - timedelta(hours=1), pago="100")])
    c.refresh_from_db()
    assert (aberto(c), creditos(), c.passo) == (D(100), [D(100)], Passo.LIQUIDADA)
    assert c.contradicao == "foi cancelada antes de ser paga"


def test_cancelamento_que_chega_depois_mas_foi_depois_nao_tira_o_pagamento() -> None:
    c = cobranca()
    cancelada = lido(Passo.CANCELADA, agora() - timedelta(hours=1))
    registrar(c.pk, [cancelada, lido(Passo.PAGA, agora() - timedelta(hours=2), pago="100")])
    c.refresh_from_db()
    assert (aberto(c), creditos(), c.passo) == (D(0), [], Passo.LIQUIDADA)
    assert c.contradicao == "foi cancelada depois de ser paga"


@pytest.mark.parametrize(
    ("pago", "resta", "credito", "alarme"),
    [
        ("110.00", "0", ["10.00"], "pago 110,00, cobrado 100,00: 10,00 viraram crédito do cliente"),
        ("90.00", "10", [], "pago 90,00, cobrado 100,00: faltam 10,00"),
    ],
)
def test_pago_com_outro_valor_nao_se_perde(pago: str, resta: str, credito: list[str], alarme: str) -> None:
    c = cobranca()
    registrar(c.pk, [lido(Passo.PAGA, pago=pago)])
    assert (aberto(c), creditos(), entrou()) == (D(resta), [D(v) for v in credito], D(pago))
    assert alarmes() == [alarme]


def test_dois_pagamentos_parciais_completam_o_titulo_sem_credito() -> None:
    c = cobranca()
    registrar(c.pk, [lido(Passo.PAGA, pago="60", numero="p1")])
    registrar(c.pk, [lido(Passo.PAGA, pago="40", numero="p2")])
    assert (aberto(c), creditos(), entrou()) == (D(0), [], D(100))


def test_titulo_estornado_nao_recebe_e_o_dinheiro_vira_credito() -> None:
    c = cobranca()
    assert c.titulo is not None
    estornar_titulo(c.titulo)
    registrar(c.pk, [lido(Passo.PAGA, pago="100")])
    assert creditos() == [D(100)] and not Baixa.objects.exists()


def test_cobranca_sem_titulo_paga_e_dinheiro_na_conta_e_credito() -> None:
    c = cobranca(titulo("1.00"), valor="55.00")
    Cobranca.objects.filter(pk=c.pk).update(titulo=None)
    registrar(c.pk, [lido(Passo.PAGA, pago="55")])
    assert (entrou(), creditos()) == (D(55), [D(55)])


def test_pagamento_de_dia_fechado_entra_no_primeiro_dia_aberto() -> None:
    ontem = hoje() - timedelta(days=1)
    PeriodoContabil.objects.create(inicio=ontem - timedelta(days=5), fim=ontem, fechado=True)
    c = cobranca()
    registrar(c.pk, [lido(Passo.PAGA, agora() - timedelta(days=1, hours=1), pago="100")])
    assert Lancamento.objects.get().data_contabil == hoje() == Baixa.objects.get().data_contabil


def test_nunca_volta_e_o_que_contradiz_fica_e_alarma() -> None:
    c = cobranca()
    registrar(c.pk, [lido(Passo.PAGA, agora() - timedelta(hours=1), pago="100")])
    registrar(c.pk, [lido(Passo.AGUARDANDO, agora())])
    c.refresh_from_db()
    assert c.passo == Passo.LIQUIDADA
    assert c.contradicao == "o provedor disse aguardando depois de dizer paga" == alarmes()[0]
    assert EventoCobranca.objects.count() == 3  # paid, posted, waiting: nothing thrown away


def test_mesmo_pagamento_com_outro_valor_alarma_e_nao_lanca_de_novo() -> None:
    c = cobranca()
    registrar(c.pk, [lido(Passo.PAGA, pago="100")])
    registrar(c.pk, [lido(Passo.PAGA, pago="101")])
    assert entrou() == D(100) and "agora o provedor diz 101" in alarmes()[0]


def test_devolvida_alarma() -> None:
    c = cobranca()
    registrar(c.pk, [lido(Passo.PAGA, agora() - timedelta(hours=1), pago="100"), lido(Passo.DEVOLVIDA)])
    assert alarmes() == ["a cobrança foi devolvida"]


def test_evento_e_pagamento_nao_mudam_nem_somem() -> None:
    c = cobranca()
    registrar(c.pk, [lido(Passo.PAGA, pago="100")])
    for consulta in (EventoCobranca.objects.all(), Pagamento.objects.all()):
        with pytest.raises(IntegrityError), transaction.atomic():
            consulta.delete()
        with pytest.raises(IntegrityError), transaction.atomic():
            consulta.update(cobranca_id=c.pk)


def test_baixa_de_cobranca_nao_se_desfaz_a_mao() -> None:
    c = cobranca()
    registrar(c.pk, [lido(Passo.PAGA, pago="100")])
    with pytest.raises(BaixaRecusada, match="devolução no provedor"):
        desfazer_baixa(baixa_id=Baixa.objects.get().pk, motivo="engano", usuario=pessoa("financeiro"), chave=chave())


def test_de_um_titulo_so_uma_cobranca_aberta_de_cada_tipo() -> None:
    c = cobranca()
    with pytest.raises(IntegrityError), transaction.atomic():
        cobranca(c.titulo)
