"""The company that is measured: 10 filiais with 5 tills each, 5,000 products with a balance in every filial."""

from __future__ import annotations

from django.db import connection, connections

from bench.unidades import FILIAIS, PDVS_POR_FILIAL, PRODUTOS, Pdv
from erp.cadastros.exemplo import LinhaProduto, carregar_exemplo, carregar_produtos
from erp.cadastros.models import PontoVenda
from pdv.terminal.catalogo import catalogo

_SALDO_INICIAL = """
INSERT INTO estoque_movimento (filial_id, produto_id, natureza, quantidade, custo, valor, ocorrido_em, lancado_em,
    data_contabil, origem, origem_id, sequencia)
SELECT f.id, p.id, 10, 1000000, 5, 5000000, '2026-01-01 00:00-03', now(), '2026-01-01', 2, f.id, p.id
FROM "FILIAIS" f, cadastros_produto p ORDER BY f.id, p.id
"""
_SALDOS = """
INSERT INTO estoque_saldo (filial_id, produto_id, quantidade, valor, custo_medio)
SELECT filial_id, produto_id, sum(quantidade), sum(valor), max(custo) FROM estoque_movimento GROUP BY 1, 2 ORDER BY 1, 2
"""


def registrar_empresa() -> list[Pdv]:
    """Register it in an empty database; returns the tills."""
    carregar_exemplo(filiais=FILIAIS, pontos_venda=FILIAIS * PDVS_POR_FILIAL)
    carregar_produtos(
        LinhaProduto(p.codigo, p.gtin, p.descricao, p.ncm, p.unidade, p.preco) for p in catalogo(PRODUTOS)
    )
    with connection.cursor() as cursor:
        cursor.execute(_SALDO_INICIAL)
        cursor.execute(_SALDOS)
    return pdvs()


def pdvs() -> list[Pdv]:
    """The registered tills, each as a fresh installation."""
    return [Pdv(p.codigo, p.pk, p.filial_id) for p in PontoVenda.objects.order_by("codigo")]


def limpar_e_analisar(banco: str = "default") -> None:
    """VACUUM ANALYZE, which the limit also gets before each of its rounds."""
    with connections[banco].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
