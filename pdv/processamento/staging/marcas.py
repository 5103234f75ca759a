"""How what became of an attempt is marked on staging and logged; the same for operations and notes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from filas.copia import copiar
from filas.drain import ErroDefinitivo
from pdv.processamento.efeitos.valores import Operacao
from pdv.processamento.erros import Problema
from pdv.processamento.espera import Espera
from pdv.processamento.models import Alvo, LogProcessamento
from pdv.processamento.staging.fila import TABELAS

CODIGOS_MAXIMO = 200  # characters of `erro_codigo`
COLUNAS_LOG = ("alvo", "alvo_id", "filial_id", "tentativa", "resultado", "codigo", "mensagem", "em")


def _codigos(problemas: Sequence[Problema]) -> str:
    """Distinct fingerprints, comma separated, as many as fit: of a sale with 200 unknown products the first say enough."""
    texto = ""
    for digital in dict.fromkeys(p.digital for p in problemas):
        maior = f"{texto},{digital}" if texto else digital
        if len(maior) > CODIGOS_MAXIMO:
            break
        texto = maior
    return texto


def marcar_com_erro(cursor: CursorWrapper, alvo: Alvo, erros: Sequence[tuple[int, Sequence[Problema]]]) -> None:
    """1 -> 2 with every problem, and one log row each."""
    if not erros:
        return
    agora = timezone.now()
    codigos = [_codigos(problemas) for _, problemas in erros]
    mensagens = ["\n".join(p.mensagem for p in ps) for _, ps in erros]
    cursor.execute(
        f"""UPDATE {TABELAS[alvo]} o SET situacao_replicacao = 2, tentativas = o.tentativas + 1,
            erro_codigo = x.codigo, erro_mensagem = x.mensagem, erro_em = %s, aguarda = '', aguarda_desde = NULL
            FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS x(id, codigo, mensagem)
            WHERE o.id = x.id AND o.situacao_replicacao = 1 RETURNING o.id, o.filial_id, o.tentativas, x.codigo, x.mensagem""",
        [agora, [id_ for id_, _ in erros], codigos, mensagens],
    )
    resultado = LogProcessamento.Resultado.ERRO
    linhas = [(alvo, id_, f, t, resultado, codigo, texto, agora) for id_, f, t, codigo, texto in cursor.fetchall()]
    copiar(cursor, "log_processamento", COLUNAS_LOG, linhas)


def recusar(cursor: CursorWrapper, alvo: Alvo, linha: int, erro: ErroDefinitivo) -> None:
    """One row refused by the ledgers themselves."""
    marcar_com_erro(cursor, alvo, [(linha, [Problema(erro.codigo, erro.mensagem)])])


def adiar(cursor: CursorWrapper, alvo: Alvo, linha: int, erro: Exception) -> None:
    """Put one row off, twice as long each time up to an hour. What is shown is the kind of error, not its text."""
    agora = timezone.now()
    mensagem = f"erro interno ({type(erro).__name__}); será tentada de novo sozinha"
    cursor.execute(
        f"""UPDATE {TABELAS[alvo]} SET tentativas = tentativas + 1, erro_mensagem = %s,
            proxima_tentativa_em = %s + least(interval '5 seconds' * 2 ^ least(tentativas, 20), interval '1 hour')
            WHERE id = %s AND situacao_replicacao = 1 RETURNING filial_id, tentativas""",
        [mensagem, agora, linha],
    )
    for filial, tentativas in cursor.fetchall():
        resultado = LogProcessamento.Resultado.ADIADO
        copiar(
            cursor,
            "log_processamento",
            COLUNAS_LOG,
            [(alvo, linha, filial, tentativas, resultado, "", mensagem, agora)],
        )


def contar_mortes(cursor: CursorWrapper, alvo: Alvo, ids: Sequence[int], maximo: int) -> None:
    """A worker died with `ids` in hand: those still pending carry it; at `maximo` deaths a row is an error."""
    cursor.execute(
        f"UPDATE {TABELAS[alvo]} SET mortes = mortes + 1 WHERE id = ANY(%s) AND situacao_replicacao = 1 RETURNING id, mortes",
        [list(ids)],
    )
    problema = Problema("MATOU_O_PROCESSO", f"derrubou o processamento {maximo} vezes seguidas")
    marcar_com_erro(cursor, alvo, [(id_, [problema]) for id_, mortes in cursor.fetchall() if mortes >= maximo])


def separar(cursor: CursorWrapper, alvo: Alvo, ids: Sequence[int]) -> None:
    """Each of `ids` still pending comes alone from now on."""
    cursor.execute(
        f"UPDATE {TABELAS[alvo]} SET mortes = greatest(mortes, 1) WHERE id = ANY(%s) AND situacao_replicacao = 1",
        [list(ids)],
    )


def marcar_em_espera(cursor: CursorWrapper, esperas: Sequence[tuple[Operacao, Espera]]) -> None:
    """Still pending, and why; looked at again twice as late each time, up to a quarter of an hour. Logged when it changes."""
    if not esperas:
        return
    agora = timezone.now()
    cursor.execute(
        f"""UPDATE {TABELAS[Alvo.OPERACAO]} o SET aguarda = x.aguarda, erro_mensagem = x.mensagem, erro_codigo = '',
            tentativas = o.tentativas + 1, mortes = 0, aguarda_desde = coalesce(o.aguarda_desde, %s), proxima_tentativa_em = %s
                + least(greatest(%s - coalesce(o.aguarda_desde, %s), interval '15 seconds'), interval '15 minutes')
            FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS x(id, aguarda, mensagem)
            WHERE o.id = x.id AND o.situacao_replicacao = 1""",
        [
            agora, agora, agora, agora, [o.id for o, _ in esperas], [e.aguarda for _, e in esperas],
            [e.mensagem for _, e in esperas],
        ],
    )  # fmt: skip
    resultado = LogProcessamento.Resultado.ESPERA
    linhas = [
        (Alvo.OPERACAO, o.id, o.filial_id, o.tentativas + 1, resultado, "", e.mensagem, agora)
        for o, e in esperas
        if o.aguarda != e.aguarda
    ]
    copiar(cursor, "log_processamento", COLUNAS_LOG, linhas)


def marcar_efetuadas(cursor: CursorWrapper, tabela: str, ids: Sequence[int], agora: datetime) -> None:
    """1 -> 9. Raises when a row moved meanwhile; it cannot, as the claim holds it locked."""
    cursor.execute(
        f"""UPDATE {tabela} SET situacao_replicacao = 9, processado_em = %s, tentativas = tentativas + 1,
            erro_codigo = '', erro_mensagem = '', erro_em = NULL, aguarda = '', aguarda_desde = NULL, mortes = 0
            WHERE id = ANY(%s) AND situacao_replicacao = 1""",
        [agora, list(ids)],
    )
    if cursor.rowcount != len(ids):
        raise RuntimeError(f"{len(ids)} linhas de {tabela} a marcar, {cursor.rowcount} marcadas")
