"""What came back from the queue: the names that Meta gave to messages, and what its answers say of the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from django.db import connection
from django.utils import timezone

from erp.contatos.models import Comunicado
from erp.contatos.whatsapp import estados, marcas, numeros, respostas

CONTEXTO: Final = "Whatsapp"


class Respondida(NamedTuple):
    comunicado: Comunicado
    lida: respostas.Lida
    em: datetime


def anotar_respostas(ids: Sequence[int]) -> None:
    """In the transaction that holds these comunicados. What no call was made of has no answer, and is left out."""
    comunicados = {c.pk: c for c in Comunicado.objects.filter(pk__in=list(ids)).order_by("pk")}
    respondidas = _respondidas(comunicados)
    aceitas = {
        r.lida.wamid: (r.comunicado.pk, numeros.mascarar(r.comunicado.endereco), r.em)
        for r in respondidas if r.lida.wamid
    }  # fmt: skip
    if aceitas:
        estados.ligar(aceitas, comunicados)
    marcas.nao_entregaram({r.comunicado.endereco: r.em for r in respondidas if r.lida.codigo == 131026})
    marcas.limitar({
        r.comunicado.endereco: dito for r in respondidas if (dito := respostas.PARA_A_PESSOA.get(r.lida.codigo or 0))
    })  # fmt: skip


def _respondidas(comunicados: dict[int, Comunicado]) -> list[Respondida]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.id, m.retorno, m.terminada_em FROM unnest(%s::bigint[]) c(id)
               CROSS JOIN LATERAL (
                   SELECT retorno, terminada_em FROM wosk_queue WHERE contexto = %s AND chave = c.id::text
                   ORDER BY id DESC LIMIT 1) m
               WHERE m.retorno <> ''""",
            [list(comunicados), CONTEXTO],
        )
        return [Respondida(comunicados[pk], respostas.ler(dito), em or timezone.now()) for pk, dito, em in cursor]
