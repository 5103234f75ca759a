"""The list kept: what agrees again is resolved, what disagrees again comes back; killed, repeated, two at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal as D
from threading import Event

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from auditoria.models import Evento
from erp.cobrancas.models import LinhaTef
from pdv.conciliacao import selectors, services
from pdv.conciliacao.fontes import cortar
from pdv.conciliacao.models import Achado, Marca
from pdv.conciliacao.services import conferir
from pdv.processamento.models import Geracao
from tests.pdv.conciliacao.elenco import (
    achados,
    agora,
    baixa,
    cartao_desfeito,
    cobranca,
    documento,
    evento,
    ha,
    hoje,
    linha_de_arquivo,
    nota,
    pagamento,
    rodar,
    titulo,
    venda,
    vender,
)
from tests.pdv.elenco import Elenco, montar_elenco

E = Elenco


@pytest.fixture
def e(db: None) -> E:
    return montar_elenco()


def test_nota_que_chega_resolve_e_a_cancelada_volta(e: E) -> None:
    geracao = venda(e)
    rodar()
    assert achados() == {"VENDA_SEM_NOTA": D(100)}
    primeira = Achado.objects.get()
    chegou = nota(e, geracao, "90.00")
    assert rodar() == services.Resumo(1, 1, False)
    assert achados() == {"NOTA_DIFERE": D(10)}
    documento(e, chegou, "100.00", "autorizada", geracao=2)
    rodar()
    assert achados() == {}
    primeira.refresh_from_db()
    assert primeira.resolvido_em is not None and primeira.visto_em < primeira.resolvido_em


def test_o_que_volta_a_nao_concordar_reabre_a_mesma_linha(e: E) -> None:
    linha = linha_de_arquivo(e)
    rodar()
    LinhaTef.objects.update(situacao=1)
    rodar()
    LinhaTef.objects.update(situacao=2)
    rodar(agora=timezone.now() + timedelta(hours=2))
    achado = Achado.objects.get()
    assert (achado.alvo, achado.resolvido_em) == (linha.pk, None)
    assert achado.visto_em > timezone.now() + timedelta(minutes=90)


def test_baixa_resolve_o_cartao_vencido_e_o_estorno_dela_o_traz_de_volta(e: E) -> None:
    do = titulo(e, vencimento=hoje() - timedelta(days=9))
    rodar()
    feita = baixa(do, "100.00")
    rodar()
    assert achados() == {}
    baixa(do, "-100.00", estorno_de=feita)
    rodar()
    assert achados() == {"CARTAO_VENCIDO": D(100)}


def test_cartao_desfeito_que_se_cobrou_de_outro_modo_sai_da_lista(e: E) -> None:
    desfeito = cartao_desfeito(e)
    baixa(desfeito.titulo, "30.00")
    rodar()
    assert achados() == {"CARTAO_DESFEITO": D(40)}
    baixa(desfeito.titulo, "10.00")
    rodar()
    assert achados() == {}


def test_linha_repetida_nao_e_dinheiro_sem_venda(e: E) -> None:
    linha_de_arquivo(e, situacao=1)
    linha_de_arquivo(e, numero=3, situacao=3, problema="repetida: a linha 2 de rede.csv já pagou esta venda")
    linha_de_arquivo(e, numero=4, situacao=3, valor=D("9.00"), problema="desfeita por usuario:caio: repetida: não era")
    rodar()
    assert list(Achado.objects.values_list("valor", flat=True)) == [D(9)]


def test_titulo_estornado_deixa_de_ser_esperado(e: E) -> None:
    do = titulo(e, vencimento=hoje() - timedelta(days=9))
    rodar()
    titulo(e, "-100.00", estorno_de=do.pk)
    rodar()
    assert achados() == {}


def test_cobranca_paga_e_aberta_se_resolve_com_a_baixa_feita_a_mao(e: E) -> None:
    do = titulo(e, "120.00")
    da = cobranca(e, do)
    pagamento(da)
    rodar()
    assert achados() == {"COBRANCA_PAGA_ABERTA": D(20)}
    baixa(do, "20.00")
    rodar()
    assert achados() == {}
    da.situacao = 7
    da.save()
    evento(da)
    rodar()
    assert achados() == {"BAIXA_DEVOLVIDA": D(100)}


def test_venda_cancelada_sai_da_lista_sem_que_nada_mais_a_diga(e: E) -> None:
    geracao = venda(e)
    rodar()
    Geracao.objects.filter(pk=geracao.pk).update(cancelada=True)
    rodar()
    assert achados() == {}


def test_mao_no_sql_numa_venda_que_concordava_se_acha_na_varredura(e: E) -> None:
    vender(e)
    rodar()
    assert achados() == {}
    Geracao.objects.update(valor_total=D(130))
    rodar()
    assert achados() == {"NOTA_DIFERE": D(30), "RECEBIVEL_DIFERE": D(30)}


def test_venda_de_agora_ainda_pode_receber_a_nota(e: E) -> None:
    geracao = venda(e)
    Geracao.objects.filter(pk=geracao.pk).update(criada_em=agora())
    conferir()
    assert achados() == {}
    rodar()
    assert achados() == {"VENDA_SEM_NOTA": D(100)}


def test_dispensado_sai_da_lista_fica_fora_e_volta_se_mudar(e: E) -> None:
    venda(e)
    rodar()
    ana = User.objects.create_user("beatriz")
    assert services.dispensar(achados=Achado.objects.all(), usuario=ana, motivo="nota feita em papel") == 1
    assert services.dispensar(achados=Achado.objects.all(), usuario=ana, motivo="outra vez") == 0
    assert selectors.totais(None) == [] and selectors.resumo(None) == (0, D(0))
    rodar()  # the same disagreement, found again
    dispensado = Achado.objects.get()
    assert dispensado.resolvido_em is None and dispensado.dispensado_por == "beatriz"
    assert dispensado.motivo == "nota feita em papel" and dispensado.dispensado_em is not None
    assert list(Evento.objects.values_list("acao", "objeto_id")) == [("conciliacao.dispensada", str(dispensado.pk))]
    Achado.objects.update(detalhe="outro")  # what was computed then is not what is computed now
    rodar()
    assert [t.tipo for t in selectors.totais(None)] == ["VENDA_SEM_NOTA"]


def test_quem_voltou_atras_na_dispensa_ve_de_novo_e_o_que_concorda_nao_se_dispensa(e: E) -> None:
    geracao = venda(e)
    rodar()
    ana = User.objects.create_user("beatriz")
    services.dispensar(achados=Achado.objects.all(), usuario=ana, motivo="engano meu")
    assert services.reabrir(achados=Achado.objects.all(), usuario=ana, motivo="não era") == 1
    assert [t.quantos for t in selectors.totais(None)] == [1]
    nota(e, geracao)
    rodar()
    assert services.dispensar(achados=Achado.objects.all(), usuario=ana, motivo="já concorda") == 0


def test_rodar_de_novo_nao_muda_nada(e: E) -> None:
    venda(e), linha_de_arquivo(e)
    rodar()
    antes = list(Achado.objects.order_by("pk").values())
    assert rodar() == services.Resumo(0, 0, False)
    assert list(Achado.objects.order_by("pk").values()) == antes


class Morreu(Exception):
    pass


def test_morto_em_qualquer_passo_nao_perde_nem_repete(e: E) -> None:
    venda(e), linha_de_arquivo(e), titulo(e, vencimento=hoje() - timedelta(days=9))
    for vive in range(0, 120, 7):
        passos = iter(range(vive))

        def cerca(passos: object = passos) -> None:
            if next(passos, None) is None:  # type: ignore[call-overload]  # an iterator
                raise Morreu

        try:
            rodar(cerca=cerca)
        except Morreu:
            continue
    rodar()
    assert achados() == {"VENDA_SEM_NOTA": D(100), "LINHA_SEM_VENDA": D(55), "CARTAO_VENCIDO": D(100)}


def test_sem_tempo_faz_um_passo_e_continua_depois(e: E) -> None:
    venda(e)
    assert rodar(segundos=0).ha_mais
    assert not rodar().ha_mais
    assert achados() == {"VENDA_SEM_NOTA": D(100)}


def test_resolvido_ha_muito_se_joga_fora(e: E) -> None:
    linha_de_arquivo(e, situacao=1)
    Achado.objects.create(
        tipo="LINHA_SEM_VENDA", alvo=1, par="liquidacao", desde=ha(days=400), valor=1, visto_em=ha(days=390),
        resolvido_em=ha(days=200),
    )  # fmt: skip
    rodar()
    assert not Achado.objects.exists()


def test_fonte_para_antes_do_que_pode_nao_estar_confirmado() -> None:
    um, dois = ha(hours=1), agora()
    assert cortar([(1, um, 10), (2, um, None), (3, dois, 11), (4, um, 12)], ha(minutes=5)) == (2, [10])
    assert cortar([(3, dois, 11)], ha(minutes=5)) == (None, [])


@pytest.mark.django_db(transaction=True)
def test_duas_ao_mesmo_tempo_fazem_uma_linha_de_cada() -> None:
    e = montar_elenco()
    for _ in range(3):
        venda(e)
    linha_de_arquivo(e)

    def correr(_: int) -> int:
        try:
            return rodar().novos
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as duas:
        novos = list(duas.map(correr, range(2)))
    assert sum(novos) == 4 and Achado.objects.filter(resolvido_em=None).count() == 4
    assert Marca.objects.get(nome="vendas").valor == Geracao.objects.latest("pk").pk


@pytest.mark.django_db(transaction=True)
def test_o_que_uma_transacao_comprida_confirma_tarde_nao_se_perde() -> None:
    e = montar_elenco()
    rodar()
    numerado, confirme = Event(), Event()

    def comprida() -> None:
        try:
            with transaction.atomic():
                titulo(e, "11.00", vencimento=hoje() - timedelta(days=9), lancado_em=agora())
                numerado.set()
                confirme.wait(60)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as outra:
        feita = outra.submit(comprida)
        try:
            assert numerado.wait(60)
            titulo(e, "22.00", vencimento=hoje() - timedelta(days=9), lancado_em=agora())  # confirmed before
            rodar()
        finally:
            confirme.set()
        feita.result()
    rodar()
    assert sorted(Achado.objects.values_list("valor", flat=True)) == [D(11), D(22)]
