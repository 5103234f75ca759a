"""What jazigos does: make, change and end maintenance contracts; charge what is due of them."""

from erp.jazigos.services.cobranca import gerar_cobrancas
from erp.jazigos.services.contratos import (
    ContratoNovo,
    criar_contrato,
    gravar_contrato,
    mudar_valor,
    registrar_contrato,
)
from erp.jazigos.services.encerramento import encerrar_contrato
from erp.jazigos.services.transferencia import transferir

__all__ = [
    "ContratoNovo",
    "criar_contrato",
    "encerrar_contrato",
    "gerar_cobrancas",
    "gravar_contrato",
    "mudar_valor",
    "registrar_contrato",
    "transferir",
]
