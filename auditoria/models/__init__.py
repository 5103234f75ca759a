"""The tables of the audit trail: what happened, its seals, and the proofs made of them."""

from auditoria.models.arquivo import Arquivo
from auditoria.models.evento import AtorTipo, Evento
from auditoria.models.mudanca import Mudanca
from auditoria.models.pessoa import ChavePessoa, DadoCifrado
from auditoria.models.resumo import ChaveAssinatura, Resumo
from auditoria.models.retirada import Retirada
from auditoria.models.selo import ASelar, Selo
from auditoria.models.verificacao import Verificacao

__all__ = [
    "ASelar",
    "Arquivo",
    "AtorTipo",
    "ChaveAssinatura",
    "ChavePessoa",
    "DadoCifrado",
    "Evento",
    "Mudanca",
    "Resumo",
    "Retirada",
    "Selo",
    "Verificacao",
]
