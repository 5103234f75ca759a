"""What the drains of operations and of notes say alike of their rows; each adds what it posts."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper

from filas.erros import ErroDefinitivo
from pdv.processamento.models import Alvo
from pdv.processamento.staging import fila, marcas


class DrenoDoStaging:
    """A `filas.drain.Dreno` without `aplicar`; a partition is a filial."""

    nome: str
    alvo: Alvo

    def particoes_pendentes(self, cursor: CursorWrapper) -> list[int]:
        return fila.pendentes(self.alvo, cursor)

    def proximas(self, cursor: CursorWrapper, particao: int, limite: int, *, livres: bool) -> list[int]:
        return fila.proximas(self.alvo, cursor, particao, limite, livres=livres)

    def recusar(self, cursor: CursorWrapper, linha: int, erro: ErroDefinitivo) -> None:
        marcas.recusar(cursor, self.alvo, linha, erro)

    def adiar(self, cursor: CursorWrapper, linha: int, erro: Exception) -> None:
        marcas.adiar(cursor, self.alvo, linha, erro)

    def contar_mortes(self, cursor: CursorWrapper, ids: Sequence[int], maximo: int) -> None:
        marcas.contar_mortes(cursor, self.alvo, ids, maximo)

    def separar(self, cursor: CursorWrapper, ids: Sequence[int]) -> None:
        marcas.separar(cursor, self.alvo, ids)
