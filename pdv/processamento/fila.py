"""Send staged rows back to the drain: one statement, the same for the act of a person and for its preview."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper

from pdv.processamento import marcas
from pdv.processamento.models import Alvo


def por_na_situacao(cursor: CursorWrapper, alvo: Alvo, ids: Sequence[int], situacao: int) -> None:
    """Give `ids`, locked by the caller, this situacao, due now and with no deaths behind them."""
    cursor.execute(
        f"""UPDATE {marcas.TABELAS[alvo]} SET situacao_replicacao = %s, proxima_tentativa_em = now(), mortes = 0
            WHERE id = ANY(%s)""",
        [situacao, list(ids)],
    )
