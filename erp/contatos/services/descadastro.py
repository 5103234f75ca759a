"""Refusing a channel, and taking the refusal back.

A refusal need not look for messages on their way: each is asked about when it enters the queue and again when it is
claimed from there. Only one that is already on the wire still arrives.
"""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import Ator, ator_usuario, registrar
from erp.acesso.erros import ErroDefinitivo
from erp.contatos.canais import canal
from erp.contatos.enderecos import resumo
from erp.contatos.models import Comunicado, Descadastro
from erp.contatos.selectors import recusados

OBJETO = "contatos.Descadastro"
DE_QUEM_RECEBE = (Descadastro.Origem.PAGINA, Descadastro.Origem.UM_CLIQUE, Descadastro.Origem.RESPOSTA)


@sensivel("contatos.descadastrado")
@transaction.atomic
def descadastrar(comunicado: Comunicado, *, um_clique: bool = False) -> bool:
    """The reader of this comunicado wants no more on its channel. False when that was known already.

    Its address stops, whoever it is of; and the customer that it was written to, at whatever address.
    """
    origem = Descadastro.Origem.UM_CLIQUE if um_clique else Descadastro.Origem.PAGINA
    mostra = canal(comunicado.canal).mascarar(comunicado.endereco)
    return _descadastrar(comunicado, origem, mostra, Ator("sistema", "página de descadastro"))


@sensivel("contatos.descadastrado")
@transaction.atomic
def descadastrar_por_resposta(comunicado: Comunicado, *, mostra: str) -> bool:
    """The person answered on the channel itself that they want no more. `comunicado` need not be saved: only its
    channel, its address and its customer are looked at. False when that was known already.
    """
    return _descadastrar(comunicado, Descadastro.Origem.RESPOSTA, mostra, Ator("sistema", "resposta no WhatsApp"))


def _descadastrar(comunicado: Comunicado, origem: Descadastro.Origem, mostra: str, ator: Ator) -> bool:
    """Of an address that another customer's letter took out already, the customer is still to leave."""
    novo = _inserir(comunicado, resumo(comunicado.endereco), origem, mostra)
    codigo = comunicado.codigo_cliente
    if novo is None and codigo and not recusados(comunicado.canal, [], [codigo]).codigos:
        novo = _inserir(comunicado, "", origem, mostra)
    if novo is None:
        return False
    _auditar("contatos.descadastrado", novo, ator)
    return True


def _inserir(comunicado: Comunicado, endereco: str, origem: Descadastro.Origem, mostra: str) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO contatos_descadastro (canal, endereco_hash, mostra, codigo_cliente, origem)
               VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id""",
            [comunicado.canal, endereco, mostra[:80], comunicado.codigo_cliente, origem.value],
        )
        linha = cursor.fetchone()
    return None if linha is None else int(linha[0])


@sensivel("contatos.descadastro_desfeito")
@transaction.atomic
def desfazer_pela_pagina(comunicado: Comunicado) -> bool:
    """The reader changed their mind, by the same link. False when nothing stood."""
    dela = Q(endereco_hash=resumo(comunicado.endereco))
    if comunicado.codigo_cliente:
        dela |= Q(endereco_hash="", codigo_cliente=comunicado.codigo_cliente, origem__in=DE_QUEM_RECEBE)
    de_pe = Descadastro.objects.select_for_update().filter(dela, canal=comunicado.canal, desfeito_em__isnull=True)
    desfeitos = list(de_pe.order_by("pk"))
    for descadastro in desfeitos:
        descadastro.desfeito_em = timezone.now()
        descadastro.desfeito_motivo = "Pela mesma página, por quem recebe."
        descadastro.save(update_fields=["desfeito_em", "desfeito_motivo"])
        _auditar("contatos.descadastro_desfeito", descadastro.pk, Ator("sistema", "página de descadastro"))
    return bool(desfeitos)


@sensivel("contatos.descadastrado")
@transaction.atomic
def descadastrar_cliente(*, codigo_cliente: str, canal_: str, motivo: str, usuario: User) -> Descadastro:
    """Somebody told the staff. Raises `ErroDefinitivo` JA_DESCADASTRADO."""
    try:
        with transaction.atomic():
            descadastro = Descadastro.objects.create(
                canal=canal_, codigo_cliente=codigo_cliente, origem=Descadastro.Origem.EQUIPE, motivo=motivo,
                por=usuario.get_username(),
            )  # fmt: skip
    except IntegrityError as erro:
        raise ErroDefinitivo(
            "JA_DESCADASTRADO", "Este cliente já pediu para não receber por este canal.", "Não há o que fazer."
        ) from erro
    _auditar("contatos.descadastrado", descadastro.pk, ator_usuario(usuario), motivo)
    return descadastro


@sensivel("contatos.descadastro_desfeito")
@transaction.atomic
def desfazer(ids: list[int], *, usuario: User, motivo: str) -> int:
    """Write again to who had refused. The refusal stays readable, with who took it back and why. Returns how many."""
    de_pe = list(Descadastro.objects.select_for_update().filter(pk__in=ids, desfeito_em__isnull=True).order_by("pk"))
    for descadastro in de_pe:
        descadastro.desfeito_em = timezone.now()
        descadastro.desfeito_por = usuario.get_username()
        descadastro.desfeito_motivo = motivo
        descadastro.save(update_fields=["desfeito_em", "desfeito_por", "desfeito_motivo"])
        _auditar("contatos.descadastro_desfeito", descadastro.pk, ator_usuario(usuario), motivo)
    return len(de_pe)


def _auditar(acao: str, pk: int, ator: Ator, motivo: str = "") -> None:
    registrar(acao=acao, ator=ator, objeto=OBJETO, objeto_id=str(pk), motivo=motivo)
