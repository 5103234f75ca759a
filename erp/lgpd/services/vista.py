"""What there is of a person, place by place."""

from __future__ import annotations

from typing import NamedTuple

from django.db import transaction

from auditoria.sensivel import sensivel
from auditoria.services import Ator
from erp.lgpd.fontes import fontes
from erp.lgpd.pessoa import Pessoa
from erp.lgpd.services.registro import registrar_pedido


class Contagem(NamedTuple):
    """`fora`: what the number leaves out, in words."""

    nome: str
    titulo: str
    linhas: int
    fora: str = ""


@sensivel("lgpd.pessoa_consultada")
@transaction.atomic
def ver(pessoa: Pessoa, *, ator: Ator, motivo: str) -> list[Contagem]:
    """How many rows each source has; the look itself is an event."""
    contagens = [Contagem(fonte.nome, fonte.titulo, fonte.contar(pessoa), fonte.fora()) for fonte in fontes()]
    total = sum(contagem.linhas for contagem in contagens)
    registrar_pedido("lgpd.pessoa_consultada", pessoa, ator=ator, motivo=motivo, depois={"linhas": total})
    return contagens
