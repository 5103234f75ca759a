"""How the other side of a context is doing, kept in its row: failures in a row, the pause they lead to, the last success."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper

from filas.fila.contextos import Contexto
from filas.fila.ritmo import pausa
from filas.fila.valores import Resultado, TipoResultado


def anotar_saude(cursor: CursorWrapper, contexto: Contexto, resultados: Sequence[Resultado]) -> None:
    """After a batch of attempts, in its transaction. The row of the context is the last lock taken.

    A success ends the count and the pause. Without one, the failures add up; at `falhas_ate_pausar` the context pauses
    itself, and each trial that fails afterwards doubles the pause. Failures of calls that were already out when the
    pause began add nothing to it.
    """
    deu_certo = any(r.tipo is TipoResultado.SUCESSO for r in resultados)
    if deu_certo:
        _anotar_sucesso(cursor, contexto.nome)
        return
    falhas = [r for r in resultados if r.conta_como_falha]
    if falhas:
        _anotar_falhas(cursor, contexto, len(falhas), falhas[-1])


def _anotar_sucesso(cursor: CursorWrapper, contexto: str) -> None:
    """At most one write a second, unless there is something to end."""
    cursor.execute(
        """UPDATE wosk_queue_contexto
           SET falhas_seguidas = 0, pausado_ate = NULL, ultimo_sucesso_em = statement_timestamp()
           WHERE contexto = %s AND (falhas_seguidas > 0 OR pausado_ate IS NOT NULL OR ultimo_sucesso_em IS NULL
                                    OR ultimo_sucesso_em < statement_timestamp() - interval '1 s')""",
        [contexto],
    )


def _anotar_falhas(cursor: CursorWrapper, contexto: Contexto, quantas: int, ultima: Resultado) -> None:
    cursor.execute(
        """SELECT falhas_seguidas, coalesce(pausado_ate > statement_timestamp(), false)
           FROM wosk_queue_contexto WHERE contexto = %s FOR UPDATE""",
        [contexto.nome],
    )
    ja, pausado = cursor.fetchone()
    limite = contexto.falhas_ate_pausar
    falhas = ja if pausado else ja + 1 if ja >= limite else min(ja + quantas, limite)
    espera = None if pausado or falhas < limite else pausa(falhas, limite).total_seconds()
    cursor.execute(
        """UPDATE wosk_queue_contexto
           SET falhas_seguidas = %s, ultima_falha = %s, ultima_falha_em = statement_timestamp(),
               pausado_ate = coalesce(statement_timestamp() + %s * interval '1 s', pausado_ate)
           WHERE contexto = %s""",
        [falhas, f"{ultima.codigo}: {ultima.mensagem}"[:1000], espera, contexto.nome],
    )
