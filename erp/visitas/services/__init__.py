"""What visitas does: take requests, send people, make the day's routes."""

from erp.visitas.services.limpeza import esquecer_rotas
from erp.visitas.services.rotas import gerar_rotas, ler_rota
from erp.visitas.services.visitas import cancelar, concluir, conferir_dia, endereco_de, gravar_visita, marcar

__all__ = [
    "cancelar",
    "concluir",
    "conferir_dia",
    "endereco_de",
    "esquecer_rotas",
    "gerar_rotas",
    "gravar_visita",
    "ler_rota",
    "marcar",
]
