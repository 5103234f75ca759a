"""What the trail says of one thing, for a box on its page: what PostgreSQL has, by an index, and where the rest is.

The archive is not asked: a page of anything else must not wait for it. That older events are only there is said in a
line, and the page of the trail, which `tudo` leads to, reads both stores with its own patience.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from django.db.models import TextField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone

from auditoria.acoes import DADO_VISTO
from auditoria.lados import campos
from auditoria.models import Evento
from auditoria.pessoas.identidade import referencia, referencias
from auditoria.trilha.nomes import grafias
from auditoria.trilha.saidos import saidos_ate
from auditoria.trilha.velado import velar

PERMISSAO_TRILHA: Final = "auditoria.view_evento"


class Passado(NamedTuple):
    """Newest first. `so_no_arquivo` is a sentence, empty when nothing of the thing can be only there."""

    eventos: list[Evento]
    so_no_arquivo: str
    tudo: str


def do_objeto(
    objeto: str,
    objeto_id: object,
    *,
    limite: int,
    acoes: Collection[str] = (),
    antes: datetime | None = None,
    desde: datetime | None = None,
) -> Passado:
    """The newest events of one thing, but for who only looked at it, their `antes` and `depois` objects, whatever was put there.

    `acoes`: only these. `antes`: only older ones. `desde`: since when the thing is.
    """
    chave = str(objeto_id)
    eventos = Evento.objects.filter(objeto__in=grafias(objeto), objeto_id__in=referencias(chave))
    eventos = eventos.exclude(acao=DADO_VISTO)
    if acoes:
        eventos = eventos.filter(acao__in=acoes)
    if antes is not None:
        eventos = eventos.filter(em__lt=antes)
    eventos = eventos.defer("antes", "depois").annotate(de=Cast("antes", TextField()), para=Cast("depois", TextField()))
    lidos = [_com_lados(evento) for evento in eventos.order_by("-em", "-pk")[:limite]]
    return Passado(lidos, _so_no_arquivo(desde), endereco(objeto, chave))


def endereco(objeto: str, objeto_id: str) -> str:
    """The page of the trail, of one thing alone; no document is in it."""
    consulta = urlencode({"objeto": objeto.lower(), "id_objeto": velar(referencia(objeto_id))})
    return f"{reverse('admin:auditoria_evento_changelist')}?{consulta}"


def _com_lados(evento: Any) -> Evento:
    """By their texts: one that Django's field cannot read would be an error of the page, and of every event on it."""
    evento.antes, evento.depois = campos(evento.de), campos(evento.para)
    lido: Evento = evento
    return lido


def _so_no_arquivo(desde: datetime | None) -> str:
    ate = saidos_ate()
    if ate is None or (desde is not None and desde > ate):
        return ""
    return (
        f"O que se fez até {timezone.localtime(ate):%d/%m/%Y %H:%M} já saiu do banco de dados e não aparece aqui: está no "
        "arquivo da auditoria."
    )
