"""How comunicados look to a clerk."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.http import HttpRequest
from django.utils import timezone

from erp.cadastros.documentos import PERMISSAO as VER_DOCUMENTOS
from erp.contatos.canais import CanalDesconhecido, canal
from erp.contatos.decisao import MOTIVOS
from erp.contatos.models import Canal, Comunicado
from erp.contatos.registro import modelo_de
from erp.contatos.whatsapp.numeros import formatar
from filas.causas import causa_de

CORES: Final = {
    Comunicado.Situacao.PENDENTE: "warning",
    Comunicado.Situacao.NA_FILA: "info",
    Comunicado.Situacao.ENVIADO: "info",
    Comunicado.Situacao.ENTREGUE: "success",
    Comunicado.Situacao.NAO_ENVIADO: "default",
    Comunicado.Situacao.FALHOU: "danger",
}


def ve_enderecos(request: HttpRequest) -> bool:
    return bool(request.user.has_perm(VER_DOCUMENTOS))


def endereco(comunicado: Comunicado, *, inteiro: bool) -> str:
    """Where it went, or goes; masked for who may not read documents."""
    if inteiro or not comunicado.endereco:
        no_whatsapp = comunicado.canal == Canal.WHATSAPP and comunicado.endereco
        return formatar(comunicado.endereco) if no_whatsapp else comunicado.endereco
    try:
        return canal(comunicado.canal).mascarar(comunicado.endereco)
    except CanalDesconhecido:
        return "***"


def titulo_do_modelo(codigo: str, canal_: str = "email") -> str:
    modelo = modelo_de(codigo, canal_)
    return modelo.titulo if modelo else codigo


def nome_do_canal(codigo: str) -> str:
    return dict(Canal.choices).get(codigo, codigo)


def motivo(codigo: str) -> str:
    """Why it did not go: ours, or the queue's."""
    return "" if not codigo else MOTIVOS.get(codigo) or causa_de(codigo).titulo


def curta(quando: datetime | None) -> str:
    """`hoje, 10:12`, or the day and the hour."""
    if quando is None:
        return "–"
    local = timezone.localtime(quando)
    return f"hoje, {local:%H:%M}" if local.date() == timezone.localdate() else f"{local:%d/%m/%Y %H:%M}"


def completa(quando: datetime | None) -> str:
    return f"{timezone.localtime(quando):%d/%m/%Y %H:%M:%S}" if quando else "–"
