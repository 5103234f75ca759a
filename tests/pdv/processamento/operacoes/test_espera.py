"""Order: what refers to something that is not here waits, is taken up when that comes, and is an error in the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pdv.processamento.espera import em_palavras
from pdv.processamento.models import LogProcessamento
from pdv.processamento.operacoes.drain import DrenoOperacoes
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import OperacaoPdv
from pdv.tabelas import Especie
from tests.invariantes import verificar_tudo
from tests.pdv.elenco import (
    CREDIARIO,
    DINHEIRO,
    INSTALACAO,
    VALE,
    Elenco,
    Pago,
    Quitado,
    estagiar_completa,
    estagiar_venda,
    montar_elenco,
)

pytestmark = pytest.mark.django_db(transaction=True)
ITEM = [(101, "1", "15.00")]
VENDA = 900_001  # the number of what comes late
Estagiar = Callable[[Elenco], OperacaoPdv]


@pytest.fixture
def e() -> Elenco:
    return montar_elenco()


def cancelamento(e: Elenco) -> OperacaoPdv:
    return estagiar_completa(e.pdv, Especie.CANCELAMENTO, origem=VENDA)


def devolucao(e: Elenco) -> OperacaoPdv:
    return estagiar_completa(e.pdv, Especie.DEVOLUCAO, itens=ITEM, pagos=[Pago(DINHEIRO, "15.00")], origem=VENDA)


def recebimento(e: Elenco) -> OperacaoPdv:
    quitados = [Quitado(f"1-{VENDA}-1", 1, "15.00")]
    return estagiar_completa(e.pdv, Especie.RECEBIMENTO, quitados=quitados, pagos=[Pago(DINHEIRO, "15.00")])


def paga_com_vale(e: Elenco) -> OperacaoPdv:
    return estagiar_completa(e.pdv, Especie.VENDA, itens=ITEM, pagos=[Pago(VALE, "15.00", 1, f"V1-{VENDA}")])


def paga_com_credito(e: Elenco) -> OperacaoPdv:
    return estagiar_completa(e.pdv, Especie.VENDA, itens=ITEM, pagos=[Pago(VALE, "15.00")], codigo_cliente="C1")


def a_venda(e: Elenco) -> OperacaoPdv:
    pagos = [Pago(CREDIARIO, "15.00")]
    return estagiar_completa(e.pdv, Especie.VENDA, itens=ITEM, pagos=pagos, id_operacao=VENDA, codigo_cliente="C1")


def o_vale(e: Elenco) -> OperacaoPdv:
    pagos = [Pago(VALE, "15.00")]
    return estagiar_completa(e.pdv, Especie.DEVOLUCAO, itens=ITEM, pagos=pagos, id_operacao=VENDA, codigo_cliente="C1")


CASOS = [
    (cancelamento, a_venda, f"op:{{pdv}}:{INSTALACAO}:{VENDA}", f"a operação {VENDA}", "ORIGEM_NAO_CHEGOU"),
    (devolucao, a_venda, f"op:{{pdv}}:{INSTALACAO}:{VENDA}", f"a operação {VENDA}", "ORIGEM_NAO_CHEGOU"),
    (recebimento, a_venda, f"titulo:1-{VENDA}-1/1", f"o título 1-{VENDA}-1, parcela 1", "TITULO_NAO_ENCONTRADO"),
    (paga_com_vale, o_vale, f"vale:V1-{VENDA}", f"o vale V1-{VENDA}", "VALE_NAO_ENCONTRADO"),
    (paga_com_credito, o_vale, "credito:", "crédito do cliente", "VALE_SEM_SALDO"),
]


@pytest.mark.parametrize(("estagiar", "chegar", "aguarda", "palavras", "codigo"), CASOS)
def test_espera_o_que_nao_chegou_e_e_retomada_quando_chega(
    e: Elenco, estagiar: Estagiar, chegar: Estagiar, aguarda: str, palavras: str, codigo: str
) -> None:
    linha = estagiar(e)
    drenar_tudo()
    linha.refresh_from_db()
    assert (linha.situacao_replicacao, linha.erro_codigo) == (1, "")
    assert linha.aguarda.startswith(aguarda.format(pdv=e.pdv.pk))
    assert em_palavras(linha.aguarda) == palavras
    assert linha.aguarda_desde is not None and linha.proxima_tentativa_em > timezone.now()
    assert linha.erro_mensagem
    chegar(e)
    drenar_tudo()
    linha.refresh_from_db()
    assert (linha.situacao_replicacao, linha.aguarda, linha.aguarda_desde) == (9, "", None)
    verificar_tudo()


@pytest.mark.parametrize(("estagiar", "chegar", "aguarda", "palavras", "codigo"), CASOS)
def test_espera_que_passa_do_limite_e_erro(
    e: Elenco, estagiar: Estagiar, chegar: Estagiar, aguarda: str, palavras: str, codigo: str
) -> None:
    linha = estagiar(e)
    drenar_tudo()
    antes = timezone.now() - settings.PDV_ESPERA_MAXIMA - timedelta(seconds=1)
    OperacaoPdv.objects.filter(pk=linha.pk).update(aguarda_desde=antes, proxima_tentativa_em=antes)
    drenar_tudo()
    linha.refresh_from_db()
    assert (linha.situacao_replicacao, linha.erro_codigo.partition(":")[0]) == (2, codigo)
    assert (linha.aguarda, linha.aguarda_desde) == ("", None) and linha.erro_em is not None
    chegar(e)
    OperacaoPdv.objects.filter(pk=linha.pk).update(situacao_replicacao=1)  # a person says: again
    drenar_tudo()
    linha.refresh_from_db()
    assert linha.situacao_replicacao == 9
    verificar_tudo()


def test_espera_fica_no_log_uma_vez_e_o_intervalo_dobra_ate_um_quarto_de_hora(e: Elenco) -> None:
    linha = cancelamento(e)
    drenar_tudo()
    for ha, esperado in ((timedelta(minutes=2), timedelta(minutes=2)), (timedelta(hours=5), timedelta(minutes=15))):
        agora = timezone.now()
        OperacaoPdv.objects.filter(pk=linha.pk).update(aguarda_desde=agora - ha, proxima_tentativa_em=agora)
        drenar_tudo()
        linha.refresh_from_db()
        assert esperado <= linha.proxima_tentativa_em - agora < esperado + timedelta(seconds=30)
    assert LogProcessamento.objects.filter(resultado=LogProcessamento.Resultado.ESPERA).count() == 1


def test_a_de_origem_ignorada_nao_espera(e: Elenco) -> None:
    linha, venda = cancelamento(e), a_venda(e)
    OperacaoPdv.objects.filter(pk=venda.pk).update(situacao_replicacao=0)
    drenar_tudo()
    linha.refresh_from_db()
    assert (linha.situacao_replicacao, linha.erro_codigo) == (2, f"ORIGEM_IGNORADA:{VENDA}")


def test_a_que_espera_acorda_quando_a_origem_com_erro_e_consertada(e: Elenco) -> None:
    venda = estagiar_completa(
        e.pdv, Especie.VENDA, itens=[(777, "1", "15.00")], pagos=[Pago(DINHEIRO, "15.00")], id_operacao=VENDA
    )
    linha = cancelamento(e)
    drenar_tudo()
    linha.refresh_from_db()
    assert "está com erro" in linha.erro_mensagem
    e.cafe.__class__.objects.create(codigo=777, descricao="CHÁ")
    OperacaoPdv.objects.filter(pk=venda.pk).update(situacao_replicacao=1)
    drenar_tudo()
    linha.refresh_from_db()
    assert linha.situacao_replicacao == 9
    verificar_tudo()


def test_cinco_mil_que_esperam_nao_atrasam_as_outras(e: Elenco) -> None:
    """They are in no batch and cost no query more: what is counted is work, not seconds."""
    esperam = [
        OperacaoPdv(
            ponto_venda_id=e.pdv.pk, filial_id=e.pdv.filial_id, instalacao=INSTALACAO, hash_conteudo=b"\1" * 33,
            id_operacao=n, guid_operacao=f"00000000-0000-4000-9000-{n:012d}", id_ponto_venda=1,
            operacao=Especie.CANCELAMENTO, id_operacao_origem=10_000_000 + n, data_hora_inicio=timezone.now(),
        )
        for n in range(1_000_001, 1_005_001)
    ]  # fmt: skip
    OperacaoPdv.objects.bulk_create(esperam)
    drenar_tudo()
    assert OperacaoPdv.objects.exclude(aguarda="").count() == 5000
    vendas = [estagiar_venda(e.pdv, [(101, "1", "10.00")], [(DINHEIRO, "10.00", "0", 1)]).pk for _ in range(20)]
    with connection.cursor() as cursor:
        assert sorted(DrenoOperacoes().proximas(cursor, e.pdv.filial_id, 500, livres=False)) == sorted(vendas)
    with CaptureQueriesContext(connection) as consultas:
        drenar_tudo()
    assert OperacaoPdv.objects.filter(pk__in=vendas, situacao_replicacao=9).count() == 20
    assert len(consultas) < 60
    with connection.cursor() as cursor:
        # without statistics the planner takes both partial indexes for empty, and either for the better
        cursor.execute("ANALYZE hiperpdv_operacao_pdv")
        cursor.execute(
            "EXPLAIN SELECT 1 FROM hiperpdv_operacao_pdv WHERE aguarda <> '' AND aguarda = ANY(%s) "
            "AND situacao_replicacao = 1", [["op:1"]],
        )  # fmt: skip
        assert "hiperpdv_operacao_aguarda" in str(cursor.fetchall())
