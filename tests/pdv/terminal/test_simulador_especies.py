"""The simulator's operations that refer to others: never more than was sold, owed or given, in one run or in many."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from random import Random
from typing import Any

import pytest

from erp.fiscal.xml import ler_documento
from pdv.tabelas import Especie
from pdv.terminal.cancelamentos import sortear_cancelamento
from pdv.terminal.catalogo import catalogo
from pdv.terminal.desvios import Desvio
from pdv.terminal.devolucoes import sortear_devolucao
from pdv.terminal.lembranca import lembrar
from pdv.terminal.meios import Meio
from pdv.terminal.memoria import Memoria
from pdv.terminal.models import (
    FinalizadorOperacaoPdv,
    ItemOperacaoPdv,
    NotaFiscal,
    OperacaoPdv,
    RecebimentoOperacaoPdv,
    SituacaoReplicacao,
    Turno,
)
from pdv.terminal.registro import gravar
from pdv.terminal.simulador import Parametros, simular

pytestmark = pytest.mark.django_db(databases=["terminal"])
ZERO = Decimal(0)


def _simular(**parametros: Any) -> Any:
    *_, feito = simular(Parametros(produtos=300, **parametros))
    return feito


def _da_especie(especie: Especie) -> list[OperacaoPdv]:
    return list(OperacaoPdv.objects.filter(operacao=especie, cancelado=False).order_by("pk"))


def _por_operacao(modelo: Any, operacoes: Iterable[OperacaoPdv]) -> defaultdict[int, list[Any]]:
    por_operacao: defaultdict[int, list[Any]] = defaultdict(list)
    for linha in modelo._default_manager.filter(operacao__in=operacoes).order_by("pk"):
        por_operacao[linha.operacao_id].append(linha)
    return por_operacao


def conferir_devolucoes(erradas: Iterable[int] = ()) -> int:
    """Quantity and money of each product over all devoluções of a sale; a product returned whole gives its whole money."""
    devolucoes = [d for d in _da_especie(Especie.DEVOLUCAO) if d.pk not in set(erradas)]
    itens, pagos = _por_operacao(ItemOperacaoPdv, devolucoes), _por_operacao(FinalizadorOperacaoPdv, devolucoes)
    voltou: defaultdict[tuple[int, int], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for d in devolucoes:
        assert sum(i.valor_total_liquido for i in itens[d.pk]) == d.valor_total == d.valor_produtos > 0
        assert [(f.valor, f.valor_troco) for f in pagos[d.pk]] == [(d.valor_total, 0)]
        assert pagos[d.pk][0].id_finalizador in (Meio.DINHEIRO, Meio.VALE_LOJA)
        assert d.cpf_cnpj_consumidor
        for i in itens[d.pk] if d.id_operacao_origem else ():
            assert i.quantidade_primaria > 0 and i.valor_total_liquido > 0
            soma = voltou[d.id_operacao_origem or 0, i.id_produto]
            soma[0] += i.quantidade_primaria
            soma[1] += i.valor_total_liquido
    for (origem, produto), (quantidade, valor) in voltou.items():
        vendido = ItemOperacaoPdv.objects.get(operacao_id=origem, id_produto=produto, cancelado=False)
        venda = vendido.operacao
        assert (venda.operacao, venda.cancelado) == (Especie.VENDA, False)
        assert quantidade <= vendido.quantidade_primaria
        if quantidade == vendido.quantidade_primaria:
            assert valor == vendido.valor_total_liquido
        else:
            proporcional = vendido.valor_total_liquido * quantidade / vendido.quantidade_primaria
            assert abs(valor - proporcional) < Decimal("0.05") and valor < vendido.valor_total_liquido
    return len(devolucoes)


def conferir_vales() -> int:
    """A vale is given by an earlier devolução and pays what is left of it, no more."""
    saldos: dict[str, Decimal] = {}
    usos = 0
    for f in FinalizadorOperacaoPdv.objects.filter(id_finalizador=Meio.VALE_LOJA).order_by("operacao_id"):
        if f.operacao.operacao == Especie.DEVOLUCAO:
            saldos[f"V{f.operacao.id_ponto_venda}-{f.operacao.pk}"] = f.valor
        elif f.operacao.operacao == Especie.VENDA:
            saldos[f.nsu] -= f.valor
            assert saldos[f.nsu] >= 0 and f.valor > 0
            usos += 1
    return usos


def conferir_recebimentos(erradas: Iterable[int] = ()) -> int:
    """What is paid of a title is at most the title; the payments are what the receipts say, juros and desconto included."""
    recebimentos = [r for r in _da_especie(Especie.RECEBIMENTO) if r.pk not in set(erradas)]
    linhas = _por_operacao(RecebimentoOperacaoPdv, recebimentos)
    pagos = _por_operacao(FinalizadorOperacaoPdv, recebimentos)
    abatido: defaultdict[tuple[str, int], Decimal] = defaultdict(Decimal)
    canceladas = {c.id_operacao_origem for c in _da_especie(Especie.CANCELAMENTO)}
    for r in recebimentos:
        assert r.codigo_cliente and r.cpf_cnpj_consumidor
        assert [x.item for x in linhas[r.pk]] == list(range(1, len(linhas[r.pk]) + 1))
        assert sum(x.valor + x.juros - x.desconto for x in linhas[r.pk]) == r.valor_total > 0
        assert sum(f.valor for f in pagos[r.pk]) - r.valor_troco == r.valor_total
        assert r.valor_troco == sum(f.valor_troco for f in pagos[r.pk])
        for x in linhas[r.pk]:
            assert x.valor > 0 and x.juros >= 0 and x.desconto >= 0 and not (x.juros and x.desconto)
            abatido[x.numero_documento, x.parcela] += x.valor
            ponto, venda, item = map(int, x.numero_documento.split("-"))
            de = OperacaoPdv.objects.get(pk=venda)
            assert (de.id_ponto_venda, de.codigo_cliente, de.cancelado) == (ponto, r.codigo_cliente, False)
            assert venda < r.pk and venda not in canceladas
            fiado = FinalizadorOperacaoPdv.objects.get(operacao_id=venda, item=item)
            assert fiado.id_finalizador == Meio.CREDIARIO and 1 <= x.parcela <= fiado.parcela
            parte = (fiado.valor / fiado.parcela).quantize(Decimal("0.01"), ROUND_DOWN)
            titulo = parte if x.parcela > 1 else fiado.valor - parte * (fiado.parcela - 1)
            assert abatido[x.numero_documento, x.parcela] <= titulo
    return len(recebimentos)


def conferir_cancelamentos() -> int:
    """Within half an hour, once each, never of a sale with a devolução; the note is cancelled with the sale."""
    cancelamentos = _da_especie(Especie.CANCELAMENTO)
    origens = [c.id_operacao_origem for c in cancelamentos]
    assert len(set(origens)) == len(origens)
    assert not OperacaoPdv.objects.filter(operacao=Especie.DEVOLUCAO, id_operacao_origem__in=origens).exists()
    for c in cancelamentos:
        venda = OperacaoPdv.objects.get(pk=c.id_operacao_origem or 0)
        assert venda.data_hora_termino is not None
        assert timedelta(0) <= c.data_hora_inicio - venda.data_hora_termino <= timedelta(minutes=30)
        assert (venda.operacao, venda.cancelado, c.valor_total) == (Especie.VENDA, False, venda.valor_total)
        assert not c.itens.exists() and not c.finalizadores.exists()
        _conferir_nota_cancelada(venda)
    for venda in OperacaoPdv.objects.filter(cancelado=True):
        _conferir_nota_cancelada(venda)
    desfeitas = len(origens) + OperacaoPdv.objects.filter(cancelado=True).count()
    assert NotaFiscal.objects.filter(situacao="cancelada").count() == desfeitas
    return len(cancelamentos)


def _conferir_nota_cancelada(venda: OperacaoPdv) -> None:
    nota = NotaFiscal.objects.get(id_operacao=venda.pk)
    lida = ler_documento(nota.xml)
    assert (nota.situacao, lida.situacao, lida.avisos) == ("cancelada", "cancelada", ())
    assert lida.totais.total == nota.valor_total == venda.valor_total


def conferir_tudo(erradas: Iterable[int] = ()) -> None:
    erradas = list(erradas)
    conferir_devolucoes(erradas)
    conferir_vales()
    conferir_recebimentos(erradas)
    conferir_cancelamentos()


def _retrato(memoria: Memoria) -> list[Any]:
    """What a memory holds, by numbers."""
    return [
        [
            (v.operacao.pk, v.intacta, [(i.item.item, i.quantidade, i.valor) for i in v.itens])
            for v in memoria.vendas
        ],
        sorted((v.codigo, v.saldo) for v in memoria.vales),
        sorted((t.documento, t.parcela, t.aberto) for t in memoria.titulos),
        sorted((t.documento, t.parcela) for t in memoria.quitados),
    ]  # fmt: skip


def test_cada_especie_aparece_na_sua_medida_e_nada_passa_do_que_podia() -> None:
    _simular(operacoes=3_000)
    vezes = Counter(OperacaoPdv.objects.values_list("operacao", flat=True))
    assert 20 <= vezes[Especie.DEVOLUCAO] <= 55
    assert 15 <= vezes[Especie.CANCELAMENTO] <= 45
    assert 25 <= vezes[Especie.RECEBIMENTO] <= 65
    assert vezes[Especie.FALTA] and vezes[Especie.VENDA] > 2_500
    assert 3 <= OperacaoPdv.objects.filter(operacao=Especie.VENDA, cancelado=True).count() <= 30
    assert not OperacaoPdv.objects.exclude(operacao=Especie.VENDA).filter(cancelado=True).exists()
    assert conferir_devolucoes() == vezes[Especie.DEVOLUCAO]
    assert conferir_recebimentos() == vezes[Especie.RECEBIMENTO]
    assert conferir_cancelamentos() == vezes[Especie.CANCELAMENTO]
    assert conferir_vales() > 5
    devolucoes = _da_especie(Especie.DEVOLUCAO)
    assert any(d.id_operacao_origem is None for d in devolucoes) and any(d.id_operacao_origem for d in devolucoes)
    meios = FinalizadorOperacaoPdv.objects.filter(operacao__in=devolucoes).values_list("id_finalizador", flat=True)
    assert set(meios) == {Meio.DINHEIRO, Meio.VALE_LOJA}
    recebidos = list(RecebimentoOperacaoPdv.objects.all())
    assert any(r.juros for r in recebidos) and any(r.desconto for r in recebidos)
    assert max(r.item for r in recebidos) > 1
    documentos = Counter((r.numero_documento, r.parcela) for r in recebidos)
    assert max(documentos.values()) > 1  # a part now, the rest later


@pytest.mark.parametrize("semente", range(5))
def test_de_tanto_voltar_a_venda_volta_inteira_ate_o_ultimo_centavo(semente: int) -> None:
    """The same few sales are returned until nothing is left of them: quantity and money come to exactly what was sold."""
    _simular(operacoes=12, semente=semente)
    memoria = lembrar(1)
    vendido = {(i.item.operacao_id, i.item.id_produto): i.item for v in memoria.vendas for i in v.itens}
    assert len(vendido) > 10
    sorteio, quando = Random(semente), datetime(2026, 8, 10, tzinfo=UTC)
    voltou: defaultdict[tuple[int, int], list[tuple[Decimal, Decimal]]] = defaultdict(list)
    for _ in range(2_000):
        if not any(v.itens for v in memoria.vendas):
            break
        registro = sortear_devolucao(sorteio, memoria, catalogo(10), ZERO, quando, quando)
        assert registro is not None
        for ligacao in registro.ligacoes:
            for i in registro.itens:
                voltou[ligacao.valor(), i.id_produto].append((i.quantidade_primaria, i.valor_total_liquido))
    assert {chave: (sum(q for q, _ in partes), sum(v for _, v in partes)) for chave, partes in voltou.items()} == {
        chave: (item.quantidade_primaria, item.valor_total_liquido) for chave, item in vendido.items()
    }
    assert max(len(partes) for partes in voltou.values()) > 1
    assert all(q > 0 and v > 0 for partes in voltou.values() for q, v in partes)
    assert not any(v.intacta for v in memoria.vendas if v.operacao.pk in {venda for venda, _ in vendido})


def test_o_que_se_le_do_banco_e_o_que_a_execucao_lembrava(monkeypatch: pytest.MonkeyPatch) -> None:
    lembrada = Memoria()
    monkeypatch.setattr("pdv.terminal.simulador.lembrar", lambda ponto_venda: lembrada)
    feito = _simular(operacoes=900, erros=10)
    assert {d.desvio for d in feito.desvios} == set(Desvio)
    assert _retrato(lembrar(1)) == _retrato(lembrada)
    assert lembrada.vales and lembrada.titulos and lembrada.quitados


def test_execucoes_que_se_continuam_nunca_devolvem_nem_recebem_duas_vezes() -> None:
    for parte in range(8):
        _simular(operacoes=120, semente=parte + 1)
    conferir_tudo()
    deste_turno = {o.pk: o.id_turno for o in OperacaoPdv.objects.all()}
    referidas = OperacaoPdv.objects.filter(id_operacao_origem__isnull=False)
    assert any(deste_turno[o.id_operacao_origem or 0] != o.id_turno for o in referidas)


def test_depois_de_um_turno_que_nao_se_gravou_a_memoria_e_so_do_que_ficou() -> None:
    """A run killed before the commit of its last turno leaves whole turnos: the next one remembers only those."""
    _simular(operacoes=400)
    ultimo = Turno.objects.latest("sequencial")
    perdidas = OperacaoPdv.objects.filter(id_turno=ultimo.pk)
    for modelo in (ItemOperacaoPdv, FinalizadorOperacaoPdv, RecebimentoOperacaoPdv):
        modelo._default_manager.filter(operacao__in=perdidas).delete()
    NotaFiscal.objects.filter(id_operacao__in=perdidas.values("pk")).delete()
    perdidas.delete()
    ultimo.delete()
    _simular(operacoes=400)
    conferir_vales()
    conferir_recebimentos()
    conferir_devolucoes()


def test_cada_pdv_so_devolve_e_recebe_o_que_e_seu() -> None:
    for ponto_venda in (1, 2):
        _simular(operacoes=400, ponto_venda=ponto_venda)
    conferir_tudo()
    donos = dict(OperacaoPdv.objects.values_list("pk", "id_ponto_venda"))
    for o in OperacaoPdv.objects.filter(id_operacao_origem__isnull=False):
        assert donos[o.id_operacao_origem or 0] == o.id_ponto_venda
    for r in RecebimentoOperacaoPdv.objects.select_related("operacao"):
        assert r.numero_documento.startswith(f"{r.operacao.id_ponto_venda}-")


def test_erros_de_proposito_nas_novas_especies_nao_deixam_rastro_no_que_vem_depois() -> None:
    feito = _simular(operacoes=1_200, erros=20)
    por_desvio = defaultdict(list)
    for d in feito.desvios:
        por_desvio[d.desvio].append(d.operacao)
    assert {desvio: len(feitos) for desvio, feitos in por_desvio.items()} == {desvio: 4 for desvio in Desvio}
    for devolucao in por_desvio[Desvio.DEVOLUCAO]:
        (item,) = devolucao.itens.all()
        vendido = ItemOperacaoPdv.objects.get(
            operacao_id=devolucao.id_operacao_origem, id_produto=item.id_produto, cancelado=False
        )
        assert item.quantidade_primaria > vendido.quantidade_primaria
        assert [f.id_finalizador for f in devolucao.finalizadores.all()] == [Meio.VALE_LOJA]
        assert not FinalizadorOperacaoPdv.objects.filter(nsu=f"V1-{devolucao.pk}").exists()
    for recebimento in por_desvio[Desvio.RECEBIMENTO]:
        (linha,) = recebimento.recebimentos.all()
        antes = RecebimentoOperacaoPdv.objects.filter(
            numero_documento=linha.numero_documento, parcela=linha.parcela, operacao_id__lt=recebimento.pk
        )
        assert sum(r.valor for r in antes) == linha.valor  # the whole of it
    errados = {o.pk for feitos in por_desvio.values() for o in feitos}
    conferir_tudo(errados)
    referidas = set(OperacaoPdv.objects.exclude(pk__in=errados).values_list("id_operacao_origem", flat=True))
    vendas_erradas = {o.pk for o in (d.operacao for d in feito.desvios) if o.operacao == Especie.VENDA}
    assert not referidas & vendas_erradas


def test_so_vendas_deixa_fora_o_que_se_refere_a_uma_venda() -> None:
    feito = _simular(operacoes=900, erros=6, so_vendas=True)
    assert set(OperacaoPdv.objects.values_list("operacao", flat=True)) == {
        Especie.ABERTURA, Especie.VENDA, Especie.SUPRIMENTO, Especie.SANGRIA, Especie.FECHAMENTO,
    }  # fmt: skip
    assert not OperacaoPdv.objects.filter(cancelado=True).exists()
    assert not FinalizadorOperacaoPdv.objects.filter(id_finalizador=Meio.VALE_LOJA).exists()
    assert Counter(d.desvio for d in feito.desvios) == {
        Desvio.PRODUTO: 2, Desvio.PAGAMENTO: 2, Desvio.FINALIZADOR: 2,
    }  # fmt: skip


def test_nota_cancelada_depois_de_replicada_volta_a_ser_enviada() -> None:
    """The sale and its note left in an earlier run, the cancelamento comes in the next: the note goes again."""
    _simular(operacoes=60)
    NotaFiscal.objects.update(lojamix_sit_replicacao=SituacaoReplicacao.EFETUADA, tentativas=3, mensagem="aceita")
    memoria = lembrar(1)
    fim = memoria.vendas[-1].operacao.data_hora_termino
    assert fim is not None
    cheia = {int(meio): Decimal(10_000) for meio in Meio}
    feito = sortear_cancelamento(Random(1), memoria, cheia, fim, fim + timedelta(minutes=1))
    assert feito is not None
    registro, venda = feito
    registro.operacao.id_ponto_venda, registro.operacao.id_turno = 1, venda.operacao.id_turno
    gravar([registro])
    pendentes = NotaFiscal.objects.filter(lojamix_sit_replicacao=SituacaoReplicacao.PENDENTE)
    assert [(n.id_operacao, n.tentativas, n.mensagem) for n in pendentes] == [(venda.operacao.pk, 0, "")]
    assert OperacaoPdv.objects.latest("pk").id_operacao_origem == venda.operacao.pk
    _conferir_nota_cancelada(venda.operacao)
    assert venda.operacao.pk not in [v.operacao.pk for v in lembrar(1).vendas]
