"""A document moved on by other hands than the drain's changes no received row, so no trigger touches its day."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.backends.utils import CursorWrapper

_TOCAR: Final = """
INSERT INTO pdv_conferencia_toque (ponto_venda_id, filial_id, instalacao, dia, de, ate)
SELECT ponto_venda_id, filial_id, instalacao, (data_emissao AT TIME ZONE 'America/Sao_Paulo')::date, id_operacao, id_operacao
FROM hiperpdv_nota_fiscal WHERE chave = %s AND numero = %s
"""


def tocar_o_dia_do_documento(cursor: CursorWrapper, chave: str, numero: int, agora: datetime) -> None:
    """The day of the note is to be compared again (a listener of `erp.fiscal.ouvintes`)."""
    cursor.execute(_TOCAR, [chave, numero])
