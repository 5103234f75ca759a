"""What would be undone of any number of rows, summed by the database: no row is read one by one."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper

from pdv.processamento.models import Alvo
from pdv.processamento.previa.escritas import BAIXADOS, ESTOQUE, FISCAL, PDV, TITULOS
from pdv.processamento.previa.valores import Tipo, Total

_VIVAS = """SELECT g.id FROM hiperpdv_operacao_pdv o JOIN pdv_geracao g USING (ponto_venda_id, instalacao, id_operacao)
            WHERE o.id = ANY(%s) AND g.estornada_em IS NULL"""
_DO_PDV = f"x.origem = {PDV} AND x.origem_id = ANY(%s) AND x.sequencia >= 0"
_NOTAS = """SELECT count(*), sum(d.valor_total) FROM hiperpdv_nota_fiscal n
            JOIN fiscal_documento d ON d.chave = n.chave AND d.numero = n.numero AND d.estorno_de IS NULL
            WHERE n.id = ANY(%s) AND NOT EXISTS (SELECT 1 FROM fiscal_documento e WHERE e.estorno_de = d.id)"""


def somar_desfeitas(
    cursor: CursorWrapper, alvo: Alvo, ids: Sequence[int], totais: dict[tuple[Tipo, str], Total]
) -> int:
    """Add what stands of `ids` to `totais`; returns how many of them have something standing."""
    if alvo == Alvo.NOTA:
        cursor.execute(_NOTAS, [list(ids)])
        quantas, valor = cursor.fetchone()
        _somar(totais, Tipo.FISCAL, [(FISCAL, quantas, valor)] if quantas else [])
        return int(quantas)
    cursor.execute(_VIVAS, [list(ids)])
    vivas = [linha[0] for linha in cursor.fetchall()]
    cursor.execute(f"SELECT count(*), sum(x.valor) FROM estoque_movimento x WHERE {_DO_PDV}", [vivas])
    quantas, valor = cursor.fetchone()
    _somar(totais, Tipo.ESTOQUE, [(ESTOQUE, quantas, valor)] if quantas else [])
    cursor.execute(
        f"""SELECT c.codigo || ' – ' || c.nome, count(*), sum(x.valor) FROM financeiro_lancamento x
            JOIN cadastros_conta c ON c.id = x.conta_id WHERE {_DO_PDV} GROUP BY 1 ORDER BY 1""",
        [vivas],
    )
    _somar(totais, Tipo.DINHEIRO, cursor.fetchall())
    cursor.execute(
        f"SELECT x.sentido, count(*), sum(x.valor) FROM financeiro_titulo x WHERE {_DO_PDV} GROUP BY 1", [vivas]
    )
    _somar(totais, Tipo.TITULO, [(TITULOS[sentido], n, valor) for sentido, n, valor in cursor.fetchall()])
    cursor.execute(
        f"""SELECT t.sentido, count(*), sum(x.valor) FROM financeiro_baixa x
            JOIN financeiro_titulo t ON t.id = x.titulo_id WHERE {_DO_PDV} GROUP BY 1""",
        [vivas],
    )
    _somar(totais, Tipo.BAIXA, [(BAIXADOS[sentido], n, valor) for sentido, n, valor in cursor.fetchall()])
    return len(vivas)


def _somar(totais: dict[tuple[Tipo, str], Total], tipo: Tipo, linhas: Sequence[tuple[str, int, object]]) -> None:
    for nome, quantas, valor in linhas:
        total = totais.setdefault((tipo, nome), Total(tipo, nome))
        total.entradas_antes += quantas
        total.antes += valor  # type: ignore[operator]  # the sum of a numeric column is a Decimal
