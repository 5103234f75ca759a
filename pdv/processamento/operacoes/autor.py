"""What people did, as the drain needs to know it."""

from __future__ import annotations

from django.db.backends.utils import CursorWrapper

from pdv.processamento.models import Alvo

SEM_ATO = ("sistema", "a situação voltou a 1 fora do admin")
CANCELADA = ("terminal", "cancelada no PDV depois de lançada")


def cancelada_por(id_operacao: int) -> tuple[str, str]:
    """Who undid a generation, and why, when a cancelamento of the till did."""
    return "terminal", f"cancelada pela operação {id_operacao}"


def ultimo_reprocesso(cursor: CursorWrapper, alvo: Alvo, linha: int, geracao: int) -> tuple[str, str]:
    """Who asked that the live generation be done again, and why; the system where nobody did (a flip by SQL)."""
    cursor.execute(
        """SELECT usuario, motivo FROM pdv_ato_pessoa
           WHERE alvo = %s AND alvo_id = %s AND acao IN ('processar', 'reprocessar', 'aceitar')
             AND em > (SELECT criada_em FROM pdv_geracao WHERE id = %s) ORDER BY id DESC LIMIT 1""",
        [alvo, linha, geracao],
    )
    ato = cursor.fetchone()
    return (ato[0], ato[1]) if ato else SEM_ATO
