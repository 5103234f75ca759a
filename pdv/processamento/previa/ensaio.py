"""The rehearsal: the drain's own `aplicar` on rows, in a transaction that is always rolled back.

1. Take the lock of the periods, then the rows that nobody holds (SKIP LOCKED): the drain's own order.
2. Send them to be processed as the action would.
3. Run the drain, halving what is refused, in savepoints.
4. Read what was written; roll everything back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper

from erp.cadastros.selectors import periodos_fechados
from filas.drain import TRANSITORIOS, Dreno, ParticaoOcupada, trabalhar
from pdv.processamento.models import Alvo
from pdv.processamento.notas.drain import DrenoNotas
from pdv.processamento.operacoes.drain import DrenoOperacoes
from pdv.processamento.previa import escritas, linhas
from pdv.processamento.previa.valores import Desfecho, LinhaPrevista, PreviaOcupada
from pdv.processamento.staging.fila import TABELAS, por_na_situacao
from pdv.replicacao.models import SituacaoProcessamento

DRENOS: dict[Alvo, type[Dreno]] = {Alvo.OPERACAO: DrenoOperacoes, Alvo.NOTA: DrenoNotas}
LOTE = 500  # rows of one transaction: how long its locks are held
ESPERA_POR_TRAVA = "1s"  # the drain waits two: of the two, the preview gives way


class Ensaio(NamedTuple):
    """The rows asked for, in order of id, and others that change because of them."""

    linhas: list[LinhaPrevista]
    outras: list[LinhaPrevista]


class _Desfazer(Exception):
    """Carries the result out of the transaction, and the transaction into nothing."""

    def __init__(self, ensaio: Ensaio) -> None:
        self.ensaio = ensaio


def ensaiar(alvo: Alvo, ids: Sequence[int]) -> Ensaio:
    """What becomes of `ids` (one batch's worth), in one transaction, or savepoint of the caller's, rolled back.

    Raises PreviaOcupada when a balance, an account or a title is held by others.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            raise _Desfazer(_ensaiar(cursor, alvo, ids))
    except _Desfazer as desfeita:
        return desfeita.ensaio
    except ParticaoOcupada as erro:
        raise PreviaOcupada from erro
    except OperationalError as erro:
        if getattr(erro.__cause__, "pgcode", None) in TRANSITORIOS:
            raise PreviaOcupada from erro
        raise


def _ensaiar(cursor: CursorWrapper, alvo: Alvo, ids: Sequence[int]) -> Ensaio:
    cursor.execute("SELECT set_config('lock_timeout', %s, true)", [ESPERA_POR_TRAVA])
    periodos_fechados()
    todas = linhas.escolhidas(cursor, alvo, list(ids))
    livres = _travar_livres(cursor, alvo, ids)
    suas = [linha for linha in todas if linha.id in livres]
    vivas = linhas.vivas(cursor, alvo, todas)
    antes = escritas.marcos(cursor)
    por_na_situacao(cursor, alvo, sorted(livres), SituacaoProcessamento.PENDENTE)
    _drenar(cursor, alvo, [linha.id for linha in suas], linhas.soltaveis(cursor, alvo, suas))
    feitas = escritas.ler(cursor, antes)
    tocadas = linhas.geracoes_tocadas(cursor, feitas, antes)
    prontas, outras = linhas.previstas(suas, vivas, linhas.estados(cursor, alvo, sorted(livres)), feitas, tocadas)
    ocupadas = [_ocupada(x, vivas.get(x.chave)) for x in todas if x.id not in livres]
    return Ensaio(sorted([*prontas, *ocupadas], key=lambda x: x.id or 0), outras)


def _drenar(cursor: CursorWrapper, alvo: Alvo, ids: list[int], soltaveis: list[int]) -> None:
    """Batch after batch, as the drain: what one leaves for the next, and what a cancelamento lets go of, comes after."""
    dreno, devidas = DRENOS[alvo](), ids
    while devidas and trabalhar(dreno, devidas, tentativas=1).total:
        cursor.execute(
            f"""SELECT id FROM {TABELAS[alvo]}
                WHERE id = ANY(%s) AND situacao_replicacao = 1 AND proxima_tentativa_em <= now()""",
            [ids + soltaveis],
        )
        devidas = [linha[0] for linha in cursor.fetchall()]


def _travar_livres(cursor: CursorWrapper, alvo: Alvo, ids: Sequence[int]) -> set[int]:
    cursor.execute(f"SELECT id FROM {TABELAS[alvo]} WHERE id = ANY(%s) ORDER BY id FOR UPDATE SKIP LOCKED", [list(ids)])
    return {linha[0] for linha in cursor.fetchall()}


def _ocupada(linha: linhas.Escolhida, viva: linhas.Viva | None) -> LinhaPrevista:
    return LinhaPrevista(
        linha.id, linha.titulo, Desfecho.OCUPADA, mensagem="em uso neste momento pelo processamento ou por outra pessoa",
        geracao_antes=viva.numero if viva else None, viva_id=viva.id if viva else None,
    )  # fmt: skip
