"""A database with many operations stored: a few that were really processed, multiplied by INSERT..SELECT.

Every table that a processed sale left rows in is multiplied alike, with ids and keys moved out of each other's way, so
that the copies hang together as the originals do; balances and sequences follow at the end.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

PASSO = 100_000  # between the numbers of one copy and of the next, at each till
COPIAS_POR_VEZ = 25


class Tabela(NamedTuple):
    """`mudancas`: what a copy has instead of the original's value, with `c` the number of the copy, `t` the row."""

    nome: str
    mudancas: dict[str, str]
    so: str = "true"


def _mais(coluna: str, tabela: str) -> str:
    return f"t.{coluna} + c * (SELECT v FROM semente WHERE tabela = '{tabela}')"


_OPERACAO, _NOTA, _GERACAO, _DOCUMENTO = (
    "hiperpdv_operacao_pdv",
    "hiperpdv_nota_fiscal",
    "pdv_geracao",
    "fiscal_documento",
)
_NUMERO = f"t.id_operacao + c * {PASSO}"
_CHAVE = (
    f"overlay(t.chave PLACING lpad((right(substr(t.chave, 26, 9), 9)::int + c * {PASSO})::text, 9, '0') FROM 26 FOR 9)"
)
_DIA = "c / 5"  # five copies a day
_DO_RAZAO = {
    "ocorrido_em": f"t.ocorrido_em + make_interval(days => {_DIA})", "data_contabil": f"t.data_contabil + {_DIA}",
    "origem_id": _mais("origem_id", _GERACAO),
}  # fmt: skip
_RECEBIDA = {"recebido_em": f"t.recebido_em + make_interval(days => {_DIA})", "id_operacao": _NUMERO}
_ALVO = f"CASE t.alvo WHEN 1 THEN {_mais('alvo_id', _OPERACAO)} ELSE {_mais('alvo_id', _NOTA)} END"
TABELAS = (
    Tabela(_OPERACAO, {"id": _mais("id", _OPERACAO), "guid_operacao": "gen_random_uuid()"} | _RECEBIDA),
    Tabela("hiperpdv_item_operacao_pdv", {"operacao_id": _mais("operacao_id", _OPERACAO)}),
    Tabela("hiperpdv_finalizador_operacao_pdv", {"operacao_id": _mais("operacao_id", _OPERACAO)}),
    Tabela(_NOTA, {"id": _mais("id", _NOTA), "numero": f"t.numero + c * {PASSO}", "chave": _CHAVE} | _RECEBIDA),
    Tabela(_GERACAO, {"id": _mais("id", _GERACAO), "id_operacao": _NUMERO}),
    Tabela("log_processamento", {"alvo_id": _ALVO}),
    Tabela("estoque_movimento", _DO_RAZAO, "t.origem = 1"),
    Tabela("financeiro_lancamento", _DO_RAZAO),
    Tabela("financeiro_titulo", _DO_RAZAO | {"emissao": f"t.emissao + {_DIA}", "vencimento": f"t.vencimento + {_DIA}"}),
    Tabela(_DOCUMENTO, {
        "id": _mais("id", _DOCUMENTO), "nota_id": _mais("nota_id", _NOTA), "numero": f"t.numero + c * {PASSO}", "chave": _CHAVE,
        "emissao": f"t.emissao + make_interval(days => {_DIA})", "data_contabil": f"t.data_contabil + {_DIA}",
    }),
    Tabela("fiscal_xml", {"documento_id": _mais("documento_id", _DOCUMENTO)}),
)  # fmt: skip
_COM_ID_PROPRIO = (_OPERACAO, _NOTA, _GERACAO, _DOCUMENTO)
_SALDOS = """
UPDATE estoque_saldo s SET quantidade = m.q, valor = m.v FROM (
    SELECT filial_id, produto_id, sum(quantidade) AS q, sum(valor) AS v FROM estoque_movimento GROUP BY 1, 2) m
WHERE s.filial_id = m.filial_id AND s.produto_id = m.produto_id;
UPDATE financeiro_saldo_conta s SET valor = l.v FROM (
    SELECT conta_id, sum(valor) AS v FROM financeiro_lancamento GROUP BY 1) l WHERE s.conta_id = l.conta_id
"""


def multiplicar(banco: str, vezes: int) -> None:
    """Make `vezes` copies of every operation that stands in `banco`, which holds some that were processed."""
    with transaction.atomic(using=banco), connections[banco].cursor() as cursor:
        _anotar_larguras(cursor)
        for primeira in range(1, vezes + 1, COPIAS_POR_VEZ):
            ultima = min(primeira + COPIAS_POR_VEZ - 1, vezes)
            for tabela in TABELAS:
                _copiar_linhas(cursor, tabela, primeira, ultima)
        for nome in _COM_ID_PROPRIO:
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{nome}', 'id'), (SELECT max(id) FROM {nome}))")
        cursor.execute(_SALDOS)


def _anotar_larguras(cursor: CursorWrapper) -> None:
    """The originals set aside, whole, and the width of their ids: what a copy must be moved by."""
    cursor.execute("CREATE TEMP TABLE semente (tabela text PRIMARY KEY, v bigint) ON COMMIT DROP")
    for nome in _COM_ID_PROPRIO:
        cursor.execute(f"INSERT INTO semente SELECT '{nome}', max(id) FROM {nome}")
    for tabela in TABELAS:
        cursor.execute(
            f"""CREATE TEMP TABLE semente_{tabela.nome} ON COMMIT DROP AS
                SELECT t.* FROM {tabela.nome} t WHERE {tabela.so}"""
        )


def _copiar_linhas(cursor: CursorWrapper, tabela: Tabela, primeira: int, ultima: int) -> None:
    cursor.execute(
        """SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
           AND attgenerated = '' ORDER BY attnum""",
        [tabela.nome],
    )
    nomes = [nome for (nome,) in cursor.fetchall() if nome != "id" or "id" in tabela.mudancas]
    valores = [tabela.mudancas.get(nome, f't."{nome}"') for nome in nomes]
    cursor.execute(
        f"""INSERT INTO {tabela.nome} ({", ".join(f'"{nome}"' for nome in nomes)}) SELECT {", ".join(valores)}
            FROM generate_series(%s, %s) AS c CROSS JOIN semente_{tabela.nome} t ORDER BY c, t.ctid""",
        [primeira, ultima],
    )
