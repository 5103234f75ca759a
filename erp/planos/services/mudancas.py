"""Changes of state, one or five thousand: the contract, the row that says why, and the audit event, together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.backends.utils import CursorWrapper

from auditoria.services import Ato, Ator, registrar_varios
from erp.financeiro.baixas import formatar
from erp.planos.models import Contratacao, Situacao
from filas.copia import copiar

OBJETO = "planos.Contratacao"
_COLUNAS = (
    "contratacao_id", "de", "para", "em", "dia", "quem", "motivo", "execucao", "vencido", "cancelado",
)  # fmt: skip
_VERBOS = {
    (None, Situacao.ATIVO): "planos.contrato_vendido",
    (Situacao.ATIVO, Situacao.SUSPENSO): "planos.contrato_suspenso",
    (Situacao.SUSPENSO, Situacao.ATIVO): "planos.contrato_reativado",
    (Situacao.ATIVO, Situacao.CANCELADO): "planos.contrato_cancelado",
    (Situacao.SUSPENSO, Situacao.CANCELADO): "planos.contrato_cancelado",
}


class Mudanca(NamedTuple):
    """One contract's change; from `de` None it is its sale."""

    contratacao_id: int
    de: int | None
    para: int
    motivo: str
    vencido: Decimal | None = None
    cancelado: Decimal | None = None


def travar(cursor: CursorWrapper, ids: Iterable[int]) -> None:
    """Lock contracts, in order of id."""
    cursor.execute("SELECT 1 FROM planos_contratacao WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [sorted(set(ids))])


def mudar(
    cursor: CursorWrapper,
    mudancas: Sequence[Mudanca],
    *,
    dia: date,
    ator: Ator,
    agora: datetime,
    execucao: int | None = None,
) -> None:
    """Change the state of contracts that the caller has locked (or just made), in its transaction.

    AssertionError when one is not in the state it is said to leave: the caller read it under the lock.
    """
    if not mudancas:
        return
    _conferir(mudancas)
    saem = [m for m in mudancas if m.de is not None]
    cursor.execute(
        """UPDATE planos_contratacao c SET situacao = x.para, desde = %s, acordo_ate = NULL
           FROM unnest(%s::bigint[], %s::smallint[], %s::smallint[]) AS x(id, de, para)
           WHERE c.id = x.id AND c.situacao = x.de""",
        [dia, [m.contratacao_id for m in saem], [m.de for m in saem], [m.para for m in saem]],
    )
    if cursor.rowcount != len(saem):
        raise AssertionError(f"{len(saem) - cursor.rowcount} contratos não estavam no estado lido sob a trava")
    copiar(
        cursor,
        "planos_mudancacontratacao",
        _COLUNAS,
        [
            (m.contratacao_id, m.de, m.para, agora, dia, str(ator), m.motivo[:500], execucao, m.vencido, m.cancelado)
            for m in mudancas
        ],
    )
    registrar_varios([_ato(m, dia) for m in mudancas], ator=ator, objeto=OBJETO)


def _conferir(mudancas: Sequence[Mudanca]) -> None:
    for m in mudancas:
        if m.de is not None and (m.de, m.para) not in Contratacao.TRANSICOES:
            raise AssertionError(f"transição inexistente: {m.de} -> {m.para}")


def _ato(m: Mudanca, dia: date) -> Ato:
    valores = {"vencido": m.vencido, "cancelado": m.cancelado}
    return Ato(
        acao=_VERBOS[None if m.de is None else Situacao(m.de), Situacao(m.para)],
        objeto_id=str(m.contratacao_id),
        antes=None if m.de is None else {"situacao": Situacao(m.de).label},
        depois={
            "situacao": Situacao(m.para).label,
            "dia": str(dia),
            **{nome: formatar(valor) for nome, valor in valores.items() if valor is not None},
        },
        motivo=m.motivo,
    )
