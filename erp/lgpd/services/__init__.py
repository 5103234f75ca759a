"""What is done to a person's data: looked at, handed over, forgotten, and reading what was encrypted."""

from erp.lgpd.services.anonimizacao import Impedida, Parte, Previa, anonimizar, prever
from erp.lgpd.services.exportacao import Exportado, exportar
from erp.lgpd.services.leitura import ler_cifrado
from erp.lgpd.services.vista import Contagem, ver

__all__ = [
    "Contagem",
    "Exportado",
    "Impedida",
    "Parte",
    "Previa",
    "anonimizar",
    "exportar",
    "ler_cifrado",
    "prever",
    "ver",
]
