"""The windows on CPF queries and on what is left of them, and the door to ask one."""

from erp.consultas.admin import consultas, saldos

__all__ = ["consultas", "saldos"]
