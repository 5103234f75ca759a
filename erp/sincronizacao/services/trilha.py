"""What came from the ERP and was written here, told in the audit trail: one event for each page."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from auditoria.contexto import ator_atual
from auditoria.sensivel import sensivel
from auditoria.services import Ator, registrar
from erp.sincronizacao.entidades.base import Entidade

DITAS: Final = 20  # of the records written, how many are named
_NINGUEM: Final = Ator("sistema", "sincronização")


@sensivel("sincronizacao.cadastro_recebido")
def contar_gravados(
    entidade: Entidade, chaves: Collection[str], novos: Collection[str], ator: Ator | None = None
) -> None:
    """In the transaction that wrote them. Nothing written, nothing told."""
    if not chaves:
        return
    registrar(
        acao="sincronizacao.cadastro_recebido",
        ator=ator or ator_atual() or _NINGUEM,
        objeto=entidade.tabelas[0]._meta.label_lower,
        objeto_id=next(iter(chaves)) if len(chaves) == 1 else "",
        depois={
            "entidade": entidade.nome,
            "incluidos": len(set(chaves) & set(novos)),
            "alterados": len(set(chaves) - set(novos)),
            "registros": sorted(chaves)[:DITAS],
        },
    )
