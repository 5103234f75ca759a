"""Staging as a queue: what is due and who comes next, what is sent back, who is woken; for operations and notes."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper

from pdv.processamento.models import Alvo

TABELAS = {Alvo.OPERACAO: "hiperpdv_operacao_pdv", Alvo.NOTA: "hiperpdv_nota_fiscal"}


def pendentes(alvo: Alvo, cursor: CursorWrapper) -> list[int]:
    """Filiais with something due: a probe of the partial index per filial."""
    cursor.execute(
        f"""SELECT f.id FROM "FILIAIS" f WHERE EXISTS (SELECT 1 FROM {TABELAS[alvo]} o
            WHERE o.filial_id = f.id AND o.situacao_replicacao = 1 AND o.proxima_tentativa_em <= now())"""
    )
    return [linha[0] for linha in cursor.fetchall()]


def proximas(alvo: Alvo, cursor: CursorWrapper, filial: int, limite: int, *, livres: bool) -> list[int]:
    """Due rows of a filial, oldest first, up to the first with deaths behind it; such a one comes alone."""
    cursor.execute(
        f"""SELECT id, mortes FROM {TABELAS[alvo]}
            WHERE filial_id = %s AND situacao_replicacao = 1 AND proxima_tentativa_em <= now()
            ORDER BY proxima_tentativa_em, recebido_em, id LIMIT %s {"FOR UPDATE SKIP LOCKED" if livres else ""}""",
        [filial, limite],
    )
    linhas = cursor.fetchall()
    if linhas and linhas[0][1]:
        return [linhas[0][0]]
    primeira_suspeita = next((n for n, (_, mortes) in enumerate(linhas) if mortes), len(linhas))
    return [id_ for id_, _ in linhas[:primeira_suspeita]]


def por_na_situacao(cursor: CursorWrapper, alvo: Alvo, ids: Sequence[int], situacao: int) -> None:
    """Give `ids`, locked by the caller, this situacao, due now and with no deaths behind them."""
    cursor.execute(
        f"""UPDATE {TABELAS[alvo]} SET situacao_replicacao = %s, proxima_tentativa_em = now(), mortes = 0
            WHERE id = ANY(%s)""",
        [situacao, list(ids)],
    )


def acordar_quem_espera(cursor: CursorWrapper, chegaram: Sequence[str]) -> None:
    """What was waited for is posted: who waits for it is due, at its old place in the line, before what came after it.

    At the end of the line it would lose to those: a title paid twice would be settled by the second who paid. Costs one
    probe while nobody waits.
    """
    tabela = TABELAS[Alvo.OPERACAO]
    cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {tabela} WHERE aguarda <> '')")
    if cursor.fetchone()[0]:
        cursor.execute(
            f"""UPDATE {tabela} SET proxima_tentativa_em = least(recebido_em, now())
                WHERE aguarda <> '' AND aguarda = ANY(%s) AND situacao_replicacao = 1""",
            [list(chegaram)],
        )
