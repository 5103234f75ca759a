"""The preview tells what the drain would do, entry by entry, and leaves nothing behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from erp.cadastros.models import CondicaoFinalizador, Filial, PeriodoContabil, Produto
from erp.estoque.models import Saldo
from erp.financeiro.models import Titulo
from filas.wake import registrar_despertador
from pdv.processamento.models import Alvo, Geracao
from pdv.processamento.previa import Desfecho, LinhaPrevista, Previa, PreviaOcupada, Tipo, prever, previsao
from pdv.processamento.services import DESPERTADOR, drenar_tudo
from pdv.replicacao.models import ItemOperacaoPdv, NotaFiscal, OperacaoPdv
from pdv.tabelas import Especie
from tests.fluxos.test_da_venda_ao_razao import nfce
from tests.invariantes import verificar_tudo
from tests.pdv.elenco import CREDITO, DEBITO, DINHEIRO, Elenco, estagiar, estagiar_nota, estagiar_venda, montar_elenco

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def elenco() -> Elenco:
    return montar_elenco()


def vender(elenco: Elenco, produto: int = 101, total: str = "10.00", finalizador: int = DINHEIRO) -> OperacaoPdv:
    return estagiar_venda(elenco.pdv, [(produto, "1", total)], [(finalizador, total, "0", 1)])


def com_nota(venda: OperacaoPdv) -> NotaFiscal:
    gerada = nfce(7)
    return estagiar_nota(venda, gerada.xml, gerada.chave, 7)


def prever_operacoes(*operacoes: OperacaoPdv, **opcoes: Any) -> Previa:
    return prever(alvo=Alvo.OPERACAO, ids=[o.pk for o in operacoes], **opcoes)


def unica(previa: Previa) -> LinhaPrevista:
    (linha,) = previa.linhas + previa.bloqueadas
    return linha


def banco() -> dict[str, list[Any]]:
    """Every row of every table: what a preview must leave as it was."""
    with connection.cursor() as cursor:
        retrato = {}
        for tabela in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{tabela}" t ORDER BY 1')
            retrato[tabela] = cursor.fetchall()
        return retrato


@contextmanager
def outra_sessao(sql: str, parametros: Sequence[Any] = ()) -> Iterator[None]:
    outra = connection.copy()
    outra.set_autocommit(False)
    try:
        with outra.cursor() as cursor:
            cursor.execute(sql, parametros)
        yield
    finally:
        outra.rollback()
        outra.close()


def test_venda_nunca_lancada_mostra_o_que_seria_feito(elenco: Elenco) -> None:
    linha = unica(prever_operacoes(vender(elenco, finalizador=DEBITO)))
    assert (linha.desfecho, linha.geracao_antes, linha.geracao_depois, linha.bloqueada) == (
        Desfecho.LANCADA, None, 1, False,
    )  # fmt: skip
    assert [(p.tipo, p.antes, p.depois.texto, p.depois.valor) for p in linha.pares if p.depois] == [
        (Tipo.ESTOQUE, None, "101 – CAFÉ TORRADO 500 G", D(0)),
        (Tipo.TITULO, None, "A receber: Cartão 1/1", D("10.00")),
        (Tipo.TITULO, None, "A pagar: Cartão 1/1", D("0.15")),
    ]


def test_reprocessar_igual_diz_que_nada_muda(elenco: Elenco) -> None:
    vendas = [vender(elenco), vender(elenco, finalizador=CREDITO)]
    drenar_tudo()
    previa = prever_operacoes(*vendas)
    assert previa.nada_muda
    assert [(linha.geracao_antes, linha.geracao_depois, linha.muda) for linha in previa.linhas] == [(1, 2, False)] * 2
    assert (previa.resumo.estornos, previa.resumo.iguais, previa.resumo.entradas_antes, previa.resumo.entradas_depois) == (
        2, 2, 5, 5,
    )  # fmt: skip
    assert all(t.diferenca == 0 for t in previa.resumo.totais)


def test_condicao_mudada_aparece_lado_a_lado_e_na_soma(elenco: Elenco) -> None:
    venda = vender(elenco, total="100.00", finalizador=CREDITO)
    drenar_tudo()
    CondicaoFinalizador.objects.filter(finalizador__codigo=CREDITO).update(dias_primeira=2, taxa_percentual=D(5))
    previa = prever_operacoes(venda)
    linha = unica(previa)
    mudadas = [(p.antes, p.depois) for p in linha.pares if p.muda]
    assert [(a.valor, a.detalhe[:16], d.valor, d.detalhe[:16]) for a, d in mudadas if a and d] == [
        (D("100.00"), "vence 09/04/2026", D("100.00"), "vence 12/03/2026"),
        (D("2.99"), "vence 09/04/2026", D("5.00"), "vence 12/03/2026"),
    ]
    assert [(t.nome, t.antes, t.depois) for t in previa.resumo.totais if t.diferenca] == [
        ("Títulos a pagar", D("2.99"), D("5.00"))
    ]
    assert not previa.nada_muda


def test_o_que_a_previa_diz_e_o_que_o_processamento_faz(elenco: Elenco) -> None:
    """The same drain, run for real afterwards, posts entry by entry what was foreseen."""
    venda = vender(elenco, finalizador=CREDITO)
    drenar_tudo()
    CondicaoFinalizador.objects.filter(finalizador__codigo=CREDITO).update(taxa_percentual=D(5))
    linha = unica(prever_operacoes(venda))
    OperacaoPdv.objects.update(situacao_replicacao=1)
    drenar_tudo()
    viva = Geracao.objects.get(estornada_em=None)
    assert viva.numero == linha.geracao_depois
    titulos = Titulo.objects.filter(origem_id=viva.pk, sequencia__gte=0).order_by("valor")
    assert [t.valor for t in titulos] == sorted(
        p.depois.valor for p in linha.pares if p.depois and p.tipo == Tipo.TITULO
    )


def test_nada_da_previa_fica_no_banco_nem_acorda_ninguem(elenco: Elenco) -> None:
    feita, errada, nova = vender(elenco), vender(elenco, produto=999), vender(elenco)
    nota = com_nota(nova)
    OperacaoPdv.objects.filter(pk=nova.pk).update(situacao_replicacao=0)
    NotaFiscal.objects.filter(pk=nota.pk).update(situacao_replicacao=0)
    drenar_tudo()
    acordados: list[str] = []
    registrar_despertador(DESPERTADOR, lambda: acordados.append(DESPERTADOR))
    antes = banco()
    previa = prever_operacoes(feita, errada, nova)
    notas = prever(alvo=Alvo.NOTA, ids=[nota.pk])
    assert previa.resumo.por_desfecho == {Desfecho.LANCADA: 2, Desfecho.ERRO: 1}
    assert notas.resumo.por_desfecho == {Desfecho.LANCADA: 1}
    assert banco() == antes
    assert not acordados
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone()[0] == "0"
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        assert cursor.fetchone()[0] == 0
    verificar_tudo()


def test_dentro_da_transacao_de_quem_chama_so_a_previa_se_desfaz(elenco: Elenco) -> None:
    venda = vender(elenco)
    with transaction.atomic():
        Produto.objects.create(codigo=300, descricao="NOVO")
        assert prever_operacoes(venda).resumo.lancadas == 1
    venda.refresh_from_db()
    assert (Produto.objects.filter(codigo=300).count(), venda.situacao_replicacao, Geracao.objects.count()) == (1, 1, 0)


def test_erro_de_regra_traz_codigo_e_mensagem_e_nao_segura_as_outras(elenco: Elenco) -> None:
    boa, ruim = vender(elenco), vender(elenco, produto=999)
    previa = prever_operacoes(boa, ruim)
    assert [x.id for x in previa.linhas] == [boa.pk]
    assert [(x.id, x.codigo, x.mensagem, x.bloqueada) for x in previa.bloqueadas] == [
        (ruim.pk, "PRODUTO_NAO_CADASTRADO:999", "produto 999 não está cadastrado", False)
    ]
    assert previa.resumo.por_codigo == {"PRODUTO_NAO_CADASTRADO": 1}


def test_lancada_que_nao_pode_ser_refeita_esta_bloqueada(elenco: Elenco) -> None:
    venda = vender(elenco)
    drenar_tudo()
    ItemOperacaoPdv.objects.filter(operacao_id=venda.pk).update(id_produto=999)
    previa = prever_operacoes(venda)
    assert unica(previa).bloqueada
    assert (previa.resumo.bloqueadas, previa.resumo.estornos, previa.resumo.entradas_antes) == (1, 0, 0)


def test_falta_de_estoque_e_achada_entre_muitas(elenco: Elenco) -> None:
    """EstoqueNegativo refuses the whole batch: the halving finds who."""
    Filial.objects.filter(pk=elenco.centro.pk).update(permite_estoque_negativo=False)
    Saldo.objects.create(filial=elenco.centro, produto=elenco.cafe, quantidade=D(100))
    vendas = [vender(elenco, produto=102 if n == 5 else 101) for n in range(9)]
    previa = prever_operacoes(*vendas)
    assert [(x.id, x.codigo) for x in previa.bloqueadas] == [(vendas[5].pk, "ESTOQUE_INSUFICIENTE")]
    assert "102 (ficaria em -1)" in previa.bloqueadas[0].mensagem
    assert previa.resumo.lancadas == 8


def test_linha_na_mao_do_processamento_e_dita_ocupada(elenco: Elenco) -> None:
    livre, presa = vender(elenco), vender(elenco)
    with outra_sessao("SELECT 1 FROM hiperpdv_operacao_pdv WHERE id = %s FOR UPDATE", [presa.pk]):
        previa = prever_operacoes(livre, presa)
    assert [(x.id, x.desfecho) for x in previa.linhas + previa.bloqueadas] == [
        (livre.pk, Desfecho.LANCADA), (presa.pk, Desfecho.OCUPADA),
    ]  # fmt: skip


def test_saldo_preso_por_outro_pede_para_tentar_de_novo(elenco: Elenco) -> None:
    vender(elenco)
    drenar_tudo()
    nova = vender(elenco)
    antes = banco()
    with outra_sessao("SELECT 1 FROM estoque_saldo FOR UPDATE"), pytest.raises(PreviaOcupada, match="em instantes"):
        prever_operacoes(nova)
    assert banco() == antes
    assert prever_operacoes(nova).resumo.lancadas == 1


def test_periodo_fechado_diz_em_que_dia_cai(elenco: Elenco) -> None:
    venda = vender(elenco)
    drenar_tudo()
    PeriodoContabil.objects.create(inicio=date(2026, 3, 1), fim=date(2026, 3, 31))
    previa = prever_operacoes(venda)
    assert previa.dias == [(date(2026, 3, 10), date(2026, 4, 1))]
    assert previa.nada_muda, "o dia contábil não é uma diferença: nada muda no total"


def test_muitas_sao_calculadas_em_parte_e_somadas_inteiras(elenco: Elenco, monkeypatch: pytest.MonkeyPatch) -> None:
    vendas = [vender(elenco, finalizador=CREDITO if n % 2 else DINHEIRO) for n in range(7)]
    drenar_tudo()
    inteira = prever_operacoes(*vendas)
    monkeypatch.setattr(previsao, "LOTE", 2)
    em_lotes = prever_operacoes(*vendas)
    assert em_lotes.resumo == inteira.resumo, "em transações menores, a mesma conta"
    parte = prever_operacoes(*vendas, exatas=3, mostradas=2)
    assert (parte.parcial, parte.calculadas, parte.pedidas, parte.resumo.estornos) == (True, 3, 7, 7)
    assert [(t.nome, t.antes, t.entradas_antes) for t in parte.resumo.totais] == [
        (t.nome, t.antes, t.entradas_antes) for t in inteira.resumo.totais
    ]
    assert not parte.nada_muda
    sem_tempo = prever_operacoes(*vendas, segundos=0)
    assert sem_tempo.calculadas == 2


def test_nota_mostra_documento_desfeito_e_feito(elenco: Elenco) -> None:
    venda = vender(elenco)
    nota = com_nota(venda)
    drenar_tudo()
    previa = prever(alvo=Alvo.NOTA, ids=[nota.pk])
    linha = unica(previa)
    assert (linha.geracao_antes, linha.geracao_depois, previa.nada_muda) == (1, 2, True)
    assert [(p.tipo, p.muda) for p in linha.pares] == [(Tipo.FISCAL, False)]


def cancelar(elenco: Elenco, venda: OperacaoPdv) -> OperacaoPdv:
    ato = estagiar(elenco.pdv, Especie.CANCELAMENTO, venda.valor_total)
    OperacaoPdv.objects.filter(pk=ato.pk).update(id_operacao_origem=venda.id_operacao)
    return ato


def test_cancelamento_mostra_o_que_desfaz_da_venda(elenco: Elenco) -> None:
    venda = vender(elenco, finalizador=DEBITO)
    drenar_tudo()
    previa = prever_operacoes(cancelar(elenco, venda))
    linha = unica(previa)
    assert [(p.antes.texto, p.depois) for p in linha.pares if p.antes] == [
        ("101 – CAFÉ TORRADO 500 G", None), ("A receber: Cartão 1/1", None), ("A pagar: Cartão 1/1", None),
    ]  # fmt: skip
    assert (previa.resumo.entradas_antes, previa.resumo.entradas_depois) == (3, 0)


def test_venda_e_seu_cancelamento_juntos_sao_vistos_um_depois_do_outro(elenco: Elenco) -> None:
    """The drain leaves the second for its next batch: so does the preview, in the same transaction."""
    venda = vender(elenco)
    previa = prever_operacoes(venda, cancelar(elenco, venda))
    assert previa.resumo.por_desfecho == {Desfecho.LANCADA: 2}
    assert all(t.depois == 0 for t in previa.resumo.totais), "o que a venda faz, o cancelamento desfaz"


def test_cancelamento_que_deixa_de_valer_mostra_a_venda_que_volta(elenco: Elenco) -> None:
    """Taken back at the till, the cancelamento lets go of its sale, which nobody chose and which is posted anew."""
    venda = vender(elenco)
    ato = cancelar(elenco, venda)
    drenar_tudo()
    drenar_tudo()
    OperacaoPdv.objects.filter(pk=ato.pk).update(cancelado=True)
    previa = prever_operacoes(ato)
    assert [linha.titulo for linha in previa.outras] == [f"Venda {venda.id_operacao}"]
    assert [(t.nome, t.antes, t.depois) for t in previa.resumo.totais if t.tipo == Tipo.DINHEIRO] == [
        ("CAIXA1 – Caixa 1", D(0), D("10.00"))
    ]
    assert not previa.nada_muda


def test_cancelamento_antes_da_venda_esperaria(elenco: Elenco) -> None:
    ato = estagiar(elenco.pdv, Especie.CANCELAMENTO, D(10))
    OperacaoPdv.objects.filter(pk=ato.pk).update(id_operacao_origem=987654)
    linha = unica(prever_operacoes(ato))
    assert (linha.desfecho, linha.bloqueada) == (Desfecho.ESPERA, False)
    assert "987654" in linha.mensagem


def test_ids_que_nao_existem_mais_nao_atrapalham(elenco: Elenco) -> None:
    venda = vender(elenco)
    previa = prever(alvo=Alvo.OPERACAO, ids=[venda.pk, 10**9])
    assert (previa.pedidas, previa.resumo.lancadas) == (2, 1)
    assert prever(alvo=Alvo.OPERACAO, ids=[]).pedidas == 0


def test_previas_e_processamento_ao_mesmo_tempo_nao_se_estragam(elenco: Elenco) -> None:
    """Two drains and two people looking, over the same sales: everything is posted once, nobody gets a wrong answer."""
    vendas = [vender(elenco, produto=101 + n % 2) for n in range(60)]
    ids = [v.pk for v in vendas]
    erros: list[BaseException] = []
    prontos = threading.Barrier(4)

    def olhar() -> None:
        for n in range(8):
            try:
                previa = prever(alvo=Alvo.OPERACAO, ids=ids[n * 7 : n * 7 + 7])
            except PreviaOcupada:
                continue
            assert set(previa.resumo.por_desfecho) <= {Desfecho.LANCADA, Desfecho.OCUPADA}

    def correr(trabalho: Any) -> None:
        try:
            prontos.wait(timeout=30)
            trabalho()
        except BaseException as erro:
            erros.append(erro)
        finally:
            connection.close()

    equipe = [threading.Thread(target=correr, args=[t]) for t in (olhar, olhar, drenar_tudo, drenar_tudo)]
    for thread in equipe:
        thread.start()
    for thread in equipe:
        thread.join(timeout=120)
    assert not erros
    OperacaoPdv.objects.filter(situacao_replicacao=1).update(proxima_tentativa_em=timezone.now())
    drenar_tudo()
    assert Geracao.objects.filter(numero=1, estornada_em=None).count() == Geracao.objects.count() == 60
    assert Saldo.objects.get(produto=elenco.cafe).quantidade == D(-30)
    verificar_tudo()
