"""The tables of filas: what a drain has in hand, and the queue to the world."""

from filas.models.ato import AtoDaFila
from filas.models.drenagem import Drenagem
from filas.models.massa import AcaoEmMassa
from filas.models.mensagem import EstadoContexto, Mensagem, Tentativa

__all__ = ["AcaoEmMassa", "AtoDaFila", "Drenagem", "EstadoContexto", "Mensagem", "Tentativa"]
