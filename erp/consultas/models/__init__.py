"""The tables of consultas: what was asked and why, what was answered, and how many queries were left."""

from erp.consultas.models.consulta import ConsultaCpf, RespostaCpf
from erp.consultas.models.saldo import SaldoConsulta

__all__ = ["ConsultaCpf", "RespostaCpf", "SaldoConsulta"]
