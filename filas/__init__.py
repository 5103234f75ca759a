"""Queues and wake-ups: the engines that work pending rows, whoever owns the rows."""

from filas.wake import acordar, registrar_despertador

__all__ = ["acordar", "registrar_despertador"]
