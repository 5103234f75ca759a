"""The staging tables: looking up what is there, writing what is new. Plain values, one statement a table.

Every function works in the caller's transaction, under the lock of the ponto_venda (`travar_ponto_venda`).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from filas.copia import copiar, reservar_ids
from pdv.replicacao.colunas import (
    COLUNAS_FINALIZADOR,
    COLUNAS_ITEM,
    COLUNAS_NOTA,
    COLUNAS_OPERACAO,
    COLUNAS_RECEBIMENTO,
    COLUNAS_TURNO,
    Linha,
)
from pdv.replicacao.models import SituacaoProcessamento
from pdv.replicacao.rules import ConteudoOperacao, NotaPronta, OperacaoPronta, TurnoPronto

OPERACAO: Final = "hiperpdv_operacao_pdv"
ITEM: Final = "hiperpdv_item_operacao_pdv"
FINALIZADOR: Final = "hiperpdv_finalizador_operacao_pdv"
RECEBIMENTO: Final = "hiperpdv_recebimento_operacao_pdv"
NOTA: Final = "hiperpdv_nota_fiscal"
TURNO: Final = "hiperpdv_turno"

ESPERA_PELA_TRAVA: Final = "20s"

_RECEBIDO: Final = (
    "ponto_venda_id", "filial_id", "instalacao", "recebido_em", "hash_conteudo", "situacao_replicacao",
    "proxima_tentativa_em", "tentativas", "mortes", "erro_codigo", "erro_mensagem", "processado_em",
)  # fmt: skip


class Origem(NamedTuple):
    """Whence a package comes, and when it came; the rest is what `instalacoes.situar` found.

    `outras`: installations under which this till has operations in staging, besides this one.
    `ha_comandos`: some command to this till is open.
    """

    ponto_venda_id: int
    filial_id: int
    instalacao: UUID
    agora: datetime
    outras: tuple[UUID, ...] = ()
    ha_comandos: bool = False


class OperacaoGravada(NamedTuple):
    id: int
    guid: UUID
    hash: bytes
    cancelado: bool


class NotaGravada(NamedTuple):
    id: int
    ponto_venda_id: int
    hash: bytes


class TurnoGravado(NamedTuple):
    id: int
    linha: Linha


def travar_ponto_venda(cursor: CursorWrapper, ponto_venda_id: int) -> None:
    """Posts of one till go one after the other, until the transaction ends; posts of different tills do not wait.

    Who waits longer than `ESPERA_PELA_TRAVA` gets an OperationalError instead of holding a web worker.
    """
    cursor.execute(
        "SELECT set_config('lock_timeout', %s, true), pg_advisory_xact_lock(hashtextextended(%s, 0))",
        [ESPERA_PELA_TRAVA, f"pdv.replicacao {ponto_venda_id}"],
    )


def _colunas(nomes: Sequence[str]) -> str:
    return ", ".join(f'"{nome}"' for nome in nomes)


def _recebido(origem: Origem, resumo: bytes) -> Linha:
    pendente = SituacaoProcessamento.PENDENTE.value
    return (*origem[:4], resumo, pendente, origem.agora, 0, 0, "", "", None)


# Operations


def operacoes_gravadas(cursor: CursorWrapper, origem: Origem, ids: Sequence[int]) -> dict[int, OperacaoGravada]:
    """By id_operacao, those of this installation that are already in staging."""
    if not ids:
        return {}
    cursor.execute(
        f"SELECT id_operacao, id, guid_operacao, hash_conteudo, cancelado FROM {OPERACAO} "
        "WHERE ponto_venda_id = %s AND instalacao = %s AND id_operacao = ANY(%s)",
        [origem.ponto_venda_id, origem.instalacao, list(ids)],
    )
    return {
        numero: OperacaoGravada(pk, guid, bytes(resumo), cancelado)
        for numero, pk, guid, resumo, cancelado in cursor.fetchall()
    }


def inserir_operacoes(cursor: CursorWrapper, origem: Origem, novas: Sequence[OperacaoPronta]) -> None:
    """COPY operations with their children. Raises IntegrityError when another transaction was first."""
    ids = reservar_ids(cursor, OPERACAO, len(novas))
    pares = list(zip(ids, novas, strict=True))
    copiar(
        cursor,
        OPERACAO,
        ("id", "cancelado", *_RECEBIDO, *COLUNAS_OPERACAO),
        [(pk, o.cancelado, *_recebido(origem, o.hash), *o.conteudo.linha) for pk, o in pares],
    )
    itens = [(pk, *linha) for pk, o in pares for linha in o.conteudo.itens]
    copiar(cursor, ITEM, ("operacao_id", *COLUNAS_ITEM), itens)
    finalizadores = [(pk, *linha) for pk, o in pares for linha in o.conteudo.finalizadores]
    copiar(cursor, FINALIZADOR, ("operacao_id", *COLUNAS_FINALIZADOR), finalizadores)
    # almost always none, and then no statement
    recebimentos = [(pk, *linha) for pk, o in pares for linha in o.conteudo.recebimentos]
    copiar(cursor, RECEBIMENTO, ("operacao_id", *COLUNAS_RECEBIMENTO), recebimentos)


_CANCELAR = f"""
UPDATE {OPERACAO} o SET cancelado = true,
    proxima_tentativa_em = CASE WHEN o.situacao_replicacao IN (2, 9)
        THEN greatest(%s, now()) + interval '1 microsecond' * x.vez ELSE o.proxima_tentativa_em END,
    mortes = CASE WHEN o.situacao_replicacao IN (2, 9) THEN 0 ELSE o.mortes END,
    situacao_replicacao = CASE WHEN o.situacao_replicacao IN (2, 9) THEN 1 ELSE o.situacao_replicacao END
FROM (SELECT id, row_number() OVER (ORDER BY id_operacao DESC) AS vez FROM {OPERACAO} WHERE id = ANY(%s)) x
WHERE o.id = x.id RETURNING o.situacao_replicacao = 1
"""


def cancelar_operacoes(cursor: CursorWrapper, origem: Origem, ids: Sequence[int]) -> bool:
    """Keep that the till cancelled these operations after sending them. True when processing has something to do.

    What was posted or in error becomes pending, due now: its entries are reversed, and it has no others. The newest comes
    first: a sale is undone after its devolução and the recebimentos of its titles. What a person ignored stays ignored.
    The situacao is read by the UPDATE itself: a drain that holds the row finishes first.
    """
    if not ids:
        return False
    cursor.execute(_CANCELAR, [origem.agora, sorted(ids)])
    return any(pendente for (pendente,) in cursor.fetchall())


def conteudos_gravados(cursor: CursorWrapper, ids: Sequence[int]) -> dict[int, ConteudoOperacao]:
    """By row id, the business columns that staging holds, in the form of `rules`."""
    if not ids:
        return {}
    itens = _filhos(cursor, ITEM, COLUNAS_ITEM, ids)
    finalizadores = _filhos(cursor, FINALIZADOR, COLUNAS_FINALIZADOR, ids)
    recebimentos = _filhos(cursor, RECEBIMENTO, COLUNAS_RECEBIMENTO, ids)
    cursor.execute(f"SELECT id, {_colunas(COLUNAS_OPERACAO)} FROM {OPERACAO} WHERE id = ANY(%s)", [list(ids)])
    return {
        pk: ConteudoOperacao(tuple(linha), itens.get(pk, []), finalizadores.get(pk, []), recebimentos.get(pk, []))
        for pk, *linha in cursor.fetchall()
    }


def _filhos(cursor: CursorWrapper, tabela: str, colunas: Sequence[str], ids: Sequence[int]) -> dict[int, list[Linha]]:
    cursor.execute(
        f"SELECT operacao_id, {_colunas(colunas)} FROM {tabela} WHERE operacao_id = ANY(%s) ORDER BY operacao_id, item",
        [list(ids)],
    )
    por_operacao: dict[int, list[Linha]] = defaultdict(list)
    for pk, *linha in cursor.fetchall():
        por_operacao[pk].append(tuple(linha))
    return por_operacao


# Notes


def notas_gravadas(cursor: CursorWrapper, chaves: Sequence[str]) -> dict[tuple[str, int], NotaGravada]:
    """By (chave, numero), whoever sent them."""
    if not chaves:
        return {}
    cursor.execute(
        f"SELECT chave, numero, id, ponto_venda_id, hash_conteudo FROM {NOTA} WHERE chave = ANY(%s) ORDER BY id",
        [list(chaves)],
    )
    return {
        (chave, numero): NotaGravada(pk, ponto_venda_id, bytes(resumo))
        for chave, numero, pk, ponto_venda_id, resumo in cursor.fetchall()
    }


def inserir_notas(cursor: CursorWrapper, origem: Origem, novas: Iterable[NotaPronta]) -> None:
    """COPY notes, sorted by key so that two tills sending the same ones wait instead of deadlocking."""
    linhas = [(*_recebido(origem, nota.hash), *nota.linha) for nota in sorted(novas, key=lambda n: (n.chave, n.numero))]
    copiar(cursor, NOTA, (*_RECEBIDO, *COLUNAS_NOTA), linhas)


_ID_OPERACAO: Final = COLUNAS_NOTA.index("id_operacao")

# A note of the same operation stays where that operation is, whatever installation sends it now.
_ATUALIZAR_NOTA = f"""
UPDATE {NOTA} SET {", ".join(f"{coluna} = %s" for coluna in COLUNAS_NOTA)},
    instalacao = CASE WHEN id_operacao IS NOT DISTINCT FROM %s THEN instalacao ELSE %s END,
    hash_conteudo = %s, tentativas = 0, mortes = 0, proxima_tentativa_em = %s,
    erro_codigo = '', erro_mensagem = '', processado_em = NULL,
    situacao_replicacao = CASE WHEN situacao_replicacao IN (2, 9) THEN 1 ELSE situacao_replicacao END
WHERE id = %s AND ponto_venda_id = %s
"""


def atualizar_nota(cursor: CursorWrapper, origem: Origem, pk: int, nota: NotaPronta) -> bool:
    """Write a note's new content; one that was processed or in error becomes pending, due now. False: it is gone.

    The situacao is read by the UPDATE itself: a drain that holds the row finishes first.
    """
    cursor.execute(
        _ATUALIZAR_NOTA,
        [*nota.linha, nota.linha[_ID_OPERACAO], origem.instalacao, nota.hash, origem.agora, pk, origem.ponto_venda_id],
    )
    return bool(cursor.rowcount == 1)


# Turnos


def turnos_gravados(cursor: CursorWrapper, origem: Origem, ids: Sequence[int]) -> dict[int, TurnoGravado]:
    """By id_turno, those of this installation."""
    if not ids:
        return {}
    cursor.execute(
        f"SELECT id, {_colunas(COLUNAS_TURNO)} FROM {TURNO} "
        "WHERE ponto_venda_id = %s AND instalacao = %s AND id_turno = ANY(%s)",
        [origem.ponto_venda_id, origem.instalacao, list(ids)],
    )
    return {linha[1]: turno_gravado(linha) for linha in cursor.fetchall()}


def turno_gravado(linha: Linha) -> TurnoGravado:
    """A row of (id, *COLUNAS_TURNO), `contado` as the driver gives it."""
    pk, *colunas, contado = linha
    return TurnoGravado(pk, (*colunas, json.loads(contado)))


def inserir_turnos(cursor: CursorWrapper, origem: Origem, novos: Iterable[TurnoPronto]) -> None:
    """COPY turnos."""
    linhas = [(*origem[:4], *_valores_turno(turno)) for turno in novos]
    copiar(cursor, TURNO, ("ponto_venda_id", "filial_id", "instalacao", "recebido_em", *COLUNAS_TURNO), linhas)


def atualizar_turno(cursor: CursorWrapper, origem: Origem, pk: int, turno: TurnoPronto) -> None:
    """Write what the till now says of a turno."""
    atribuicoes = ", ".join(f"{coluna} = %s" for coluna in COLUNAS_TURNO)
    cursor.execute(
        f"UPDATE {TURNO} SET {atribuicoes}, recebido_em = %s WHERE id = %s", [*_valores_turno(turno), origem.agora, pk]
    )


def _valores_turno(turno: TurnoPronto) -> Linha:
    return (*turno.linha[:-1], json.dumps(turno.linha[-1]))
