"""The unit of measure is what the issue says it is, and is worked without a warning; seeded copies hang together."""

from __future__ import annotations

import gzip
from random import Random
from typing import Any

import pytest

from bench.cadastro import pdvs
from bench.chegada import receber
from bench.invariantes import violadas
from bench.remessa import preparar
from bench.semeadura import multiplicar
from bench.unidades import PRODUTOS, Pdv, fabricar
from erp.cadastros.exemplo import LinhaProduto, carregar_exemplo, carregar_produtos
from erp.cadastros.models import PontoVenda
from erp.estoque.models import Movimento
from erp.financeiro.models import Lancamento, Titulo
from erp.fiscal.models import AvisoFiscal, DocumentoFiscal, XmlFiscal
from pdv.processamento.models import Geracao, LogProcessamento
from pdv.processamento.services import drenar_tudo
from pdv.replicacao.models import FinalizadorOperacaoPdv, ItemOperacaoPdv, NotaFiscal, OperacaoPdv
from pdv.replicacao.services import receber_pacote
from pdv.terminal.catalogo import catalogo

pytestmark = pytest.mark.django_db(transaction=True)
TABELAS = (OperacaoPdv, ItemOperacaoPdv, FinalizadorOperacaoPdv, NotaFiscal, Geracao, Movimento, Lancamento, Titulo,
           DocumentoFiscal, XmlFiscal, LogProcessamento)  # fmt: skip
POR_UNIDADE = (1, 4, 2, 1, 1, 4, 1, 3, 1, 1, 2)  # 2 instalments and their fee; the sale's log row and its note's


@pytest.fixture
def caixas() -> list[Pdv]:
    carregar_exemplo(filiais=2, pontos_venda=3)
    carregar_produtos(
        LinhaProduto(p.codigo, p.gtin, p.descricao, p.ncm, p.unidade, p.preco) for p in catalogo(PRODUTOS)
    )
    return pdvs()


def quantas() -> tuple[int, ...]:
    return tuple(tabela._default_manager.count() for tabela in TABELAS)


def test_a_unidade_tem_o_tamanho_pedido_e_e_lancada_sem_aviso(caixas: list[Pdv]) -> None:
    unidades = fabricar(Random(1), caixas[0], 20)
    assert all(5_500 <= len(u.xml) <= 7_500 for u in unidades)
    assert len({u.chave for u in unidades}) == 20
    receber(unidades)
    resumo = drenar_tudo()
    assert (resumo.efetuadas, resumo.com_erro, resumo.adiadas) == (40, 0, 0)
    assert quantas() == tuple(20 * n for n in POR_UNIDADE)
    assert not AvisoFiscal.objects.exists()
    assert violadas() == []


def test_por_http_chega_o_mesmo_que_por_copy(caixas: list[Pdv]) -> None:
    unidades = fabricar(Random(1), caixas[0], 3)
    receber(unidades)
    campos = [f.name for f in OperacaoPdv._meta.concrete_fields if f.name not in _DE_QUEM_RECEBEU]
    por_copy = list(OperacaoPdv.objects.order_by("id_operacao").values_list(*campos))
    itens = list(
        ItemOperacaoPdv.objects.order_by("operacao_id", "item").values_list("id_produto", "valor_total_liquido")
    )
    OperacaoPdv.objects.all().delete()
    ItemOperacaoPdv.objects.all().delete()
    FinalizadorOperacaoPdv.objects.all().delete()
    NotaFiscal.objects.all().delete()
    remessa = preparar(unidades, "chave")
    resposta: Any = receber_pacote(corpo=_aberto(remessa.corpo), ponto_venda=PontoVenda.objects.get(pk=caixas[0].id))
    assert {linha.resultado for linha in (*resposta.operacoes, *resposta.notas)} == {"criada"}
    assert list(OperacaoPdv.objects.order_by("id_operacao").values_list(*campos)) == por_copy
    assert itens == list(
        ItemOperacaoPdv.objects.order_by("operacao_id", "item").values_list("id_produto", "valor_total_liquido")
    )


def test_copias_semeadas_sao_inteiras_e_a_proxima_venda_entra(caixas: list[Pdv]) -> None:
    for caixa in caixas:
        receber(fabricar(Random(caixa.codigo), caixa, 4))
    drenar_tudo()
    multiplicar("default", 6)
    assert quantas() == tuple(7 * 12 * n for n in POR_UNIDADE)
    assert len(set(OperacaoPdv.objects.values_list("ponto_venda_id", "id_operacao"))) == 84
    assert violadas() == []
    caixas[0].operacoes = 60_000_000
    receber(fabricar(Random(9), caixas[0], 2))
    assert drenar_tudo().efetuadas == 4
    assert violadas() == []


_DE_QUEM_RECEBEU = {"id", "recebido_em", "hash_conteudo", "proxima_tentativa_em"}


def _aberto(corpo: bytes) -> bytes:
    return gzip.decompress(corpo)
