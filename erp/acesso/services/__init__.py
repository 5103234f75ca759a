"""What acesso does: keys, approvals, and reads of what is masked for others."""

from erp.acesso.services.aprovacoes import (
    PERMISSAO_DECIDIR,
    aprovar,
    consumir,
    recusar,
    registrar_decisao,
    registrar_filiais,
    solicitar,
    vencer,
)
from erp.acesso.services.autenticacao import autenticar, esquecer_autenticacoes
from erp.acesso.services.chaves import criar_chave, revogar_chave
from erp.acesso.services.leituras import registrar_leitura

__all__ = [
    "PERMISSAO_DECIDIR",
    "aprovar",
    "autenticar",
    "consumir",
    "criar_chave",
    "esquecer_autenticacoes",
    "recusar",
    "registrar_decisao",
    "registrar_filiais",
    "registrar_leitura",
    "revogar_chave",
    "solicitar",
    "vencer",
]
