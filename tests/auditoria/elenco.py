"""A trail of some days, and what somebody with the database's password does to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from auditoria import selador, serial
from auditoria.models import Selo
from auditoria.particoes import fronteira
from auditoria.resumo import fazer_pendentes
from auditoria.serial import COLUNAS, Linha
from auditoria.services import ATOR_SISTEMA, Ato, registrar_varios
from auditoria.verificacao.elos import paginas

POR_DIA = 4
HOJE = 3 * POR_DIA + 1  # the first sequence that no digest has


def escrever(quantos: int, acao: str = "teste.feito") -> None:
    atos = [Ato(acao, str(n), {"n": n}, {"n": n + 1, "valor": "1.50"}, "porque sim") for n in range(quantos)]
    with transaction.atomic():
        registrar_varios(atos, ator=ATOR_SISTEMA, objeto="x.Y")


def escrever_em(quando: datetime, quantos: int, acao: str = "teste.antigo") -> None:
    """Events made at another time: identifiers and instants of then."""
    primeiro = fronteira(quando).int | 7 << 76 | 0b10 << 62
    with connection.cursor() as cursor:
        cursor.executemany(
            """INSERT INTO auditoria_evento (id, em, ator_tipo, ator, acao, objeto, objeto_id, motivo, request_id, depois)
               VALUES (%s, %s, 'sistema', 'sistema', %s, 'x.Y', %s, 'porque sim', '', %s)""",
            [(UUID(int=primeiro + n), quando, acao, str(n), f'{{"n": {n}, "valor": "1.50"}}') for n in range(quantos)],
        )


def selar_em(quando: datetime) -> None:
    """What the sealer does, as if at another time: its clock is the database's, which no test turns."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {COLUNAS} FROM auditoria_a_selar a JOIN auditoria_evento e ON e.id = a.evento ORDER BY e.id"
        )
        linhas = [Linha(*linha) for linha in cursor.fetchall()]
        selador._escrever(cursor, selador.ultimo_selo(cursor), quando, linhas)
        cursor.execute("DELETE FROM auditoria_a_selar")


def tres_dias_e_hoje() -> None:
    """Four events in each of three days that are over and have their digests, and four more today."""
    for atras in (3, 2, 1):
        escrever(POR_DIA)
        selar_em(timezone.now() - timedelta(days=atras))
    assert len(fazer_pendentes()) == 3
    escrever(POR_DIA)
    assert selador.selar() == POR_DIA


def atacar(*comandos: str, parametros: Sequence[Any] = ()) -> None:
    """SQL with every trigger asleep: what the password of the database allows."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for comando in comandos:
            cursor.execute(comando, parametros or None)
        cursor.execute("SET session_replication_role = origin")


def evento(sequencia: int) -> str:
    return str(Selo.objects.get(sequencia=sequencia).evento)


def trocar(sequencia: int, outra: int) -> None:
    """Each seal names the other's event."""
    nada = "00000000-0000-0000-0000-000000000000"
    um, dois = evento(sequencia), evento(outra)
    atacar(
        f"UPDATE auditoria_selo SET evento = '{nada}' WHERE sequencia = {sequencia}",
        f"UPDATE auditoria_selo SET evento = '{um}' WHERE sequencia = {outra}",
        f"UPDATE auditoria_selo SET evento = '{dois}' WHERE sequencia = {sequencia}",
    )


def refazer_a_cadeia(desde: int) -> None:
    """Every hash again, as anybody can who has read the documentation: there is no secret in it."""
    anterior = bytes(Selo.objects.get(sequencia=desde - 1).hash) if desde > 1 else serial.ZERO
    for pagina in paginas(desde - 1, 10**9):
        for elo in pagina:
            assert elo.conteudo is not None
            anterior = serial.selar(anterior, elo.sequencia, elo.selado_em, elo.conteudo)
            atacar(f"UPDATE auditoria_selo SET hash = '\\x{anterior.hex()}' WHERE sequencia = {elo.sequencia}")


def renumerar(desde: int, passo: int) -> None:
    """Move the numbers of the seals up or down."""
    atacar(
        f"UPDATE auditoria_selo SET sequencia = sequencia + 1000000 WHERE sequencia >= {desde}",
        f"UPDATE auditoria_selo SET sequencia = sequencia - 1000000 + {passo} WHERE sequencia > 1000000",
    )
