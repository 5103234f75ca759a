"""What staff ask of an entity: to be read from the beginning, and to believe what is gone."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from erp.acesso.erros import ErroDefinitivo
from erp.sincronizacao.entidades import ENTIDADES
from erp.sincronizacao.models import CursorEntidade
from erp.sincronizacao.services.recepcao import comecar_de_novo

CAMINHO_GERAL = "sincronizacao/sincronizar"
CAMINHO_COLABORADORES = "sincronizacao/SincronizarColaboradores"
CAMINHO_VENDAS = "Sincronizacao/SincronizarVendas"
CAMINHO_COMPARAR = "Sincronizacao/Comparar"


def caminho_de(entidade: str) -> str:
    """The routine that reads an entity."""
    return CAMINHO_COLABORADORES if entidade == "colaboradores" else CAMINHO_GERAL


@sensivel("sincronizacao.refeita")
@transaction.atomic
def refazer(*, entidade: str, usuario: User, motivo: str) -> CursorEntidade:
    """Read the entity from the beginning at its next run: what differs in the ERP's fields becomes what the ERP says,
    and what the ERP does not have any more goes out of use. Raises ErroDefinitivo ENTIDADE_DESCONHECIDA.
    """
    cursor = CursorEntidade.objects.select_for_update().filter(pk=entidade).first()
    if entidade not in ENTIDADES or cursor is None:
        raise ErroDefinitivo("ENTIDADE_DESCONHECIDA", f"A entidade {entidade} ainda não foi lida nenhuma vez.")
    antes = {"posicao": cursor.posicao, "passada": cursor.passada}
    if cursor.posicao or cursor.completa:  # a second click finds it at the beginning already
        comecar_de_novo(cursor)
        cursor.save()
    registrar(
        acao="sincronizacao.refeita", ator=ator_usuario(usuario), objeto=CursorEntidade._meta.label_lower,
        objeto_id=entidade, antes=antes, depois={"posicao": cursor.posicao, "passada": cursor.passada}, motivo=motivo,
    )  # fmt: skip
    return cursor


@sensivel("sincronizacao.exclusoes_aceitas")
@transaction.atomic
def aceitar_exclusoes(*, entidade: str, usuario: User, motivo: str) -> int:
    """What the last whole reading did not bring goes out of use at the next run; returns how many, at this moment.

    Raises ErroDefinitivo NADA_A_CONFIRMAR.
    """
    cursor = CursorEntidade.objects.select_for_update().filter(pk=entidade).first()
    if cursor is None or not cursor.exclusoes_a_confirmar:
        raise ErroDefinitivo("NADA_A_CONFIRMAR", "Não há exclusões esperando confirmação.")
    cursor.exclusoes_confirmadas = cursor.passada
    cursor.save(update_fields=["exclusoes_confirmadas"])
    registrar(
        acao="sincronizacao.exclusoes_aceitas", ator=ator_usuario(usuario), objeto=CursorEntidade._meta.label_lower,
        objeto_id=entidade, depois={"registros": cursor.exclusoes_a_confirmar}, motivo=motivo,
    )  # fmt: skip
    return cursor.exclusoes_a_confirmar
