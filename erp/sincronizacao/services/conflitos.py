"""A person decides a conflict: the word of here, or that of the other side."""

from __future__ import annotations

from typing import Any

import msgspec
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from erp.acesso.erros import ErroDefinitivo
from erp.sincronizacao.entidades import ENTIDADES
from erp.sincronizacao.entidades.base import Entidade
from erp.sincronizacao.models import Conflito, CursorEntidade, RegistroSincronizado
from erp.sincronizacao.services.gravacao import gravar
from erp.sincronizacao.services.trilha import contar_gravados


@sensivel("sincronizacao.conflito_resolvido")
@transaction.atomic
def resolver(*, conflito_id: int, vale_o_de_la: bool, usuario: User, motivo: str) -> Conflito:
    """Close an open conflict. With `vale_o_de_la` its fields are written as the other side has them; otherwise what is
    here stays, and the other side's word is not asked about again until it changes.

    Raises ErroDefinitivo: CONFLITO_RESOLVIDO (by somebody else, or by a newer word), NAO_SE_DECIDE, NAO_GRAVADO.
    """
    entidade_nome = Conflito.objects.values_list("entidade", flat=True).get(pk=conflito_id)
    CursorEntidade.objects.select_for_update().filter(pk=entidade_nome).first()  # the lock that receiving takes first
    conflito = Conflito.objects.select_for_update().get(pk=conflito_id)
    if conflito.situacao != Conflito.Situacao.ABERTO:
        raise ErroDefinitivo("CONFLITO_RESOLVIDO", "Este conflito já foi resolvido.", "Veja como na página dele.")
    if conflito.tipo == Conflito.Tipo.DECIDIR:
        _decidir(conflito, vale_o_de_la, usuario)
    elif vale_o_de_la or conflito.tipo != Conflito.Tipo.APAGADO:
        raise ErroDefinitivo(
            "NAO_SE_DECIDE",
            "Este registro espera outra coisa, e não uma escolha.",
            conflito.mensagem or "Veja o motivo.",
        )
    conflito.situacao = Conflito.Situacao.RESOLVIDO
    conflito.resolvido_em, conflito.resolvido_por = timezone.now(), usuario
    conflito.resolucao = "valeu o do ERP" if vale_o_de_la else "ficou o daqui"
    conflito.save()
    registrar(
        acao="sincronizacao.conflito_resolvido", ator=ator_usuario(usuario), objeto=Conflito._meta.label_lower,
        objeto_id=str(conflito.pk), motivo=motivo,
        depois={
            "entidade": conflito.entidade, "chave": conflito.chave, "campos": conflito.campos,
            "resolucao": conflito.resolucao,
        },
    )  # fmt: skip
    return conflito


def _decidir(conflito: Conflito, vale_o_de_la: bool, usuario: User) -> None:
    entidade = ENTIDADES[conflito.entidade]
    la = {campo: conflito.la[campo] for campo in conflito.campos}
    if vale_o_de_la:
        _gravar(entidade, conflito.chave, la)
        contar_gravados(entidade, [conflito.chave], (), ator_usuario(usuario))
    base = RegistroSincronizado.objects.select_for_update().get(entidade=conflito.entidade, chave=conflito.chave)
    base.dados = (base.dados or {}) | la  # said and answered
    base.save(update_fields=["dados"])


def _gravar(entidade: Entidade, chave: str, la: dict[str, Any]) -> None:
    antes = entidade.ler([chave])
    entidade.travar(antes)
    aqui = entidade.ler([chave], travar=True).get(chave)
    if aqui is None:
        raise ErroDefinitivo("NAO_GRAVADO", f"O registro {chave} não existe mais aqui.")
    novo = {chave: msgspec.convert(aqui.em_json() | la, entidade.dados)}
    entidade.travar(novo)
    if faltas := entidade.faltas(novo):
        raise ErroDefinitivo("NAO_GRAVADO", f"Não pôde ser gravado: {faltas[chave]}.")
    if recusados := gravar(entidade, novo, ()):
        raise ErroDefinitivo("NAO_GRAVADO", recusados[chave])
