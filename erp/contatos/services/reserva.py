"""The way round: what could not reach its customer by the channel that was chosen for it goes by e-mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import connection

from erp.contatos.models import Canal, Comunicado

# Why one channel did not get there, when another may. What is true of every channel (paid, dead, cancelled) is not here.
MOTIVOS: Final = (
    "SEM_ENDERECO", "NUMERO_NAO_ENTREGA", "LIMITE_DA_META", "DESCADASTRADO", "MODELO_DESLIGADO", "FORA_DA_JANELA",
    "RECUSADA_PELA_META",
)  # fmt: skip


def passar_ao_email(ids: Sequence[int], agora: datetime) -> int:
    """Of these comunicados, in the transaction that wrote them: those whose channel was chosen here and that did not get
    there become one of e-mail, of the same fact; the unique key of a fact and a channel makes it one. Returns how many.
    """
    if not ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO contatos_comunicado
                      (fato, canal, modelo, fonte, codigo_cliente, endereco, dados, nao_antes_de, valido_ate)
               SELECT fato, %(email)s, modelo, fonte, codigo_cliente, '', dados, %(agora)s, valido_ate
               FROM contatos_comunicado
               WHERE id = ANY(%(ids)s) AND preferido AND canal <> %(email)s AND situacao = 3 AND motivo = ANY(%(motivos)s)
               ORDER BY fato ON CONFLICT DO NOTHING""",
            {"email": Canal.EMAIL.value, "agora": agora, "ids": list(ids), "motivos": list(MOTIVOS)},
        )
        return int(cursor.rowcount)


def tirar_do_email(fato: str, agora: datetime) -> int:
    """It got there by the channel that was chosen after all: what took its place and still waits is not needed."""
    reservas = Comunicado.objects.filter(
        fato=fato, canal=Canal.EMAIL, preferido=False, situacao=Comunicado.Situacao.PENDENTE
    )
    return reservas.update(
        situacao=Comunicado.Situacao.NAO_ENVIADO, motivo="JA_CHEGOU", terminado_em=agora,
        detalhe="Chegou pelo primeiro canal, afinal: não é preciso fazer nada.",
    )  # fmt: skip
