"""Post money: lock the accounts, write entries, titles and balances. The one door to the money ledgers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db.backends.utils import CursorWrapper

from erp.financeiro.rules import ZERO, LancamentoNovo, TituloNovo
from filas.copia import copiar

COLUNAS_LANCAMENTO = (
    "conta_id", "filial_id", "natureza", "finalizador", "valor", "documento", "ocorrido_em", "data_contabil", "origem",
    "origem_id", "sequencia", "estorno_de", "lancado_em",
)  # fmt: skip
COLUNAS_TITULO = (
    "filial_id", "sentido", "especie", "finalizador", "adquirente_id", "codigo_cliente", "cpf_cnpj", "documento", "nsu",
    "autorizacao", "parcela", "parcelas", "valor", "emissao", "vencimento", "ocorrido_em", "data_contabil", "origem",
    "origem_id", "sequencia", "estorno_de", "lancado_em",
)  # fmt: skip


def travar_contas(cursor: CursorWrapper, contas: Iterable[int]) -> None:
    """Lock the balances of cash accounts, in order of id, making those that are missing."""
    ordenadas = sorted(set(contas))
    cursor.execute(
        """INSERT INTO financeiro_saldo_conta (conta_id, valor)
           SELECT c, 0 FROM unnest(%s::bigint[]) AS x(c)
           WHERE NOT EXISTS (SELECT 1 FROM financeiro_saldo_conta WHERE conta_id = c) ORDER BY c ON CONFLICT DO NOTHING""",
        [ordenadas],
    )
    cursor.execute(
        "SELECT 1 FROM financeiro_saldo_conta WHERE conta_id = ANY(%s) ORDER BY conta_id FOR UPDATE", [ordenadas]
    )


def lancar(cursor: CursorWrapper, lancamentos: Sequence[LancamentoNovo], *, agora: datetime) -> None:
    """Post entries of cash accounts and their balances, in the caller's transaction."""
    if not lancamentos:
        return
    somas: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for lancamento in lancamentos:
        somas[lancamento.conta_id] += lancamento.valor
    travar_contas(cursor, somas)
    copiar(cursor, "financeiro_lancamento", COLUNAS_LANCAMENTO, [(*x, agora) for x in lancamentos])
    cursor.execute(
        """UPDATE financeiro_saldo_conta s SET valor = s.valor + x.v
           FROM unnest(%s::bigint[], %s::numeric[]) AS x(c, v) WHERE s.conta_id = x.c""",
        [list(somas), list(somas.values())],
    )


def emitir(cursor: CursorWrapper, titulos: Sequence[TituloNovo], *, agora: datetime) -> None:
    """Post titles, in the caller's transaction."""
    copiar(cursor, "financeiro_titulo", COLUNAS_TITULO, [(*x, agora) for x in titulos])


def inverter_lancamentos(
    cursor: CursorWrapper, *, origem: int, ids: Sequence[int], contabil: Callable[[date], date]
) -> list[LancamentoNovo]:
    """The inverses of every cash entry of the origins `ids`, in the same origin under negative sequences."""
    cursor.execute(
        """SELECT id, conta_id, filial_id, natureza, finalizador, valor, documento, ocorrido_em, data_contabil, origem_id,
               sequencia FROM financeiro_lancamento WHERE origem = %s AND origem_id = ANY(%s) AND sequencia >= 0
           ORDER BY origem_id, sequencia""",
        [origem, list(ids)],
    )
    return [
        LancamentoNovo(conta, filial, nat, fin, -valor, doc, quando, contabil(dia), origem, oid, -1 - seq, lid)
        for lid, conta, filial, nat, fin, valor, doc, quando, dia, oid, seq in cursor.fetchall()
    ]


def inverter_titulos(
    cursor: CursorWrapper, *, origem: int, ids: Sequence[int], contabil: Callable[[date], date]
) -> list[TituloNovo]:
    """The inverses of the titles of the origins `ids`, which the caller has locked."""
    campos = ", ".join(c for c in COLUNAS_TITULO if c not in ("origem", "estorno_de", "lancado_em"))
    cursor.execute(
        f"SELECT {campos}, id FROM financeiro_titulo WHERE origem = %s AND origem_id = ANY(%s) AND sequencia >= 0 ORDER BY id",
        [origem, list(ids)],
    )
    return [_inverso_de(linha, origem, contabil) for linha in cursor.fetchall()]


def _inverso_de(linha: tuple[object, ...], origem: int, contabil: Callable[[date], date]) -> TituloNovo:
    *dados, oid, seq, tid = linha
    titulo = TituloNovo._make([*dados, origem, oid, seq, tid])
    return titulo._replace(
        valor=-titulo.valor, data_contabil=contabil(titulo.data_contabil), sequencia=-1 - titulo.sequencia
    )
