"""Customers sent again: asked by a person with a reason, noted a few thousand at a time, never ahead of the tills.

What is noted here waits behind every change (`dreno`), and no more is noted than the Queue can take: a customer changed
at a till never has a million others before it.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Final

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from auditoria.sensivel import sensivel
from auditoria.services import ator_usuario, registrar
from clientes.models import Reenvio
from clientes.monitor import CONTEXTO
from clientes.monitor import DESPERTADOR as VARRER
from erp.acesso.erros import ErroDefinitivo
from erp.cadastros.lugares import juntar
from filas import acordar

DESPERTADOR: Final = "clientes.reenviar"
PERMISSAO: Final = "clientes.reenviar_cliente"
LOTE: Final = 5_000
NA_FILA_NO_MAXIMO: Final = 10_000
CONTADOS_NO_MAXIMO: Final = 100_000
MOTIVO_MINIMO: Final = 5
_TRAVA: Final = 0x434C4903  # "CLI": one request at a time decides


class ReenvioRecusado(ErroDefinitivo):
    """Nothing was noted."""

    def __init__(self, mensagem: str, saida: str) -> None:
        super().__init__("CLIENTE_REENVIO_RECUSADO", mensagem, saida)


def contar_desde(momento: datetime) -> int:
    """How many customers changed since; never more than `CONTADOS_NO_MAXIMO` + 1."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM (SELECT 1 FROM "CLIENTES_VAREJO" WHERE "DATA_PARA_TRANSFERENCIA" >= %s LIMIT %s) x""",
            [momento, CONTADOS_NO_MAXIMO + 1],
        )
        return int(cursor.fetchone()[0])


@sensivel("clientes.reenvio_pedido")
@transaction.atomic
def reenviar_desde(*, momento: datetime, usuario: User, motivo: str) -> Reenvio:
    """Tell again of every customer whose DATA_PARA_TRANSFERENCIA is not before `momento`, even with nothing new.

    In the background; `Reenvio.notados` says how far it is. Raises ReenvioRecusado: a future moment, no reason, or
    another one under way.
    """
    if momento > timezone.now():
        raise ReenvioRecusado("O momento ainda não chegou.", "Escolha uma data e hora que já passaram.")
    if len(motivo.strip()) < MOTIVO_MINIMO:
        raise ReenvioRecusado("Falta o motivo.", f"Escreva ao menos {MOTIVO_MINIMO} letras, para quem for ler depois.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [_TRAVA])
    if aberto := Reenvio.objects.filter(terminado_em=None, desde__isnull=False).first():
        desde = timezone.localtime(aberto.desde)
        raise ReenvioRecusado(
            f"Já há um reenvio em andamento, desde {desde:%d/%m/%Y %H:%M}.", "Espere terminar, ou cancele-o no Monitor."
        )
    reenvio = Reenvio.objects.create(desde=momento, pedido_por=usuario, motivo=motivo.strip()[:500])
    _auditar("clientes.reenvio_pedido", reenvio, usuario, motivo)
    acordar(DESPERTADOR)
    return reenvio


def renotar_lugar(*, cidade: str = "", uf: str = "", pais: str = "", usuario: User, motivo: str) -> Reenvio:
    """Note every customer of a place (joined names) whose code became another: told where the message is another too.

    Inside the caller's transaction.
    """
    acordar(DESPERTADOR)
    return Reenvio.objects.create(cidade=cidade, uf=uf, pais=pais, pedido_por=usuario, motivo=motivo[:500])


@sensivel("clientes.reenvio_cancelado")
@transaction.atomic
def cancelar(*, reenvio: Reenvio, usuario: User) -> None:
    """Note no more; what was noted is sent. Raises ReenvioRecusado when it is over."""
    abertos = Reenvio.objects.filter(pk=reenvio.pk, terminado_em=None)
    if not abertos.update(terminado_em=timezone.now(), cancelado_por=usuario.get_username()):
        raise ReenvioRecusado("Este reenvio já terminou.", "Nada a fazer.")
    _auditar("clientes.reenvio_cancelado", reenvio, usuario, "")


def andar(limite_segundos: float = 60.0) -> int:
    """Note what is asked for, as far as the Queue has room; returns how many customers were noted."""
    fim, notados = time.monotonic() + limite_segundos, 0
    while time.monotonic() < fim and (passo := _dar_um_passo()) is not None:
        notados += passo
    return notados


@transaction.atomic
def _dar_um_passo() -> int | None:
    """One batch of the oldest open request; None when there is none, or no room."""
    reenvio = Reenvio.objects.select_for_update(skip_locked=True).filter(terminado_em=None).order_by("pk").first()
    with connection.cursor() as cursor:
        if reenvio is None or not _ha_lugar(cursor):
            return None
        notados, ultimo = _notar_desde(cursor, reenvio) if reenvio.desde else _notar_do_lugar(cursor, reenvio)
    reenvio.notados += notados
    if ultimo:
        reenvio.ultimo_codigo = ultimo
    else:
        reenvio.terminado_em = timezone.now()
    reenvio.save(update_fields=["notados", "ultimo_codigo", "terminado_em"])
    if notados:
        acordar(VARRER)
    return notados


def _ha_lugar(cursor: CursorWrapper) -> bool:
    cursor.execute(
        """SELECT (SELECT count(*) FROM (SELECT 1 FROM wosk_queue WHERE contexto = %s AND situacao = 0 LIMIT %s) f)
                + (SELECT count(*) FROM (SELECT 1 FROM clientes_pendentes WHERE erro = '' AND forcar LIMIT %s) p)""",
        [CONTEXTO, NA_FILA_NO_MAXIMO, NA_FILA_NO_MAXIMO],
    )
    return int(cursor.fetchone()[0]) + LOTE <= NA_FILA_NO_MAXIMO


def fila_cheia() -> bool:
    """Whether a request under way waits for the Queue."""
    with connection.cursor() as cursor:
        return not _ha_lugar(cursor)


def _notar_desde(cursor: CursorWrapper, reenvio: Reenvio) -> tuple[int, str]:
    """How many were noted, and the last code; empty when there are no more."""
    cursor.execute(
        """WITH lote AS (SELECT "CODIGO_CLIENTE" AS codigo FROM "CLIENTES_VAREJO"
                         WHERE "CODIGO_CLIENTE" > %s AND "DATA_PARA_TRANSFERENCIA" >= %s
                         ORDER BY "CODIGO_CLIENTE" LIMIT %s),
                notas AS (INSERT INTO clientes_pendentes (codigo_cliente, forcar) SELECT codigo, true FROM lote)
           SELECT count(*), coalesce(max(codigo), '') FROM lote""",
        [reenvio.ultimo_codigo, reenvio.desde, LOTE],
    )
    quantos, ultimo = cursor.fetchone()
    return quantos, ultimo if quantos == LOTE else ""


def _notar_do_lugar(cursor: CursorWrapper, reenvio: Reenvio) -> tuple[int, str]:
    """The same of a place; its name is judged here, by the very function that resolves it."""
    coluna = "PAIS" if reenvio.pais else "CIDADE"
    cursor.execute(
        f"""SELECT "CODIGO_CLIENTE", "{coluna}", upper(btrim("UF")) FROM "CLIENTES_VAREJO"
            WHERE "CODIGO_CLIENTE" > %s ORDER BY "CODIGO_CLIENTE" LIMIT %s""",
        [reenvio.ultimo_codigo, LOTE],
    )
    linhas = cursor.fetchall()
    procurado = reenvio.pais or reenvio.cidade
    achados = [
        codigo for codigo, nome, uf in linhas if (reenvio.pais or uf == reenvio.uf) and juntar(nome) == procurado
    ]
    cursor.execute(
        "INSERT INTO clientes_pendentes (codigo_cliente) SELECT unnest(%s::text[])",
        [achados],
    )
    return len(achados), linhas[-1][0] if len(linhas) == LOTE else ""


def _auditar(acao: str, reenvio: Reenvio, usuario: User, motivo: str) -> None:
    registrar(
        acao=acao,
        ator=ator_usuario(usuario),
        objeto="clientes.Reenvio",
        objeto_id=str(reenvio.pk),
        depois={"desde": reenvio.desde.isoformat() if reenvio.desde else "", "notados": reenvio.notados},
        motivo=motivo,
    )
