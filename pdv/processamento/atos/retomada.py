"""One click after a mend: exactly the rows of a group of errors go back to the drain, and are followed to the end.

1. The click keeps which rows they are, and sends the first batch; nearly always that is all of them.
2. A worker sends the others, a batch a transaction: killed at any instant, the next one goes on from `enviadas`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from filas import acordar
from filas.copia import copiar
from filas.drain import ErroDefinitivo
from pdv.processamento.atos.bloqueios import periodos_que_impedem
from pdv.processamento.atos.linhas import OBJETOS
from pdv.processamento.erros import AcaoRecusada
from pdv.processamento.models import Alvo, AtoPessoa, Retomada
from pdv.processamento.selectors.problemas import Filiais, ids_do_grupo
from pdv.processamento.services import DESPERTADOR
from pdv.processamento.staging.fila import TABELAS
from pdv.replicacao.models import SituacaoProcessamento

DESPERTADOR_DA_RETOMADA = "pdv.retomar"
LOTE = 1_000
LINHAS_MAXIMO = 100_000  # of one click; what is left stays in its group, for another
COLUNAS_ATO = ("alvo", "alvo_id", "filial_id", "acao", "motivo", "usuario", "em")


@sensivel("pdv.retomar_grupo")
@transaction.atomic
def retomar(*, alvo: Alvo, digital: str, filiais: Filiais, ate: datetime, usuario: User) -> Retomada:
    """Send the rows of a group, in error by `ate` and of these filiais, back to the drain; returns what to follow.

    Those whose entries stand on a closed day that this person may not touch stay as they are (`impedidas`).
    Raises AcaoRecusada when none is left: somebody was faster, the rows moved on, or all of them are so.
    """
    ids = ids_do_grupo(alvo, digital, filiais, ate=ate, limite=LINHAS_MAXIMO)
    presas = impedidas(alvo, ids, usuario)
    if ids and len(presas) == len(ids):
        raise AcaoRecusada(next(iter(presas.values())).mensagem)
    ids = [id_ for id_ in ids if id_ not in presas]
    retomada = Retomada.objects.create(
        alvo=alvo,
        digital=digital,
        ids=ids,
        linhas=len(ids),
        pedida_por=usuario.get_username(),
        pedida_em=timezone.now(),
    )
    if not _enviar(retomada):
        raise AcaoRecusada("nenhuma linha continua com este erro: alguém já as mandou processar")
    registrar(
        acao="pdv.retomar_grupo",
        ator=ator_usuario(usuario),
        objeto=OBJETOS[alvo],
        objeto_id="",
        depois={"grupo": digital, "linhas": len(ids), "retomada": retomada.pk},
    )
    if len(ids) > LOTE:
        acordar(DESPERTADOR_DA_RETOMADA)
    return retomada


def impedidas(alvo: Alvo, ids: Sequence[int], usuario: User) -> dict[int, ErroDefinitivo]:
    """Of rows in error, those that a former generation posted on a day that is closed to this person, and why."""
    with connection.cursor() as cursor:
        return periodos_que_impedem(cursor, alvo, ids, usuario)


def enviar_o_que_falta(limite_segundos: float | None = None) -> int:
    """Send batches of the retomadas that are not all sent, the oldest first; returns how many rows. Several may run."""
    ate = None if limite_segundos is None else time.monotonic() + limite_segundos
    enviadas = 0
    while ate is None or time.monotonic() < ate:
        with transaction.atomic():
            abertas = Retomada.objects.raw(
                """SELECT id, alvo, digital, linhas, enviadas, pedida_por, pedida_em FROM pdv_retomada
                   WHERE enviadas < linhas ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"""
            )
            retomada = next(iter(abertas), None)
            if retomada is None:
                return enviadas
            enviadas += _enviar(retomada)
    return enviadas


def _enviar(retomada: Retomada) -> int:
    """The next batch, back to pending with an act for each row; rows no longer in error stay as they are."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH lote AS (
                    SELECT o.id FROM {TABELAS[Alvo(retomada.alvo)]} o
                    WHERE o.id = ANY((SELECT ids[%s:%s] FROM pdv_retomada WHERE id = %s)::bigint[])
                      AND o.situacao_replicacao = 2 ORDER BY o.id FOR UPDATE
                )
                UPDATE {TABELAS[Alvo(retomada.alvo)]} o
                SET situacao_replicacao = %s, proxima_tentativa_em = now(), mortes = 0
                FROM lote WHERE o.id = lote.id RETURNING o.id, o.filial_id""",
            [retomada.enviadas + 1, retomada.enviadas + LOTE, retomada.pk, SituacaoProcessamento.PENDENTE],
        )
        enviadas = cursor.fetchall()
        motivo, agora = f"Retomada em grupo depois do conserto: {retomada.digital}", timezone.now()
        processar = AtoPessoa.Acao.PROCESSAR.value
        copiar(
            cursor,
            "pdv_ato_pessoa",
            COLUNAS_ATO,
            [
                (retomada.alvo, id_, filial, processar, motivo, retomada.pedida_por, agora)
                for id_, filial in sorted(enviadas)
            ],
        )
    retomada.enviadas = min(retomada.enviadas + LOTE, retomada.linhas)
    retomada.save(update_fields=["enviadas"])
    if enviadas:
        acordar(DESPERTADOR)
    return len(enviadas)


class Andamento(NamedTuple):
    """Where the rows of a retomada are now: each is in one of the counts."""

    total: int
    feitas: int
    pendentes: int
    em_espera: int
    com_erro: int
    fora: int  # ignored since, or no longer in staging
    valor_feito: Decimal
    erros: list[tuple[str, int]]  # erro_codigo as stored -> rows


A_ENVIAR = -1  # still in error as it was: its batch has not gone


def andamento(retomada: Retomada, filiais: Filiais) -> Andamento | None:
    """How far the rows are, of the filiais that this person sees; None when they see none of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT CASE WHEN o.situacao_replicacao = 2 AND x.n > %s THEN {A_ENVIAR} ELSE o.situacao_replicacao END,
                       o.aguarda <> '', CASE o.situacao_replicacao WHEN 2 THEN o.erro_codigo ELSE '' END,
                       count(*), sum(o.valor_total)
                FROM {TABELAS[Alvo(retomada.alvo)]} o
                JOIN (SELECT u.id, u.n FROM pdv_retomada r, unnest(r.ids) WITH ORDINALITY u(id, n) WHERE r.id = %s) x
                  USING (id)
                WHERE %s::bigint[] IS NULL OR o.filial_id = ANY(%s::bigint[]) GROUP BY 1, 2, 3""",
            [retomada.enviadas, retomada.pk, *[None if filiais is None else sorted(filiais)] * 2],
        )
        linhas = cursor.fetchall()
    if not linhas and filiais is not None:
        return None
    vistas = sum(n for _, _, _, n, _ in linhas)
    total = retomada.linhas if filiais is None else vistas

    def contar(situacao: int, espera: bool | None = None) -> int:
        return sum(n for s, e, _, n, _ in linhas if s == situacao and espera in (None, e))

    erros = sorted(((codigo, n) for s, _, codigo, n, _ in linhas if s == 2), key=lambda e: (-e[1], e[0]))
    return Andamento(
        total=total,
        feitas=contar(9),
        pendentes=contar(1, False) + contar(A_ENVIAR),
        em_espera=contar(1, True),
        com_erro=contar(2),
        fora=contar(0) + total - vistas,
        valor_feito=sum((v for s, _, _, _, v in linhas if s == 9), Decimal(0)),
        erros=erros,
    )
