"""One click after a mend: exactly the rows of a group of errors go back to the drain, and are followed to the end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from auditoria.services import ator_usuario, registrar
from filas import acordar
from filas.copia import copiar
from pdv.processamento.erros import AcaoRecusada
from pdv.processamento.marcas import TABELAS
from pdv.processamento.models import Alvo, AtoPessoa, Retomada
from pdv.processamento.selectors.problemas import Filiais, ids_do_grupo
from pdv.processamento.services import DESPERTADOR, PENDENTE

LINHAS_MAXIMO = 100_000  # of one click; what is left stays in its group, for another
COLUNAS_ATO = ("alvo", "alvo_id", "filial_id", "acao", "motivo", "usuario", "em")


@transaction.atomic
def retomar(*, alvo: Alvo, digital: str, filiais: Filiais, ate: datetime, usuario: User) -> Retomada:
    """Send the rows of a group, in error by `ate` and of these filiais, back to the drain; returns what to follow.

    Raises AcaoRecusada when none is left: somebody was faster, or the rows moved on.
    """
    ids = ids_do_grupo(alvo, digital, filiais, ate=ate, limite=LINHAS_MAXIMO)
    if not ids:
        raise AcaoRecusada("nenhuma linha continua com este erro: alguém já as mandou processar")
    agora = timezone.now()
    with connection.cursor() as cursor:
        enviadas = _enviar(cursor, alvo, ids)
        motivo = f"Retomada em grupo depois do conserto: {digital}"
        copiar(
            cursor,
            "pdv_ato_pessoa",
            COLUNAS_ATO,
            [
                (alvo, id_, filial, AtoPessoa.Acao.PROCESSAR.value, motivo, usuario.get_username(), agora)
                for id_, filial in enviadas
            ],
        )
    retomada = Retomada.objects.create(
        alvo=alvo, digital=digital, ids=ids, linhas=len(ids), pedida_por=usuario.get_username(), pedida_em=agora
    )
    registrar(
        acao="pdv.retomar_grupo",
        ator=ator_usuario(usuario),
        objeto=Alvo(alvo).label,
        objeto_id="",
        depois={"grupo": digital, "linhas": len(ids), "retomada": retomada.pk},
    )
    acordar(DESPERTADOR)
    return retomada


def _enviar(cursor: CursorWrapper, alvo: Alvo, ids: Sequence[int]) -> list[tuple[int, int]]:
    cursor.execute(
        f"""UPDATE {TABELAS[alvo]} SET situacao_replicacao = %s, proxima_tentativa_em = now(), mortes = 0
            WHERE id = ANY(%s) AND situacao_replicacao = 2 RETURNING id, filial_id""",
        [PENDENTE, list(ids)],
    )
    return list(cursor.fetchall())


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

    @property
    def terminou(self) -> bool:
        return self.pendentes == 0


def andamento(retomada: Retomada, filiais: Filiais) -> Andamento | None:
    """How far the rows are, of the filiais that this person sees; None when they see none of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT o.situacao_replicacao, o.aguarda <> '', CASE o.situacao_replicacao WHEN 2 THEN o.erro_codigo ELSE '' END,
                       count(*), sum(o.valor_total)
                FROM {TABELAS[Alvo(retomada.alvo)]} o
                JOIN (SELECT unnest(ids) AS id FROM pdv_retomada WHERE id = %s) x USING (id)
                WHERE %s::bigint[] IS NULL OR o.filial_id = ANY(%s::bigint[]) GROUP BY 1, 2, 3""",
            [retomada.pk, *[None if filiais is None else sorted(filiais)] * 2],
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
        pendentes=contar(1, False),
        em_espera=contar(1, True),
        com_erro=contar(2),
        fora=contar(0) + total - vistas,
        valor_feito=sum((v for s, _, _, _, v in linhas if s == 9), Decimal(0)),
        erros=erros,
    )
