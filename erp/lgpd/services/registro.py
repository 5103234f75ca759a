"""The audit events of requests about a person: nothing in them says who it was, but for who has the document."""

from __future__ import annotations

from typing import Any

from auditoria.pessoas.identidade import nomes_da_pessoa
from auditoria.services import Ator, registrar
from erp.lgpd.pessoa import Pessoa

OBJETO = "auditoria.ChavePessoa"


def registrar_pedido(acao: str, pessoa: Pessoa, *, ator: Ator, motivo: str, depois: dict[str, Any]) -> None:
    """One request, in the caller's transaction."""
    registrar(acao=acao, ator=ator, objeto=OBJETO, objeto_id=nome(pessoa), depois=depois, motivo=motivo)


def nome(pessoa: Pessoa) -> str:
    """What names the person in events: the same digest that names a customer whose code is the document."""
    return nomes_da_pessoa(pessoa.nome_da_chave)[0]
