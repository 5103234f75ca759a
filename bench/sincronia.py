"""A register with many products, and the key by which another instance reads it."""

from __future__ import annotations

from django.db import connection

from auditoria.services import ATOR_SISTEMA
from erp.acesso.services import criar_chave

PRIMEIRO = 10_000_000  # beyond the codes of the company that is measured
_SEMEAR = """
INSERT INTO cadastros_produto (codigo, descricao, codigo_barras, unidade, ncm, preco, controla_estoque, ativo)
SELECT n, 'PRODUTO DE MEDIDA Nº ' || n, lpad(n::text, 13, '0'), 'UN', '19059090', (n %% 10000) / 100.0, true, true
FROM generate_series(%s, %s) AS n
"""


def semear_produtos(quantos: int) -> str:
    """Returns the text of a key."""
    with connection.cursor() as cursor:
        cursor.execute(_SEMEAR, [PRIMEIRO, PRIMEIRO + quantos - 1])
        cursor.execute("VACUUM ANALYZE")
    return chave()


def chave() -> str:
    """By which another instance reads this one, and sends it sales."""
    return criar_chave(nome="Outra retaguarda", escopos=["sincronizacao"], ator=ATOR_SISTEMA)[1]
