"""What did not get in, kept for the admin: once for each till, subject and reason, counted when it comes again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from django.db.backends.utils import CursorWrapper

MAIOR_CONTEUDO: Final = 64 * 1024


class Rejeitada(NamedTuple):
    """`tipo`: pacote, operacao, nota or turno; `identificador` is empty for a whole package."""

    tipo: str
    identificador: str
    codigo: str
    mensagem: str
    conteudo: bytes


def registrar_rejeicoes(
    cursor: CursorWrapper,
    *,
    ponto_venda_id: int | None,
    filial_id: int | None,
    rejeitadas: Iterable[Rejeitada],
    agora: datetime,
) -> None:
    """Keep each rejection. One that comes again is counted and open again, with what arrived last."""
    for rejeitada in sorted(rejeitadas, key=lambda r: r[:3]):  # one order, so that two packages do not deadlock
        cursor.execute(
            "INSERT INTO pdv_rejeicao (ponto_venda_id, filial_id, tipo, identificador, codigo, mensagem, conteudo, "
            "primeira_em, ultima_em, vezes) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, 1) "
            "ON CONFLICT (ponto_venda_id, tipo, identificador, codigo) DO UPDATE SET "
            "filial_id = excluded.filial_id, mensagem = excluded.mensagem, conteudo = excluded.conteudo, "
            "ultima_em = excluded.ultima_em, vezes = pdv_rejeicao.vezes + 1, resolvida_em = NULL",
            [
                ponto_venda_id, filial_id, rejeitada.tipo, rejeitada.identificador, rejeitada.codigo,
                rejeitada.mensagem, rejeitada.conteudo[:MAIOR_CONTEUDO], agora, agora,
            ],
        )  # fmt: skip


def resolver_rejeicoes(
    cursor: CursorWrapper, *, ponto_venda_id: int, assuntos: Iterable[tuple[str, str]], agora: datetime
) -> None:
    """Mark as resolved the rejections of the (tipo, identificador) that now got in."""
    tipos, identificadores = zip(*assuntos, strict=True)
    cursor.execute(
        "UPDATE pdv_rejeicao r SET resolvida_em = %s FROM unnest(%s::text[], %s::text[]) AS a(tipo, identificador) "
        "WHERE r.ponto_venda_id = %s AND r.tipo = a.tipo AND r.identificador = a.identificador "
        "AND r.resolvida_em IS NULL",
        [agora, list(tipos), list(identificadores), ponto_venda_id],
    )
