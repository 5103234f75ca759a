"""The board's row of a till's day, from the database: what is equal is green, what is not has a name."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal as D

import pytest
from django.db import connection

from erp.cadastros.models import PontoVenda
from pdv.conferencia.models import DiaConferido, Manifesto, Toque
from pdv.conferencia.services import recalcular_dia, recalcular_tocados
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import OperacaoPdv
from tests.pdv.conferencia.conftest import conferir, declarar, motivos
from tests.pdv.conferencia.fabricas import linha_de, novo_manifesto
from tests.pdv.elenco import AGORA, DINHEIRO, INSTALACAO, Elenco, estagiar_venda

pytestmark = pytest.mark.django_db(transaction=True)
Situacao = DiaConferido.Situacao


def venda(pdv: PontoVenda, numero: int, valor: str = "10.00", ocorrida_em: datetime = AGORA) -> OperacaoPdv:
    return estagiar_venda(
        pdv, [(101, "1", valor)], [(DINHEIRO, valor, "0", 1)], id_operacao=numero, ocorrida_em=ocorrida_em
    )


def test_dia_em_que_tudo_chegou_e_foi_lancado_confere(elenco: Elenco) -> None:
    vendas = [venda(elenco.pdv, n) for n in (1, 2, 3)]
    drenar_tudo()
    assert declarar(elenco.pdv, novo_manifesto(vendas)) == ["criado"]
    linha = conferir(elenco.pdv)
    assert linha.situacao == Situacao.CONFERE, linha.motivos
    assert (linha.pdv_quantidade, linha.recebido_quantidade, linha.lancado_quantidade) == (3, 3, 3)
    assert linha.pdv_valor == linha.recebido_valor == linha.lancado_valor == D("30.00")
    assert (linha.dia, linha.nao_lancado_valor, linha.faltando) == (AGORA.date(), D(0), [])


def test_numeros_que_faltam_tem_nome_e_o_dinheiro_deles_tambem(elenco: Elenco) -> None:
    todas = [venda(elenco.pdv, n, f"{n}.00") for n in (1, 2, 3, 4, 7)]
    manifesto = novo_manifesto(todas)
    OperacaoPdv.objects.filter(id_operacao__in=(2, 3, 7)).delete()
    drenar_tudo()
    declarar(elenco.pdv, manifesto)
    linha = conferir(elenco.pdv)
    assert (linha.situacao, motivos(linha)) == (Situacao.DIFERENCA, {"FALTANDO": 3})
    assert (linha.faltando, linha.faltando_quantidade) == ([[2, 3], [7, 7]], 3)  # 5 and 6 never were
    assert linha.nao_lancado_valor == D("12.00")  # 2 + 3 + 7
    assert linha.nao_lancado_desde is not None


def test_o_que_o_pdv_ainda_vai_enviar_espera_em_vez_de_faltar(elenco: Elenco) -> None:
    todas = [venda(elenco.pdv, n) for n in (1, 2)]
    manifesto = novo_manifesto(todas, pendentes=[[2, 2]])
    OperacaoPdv.objects.filter(id_operacao=2).delete()
    drenar_tudo()
    declarar(elenco.pdv, manifesto)
    linha = conferir(elenco.pdv)
    assert (linha.situacao, motivos(linha)) == (Situacao.ANDAMENTO, {"A_ENVIAR": 1})


def test_dia_sem_manifesto_nunca_e_verde(elenco: Elenco) -> None:
    venda(elenco.pdv, 1)
    drenar_tudo()
    linha = conferir(elenco.pdv)
    assert (linha.situacao, linha.recebido_quantidade) == (Situacao.SEM_MANIFESTO, 1)


def test_com_erro_e_pendente_ficam_a_vista_com_o_dinheiro_e_a_idade(elenco: Elenco) -> None:
    errada = estagiar_venda(elenco.pdv, [(999, "1", "5.00")], [(DINHEIRO, "5.00", "0", 1)], id_operacao=1)
    drenar_tudo()
    pendente = venda(elenco.pdv, 2, "7.00", AGORA + timedelta(hours=1))
    declarar(elenco.pdv, novo_manifesto([errada, pendente]))
    linha = conferir(elenco.pdv)
    assert (linha.situacao, motivos(linha)) == (Situacao.DIFERENCA, {"COM_ERRO": 1, "PENDENTE": 1})
    assert (linha.nao_lancado_valor, linha.nao_lancado_desde) == (D("12.00"), AGORA)


def test_o_dia_volta_a_ser_calculado_quando_algo_muda(elenco: Elenco) -> None:
    operacao = venda(elenco.pdv, 1)
    declarar(elenco.pdv, novo_manifesto([operacao]))
    assert conferir(elenco.pdv).situacao == Situacao.ANDAMENTO
    drenar_tudo()
    assert conferir(elenco.pdv).situacao == Situacao.CONFERE
    assert recalcular_tocados() == {}
    with connection.cursor() as cursor:  # as the specification says it is done
        cursor.execute("DELETE FROM hiperpdv_operacao_pdv WHERE id = %s", [operacao.pk])
    linha = conferir(elenco.pdv)
    assert (linha.situacao, linha.faltando) == (Situacao.DIFERENCA, [[1, 1]])


def test_mesmos_numeros_com_outro_conteudo_nao_conferem(elenco: Elenco) -> None:
    operacao = venda(elenco.pdv, 1)
    drenar_tudo()
    declarar(elenco.pdv, novo_manifesto([linha_de(operacao) | {"guid_operacao": str(uuid.uuid4())}]))
    assert motivos(conferir(elenco.pdv)) == {"CONTEUDO": 1}


def test_recebida_que_o_pdv_nao_declara_aparece(elenco: Elenco) -> None:
    vendas = [venda(elenco.pdv, n) for n in (1, 2)]
    drenar_tudo()
    OperacaoPdv.objects.update(recebido_em=AGORA)
    declarar(elenco.pdv, novo_manifesto(vendas[:1]))
    assert motivos(conferir(elenco.pdv)) == {"A_MAIS": 1}


def test_recebida_depois_do_manifesto_espera_o_proximo(elenco: Elenco) -> None:
    declarar(elenco.pdv, novo_manifesto([venda(elenco.pdv, 1)]))
    venda(elenco.pdv, 2)
    drenar_tudo()
    linha = conferir(elenco.pdv)
    assert (linha.situacao, motivos(linha)) == (Situacao.ANDAMENTO, {"MANIFESTO_ATRASADO": 1})


def test_manifesto_mais_novo_vale_e_o_antigo_que_chega_tarde_nao(elenco: Elenco) -> None:
    vendas = [venda(elenco.pdv, n) for n in (1, 2)]
    antigo, novo = novo_manifesto(vendas[:1], versao=1), novo_manifesto(vendas, versao=2)
    assert declarar(elenco.pdv, novo) == ["criado"]
    assert declarar(elenco.pdv, antigo) == ["antigo"]
    assert declarar(elenco.pdv, novo) == ["existente"]
    assert Manifesto.objects.get().quantidade == 2
    assert declarar(elenco.pdv, novo_manifesto(vendas, versao=3)) == ["atualizado"]


def test_o_dia_e_o_da_loja_e_nao_o_de_utc(elenco: Elenco) -> None:
    noite = datetime(2026, 3, 11, 2, 30, tzinfo=UTC)  # 23:30 of the 10th in São Paulo
    operacao = venda(elenco.pdv, 1, ocorrida_em=noite)
    drenar_tudo()
    assert declarar(elenco.pdv, novo_manifesto([operacao])) == ["criado"]
    linha = conferir(elenco.pdv)
    assert (linha.dia.isoformat(), linha.situacao) == ("2026-03-10", Situacao.CONFERE)


def test_pdv_que_ganhou_outra_instalacao_nao_conta_duas_vezes(elenco: Elenco) -> None:
    vendas = [venda(elenco.pdv, n) for n in (1, 2)]
    drenar_tudo()
    declarar(elenco.pdv, novo_manifesto(vendas))
    terceira = venda(elenco.pdv, 3)
    outra = uuid.uuid4()
    OperacaoPdv.objects.filter(pk=terceira.pk).update(instalacao=outra)
    drenar_tudo()
    declarar(elenco.pdv, novo_manifesto([*vendas, terceira]), instalacao=outra)
    linha = conferir(elenco.pdv)
    assert (linha.situacao, linha.pdv_quantidade) == (Situacao.CONFERE, 3), linha.motivos


def test_pdv_reinstalado_no_mesmo_dia_soma_as_duas_contagens(elenco: Elenco) -> None:
    antes = [venda(elenco.pdv, n) for n in (1, 2)]
    declarar(elenco.pdv, novo_manifesto(antes))
    OperacaoPdv.objects.update(instalacao=uuid.uuid4())
    Manifesto.objects.update(instalacao=OperacaoPdv.objects.first().instalacao)  # type: ignore[union-attr]  # there are two
    depois = [venda(elenco.pdv, 1, "99.00")]
    drenar_tudo()
    declarar(elenco.pdv, novo_manifesto(depois))
    linha = conferir(elenco.pdv)
    assert (linha.situacao, linha.pdv_quantidade, linha.pdv_valor) == (Situacao.CONFERE, 3, D("119.00")), linha.motivos


def test_morte_no_meio_da_rotina_deixa_o_resto_para_a_proxima(elenco: Elenco) -> None:
    for pdv in (elenco.pdv, elenco.pdv2, elenco.pdv3):
        venda(pdv, 1)
    primeiro = Toque.objects.order_by("id").first()
    assert primeiro is not None
    recalcular_dia(ponto_venda_id=primeiro.ponto_venda_id, dia=primeiro.dia)  # as far as a run got before it died
    recalcular_tocados()
    assert DiaConferido.objects.count() == 3
    assert not Toque.objects.exists()


def test_dia_de_que_nada_resta_sai_do_quadro(elenco: Elenco) -> None:
    operacao = venda(elenco.pdv, 1)
    conferir(elenco.pdv)
    operacao.delete()
    recalcular_tocados()
    assert not DiaConferido.objects.exists()


def test_instalacao_do_elenco_e_a_dos_manifestos(elenco: Elenco) -> None:
    declarar(elenco.pdv, novo_manifesto([venda(elenco.pdv, 1)]))
    assert Manifesto.objects.get().instalacao == INSTALACAO
