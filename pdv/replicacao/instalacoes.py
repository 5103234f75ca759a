"""What a till sent under its other installations: rows that go again under a new one are the same rows.

A till that never heard the answer, or was restored from a copy, may be given a new `instalacao`; all that it still has
at 1 is then sent under it. Works in the caller's transaction, under the lock of the ponto_venda, so that nobody stores
under another installation meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from pdv.replicacao.armazem import OPERACAO, TURNO, OperacaoGravada, Origem, TurnoGravado, turno_gravado
from pdv.replicacao.colunas import COLUNAS_TURNO
from pdv.replicacao.rules import OperacaoPronta, TurnoPronto

# From one installation to the next by the index of the key: two probes each, however many operations they have.
_SITUACAO: Final = f"""
WITH RECURSIVE i AS (
    (SELECT instalacao FROM {OPERACAO} WHERE ponto_venda_id = %s ORDER BY instalacao LIMIT 1)
    UNION ALL
    SELECT (SELECT o.instalacao FROM {OPERACAO} o WHERE o.ponto_venda_id = %s AND o.instalacao > i.instalacao
            ORDER BY o.instalacao LIMIT 1) FROM i WHERE i.instalacao IS NOT NULL
)
SELECT ARRAY(SELECT instalacao FROM i WHERE instalacao <> %s),
    EXISTS(SELECT FROM pdv_comando WHERE ponto_venda_id = %s AND situacao IN (0, 1))
"""


def situar(cursor: CursorWrapper, origem: Origem) -> Origem:
    """`origem` with what is known of its till. Both almost always nothing, and one statement for both."""
    pdv = origem.ponto_venda_id
    cursor.execute(_SITUACAO, [pdv, pdv, origem.instalacao, pdv])
    outras, ha_comandos = cursor.fetchone()
    return origem._replace(outras=tuple(outras), ha_comandos=ha_comandos)


def operacoes_de_outras(
    cursor: CursorWrapper, origem: Origem, operacoes: Sequence[OperacaoPronta]
) -> dict[tuple[int, UUID], OperacaoGravada]:
    """By (id_operacao, guid), those of `operacoes` that another installation stored: the number and the guid are equal.

    The guid alone would need an index of its own on a random key, dear on every insert; the number leads to the row.
    """
    if not (origem.outras and operacoes):
        return {}
    cursor.execute(
        f"SELECT id_operacao, guid_operacao, id, hash_conteudo, cancelado FROM {OPERACAO} WHERE ponto_venda_id = %s "
        "AND instalacao = ANY(%s::uuid[]) AND id_operacao = ANY(%s) ORDER BY id DESC",  # the first stored wins
        [origem.ponto_venda_id, [str(outra) for outra in origem.outras], [o.id_operacao for o in operacoes]],
    )
    procuradas = {(o.id_operacao, o.guid) for o in operacoes}
    return {
        (numero, guid): OperacaoGravada(pk, guid, bytes(resumo), cancelado)
        for numero, guid, pk, resumo, cancelado in cursor.fetchall()
        if (numero, guid) in procuradas
    }


def turnos_de_outras(cursor: CursorWrapper, origem: Origem, turnos: Sequence[TurnoPronto]) -> dict[int, TurnoGravado]:
    """By id_turno, those of `turnos` that another installation stored: number, sequence and opening are equal.

    A turno has no guid; a till that counts from 1 again opens its turno 1 at another moment.
    """
    if not (origem.outras and turnos):
        return {}
    colunas = ", ".join(f'"{coluna}"' for coluna in COLUNAS_TURNO)
    cursor.execute(
        f"SELECT id, {colunas} FROM {TURNO} WHERE ponto_venda_id = %s AND instalacao = ANY(%s::uuid[]) "
        "AND id_turno = ANY(%s) ORDER BY id DESC",
        [origem.ponto_venda_id, [str(outra) for outra in origem.outras], [t.id_turno for t in turnos]],
    )
    gravados = [turno_gravado(linha) for linha in cursor.fetchall()]
    procurados = {_abertura(t) for t in turnos}
    return {g.linha[0]: g for g in gravados if _abertura(g) in procurados}


_NUMERO, _SEQUENCIAL, _INICIO = (COLUNAS_TURNO.index(c) for c in ("id_turno", "sequencial", "data_hora_inicio"))


def _abertura(turno: TurnoPronto | TurnoGravado) -> tuple[object, ...]:
    return turno.linha[_NUMERO], turno.linha[_SEQUENCIAL], turno.linha[_INICIO]
