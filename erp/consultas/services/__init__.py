"""What the business does with CPF queries."""

from erp.consultas.services.consulta import Pergunta, consultar
from erp.consultas.services.guarda import apagar_vencidas, encerrar_interrompidas
from erp.consultas.services.saldo import CAMINHO, anotar_saldo, exigir_saldo, rever_alarme

__all__ = [
    "CAMINHO", "Pergunta", "anotar_saldo", "apagar_vencidas", "consultar", "encerrar_interrompidas", "exigir_saldo",
    "rever_alarme",
]  # fmt: skip
