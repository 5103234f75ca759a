"""The end of an attempt: one guarded statement for a batch, the attempts written beside it.

A message goes 1 -> 2, 3, 4 or 0; 1 -> 0 becomes 3 when a newer change of its record waits already. Nothing is written for
a message that is no longer in the hand that shows it: its attempt was noted as abandoned by whoever gave it back.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog
from django.db import DataError, IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from filas.fila.contextos import Contexto
from filas.fila.posse import Pega, vencidas
from filas.fila.saude import anotar_saude
from filas.fila.travas import travar_registros
from filas.fila.valores import Resultado, TipoResultado, adiar, erro
from filas.models import Mensagem, Tentativa

log = structlog.get_logger(__name__)

TEXTO_MAXIMO = 4_000
VENCIDAS_POR_VEZ = 500
ESPERA_POR_TRAVA = "2s"


@dataclass(frozen=True)
class Fim:
    """How an attempt ended. `payload` is JSON text, or None when the call was not even made."""

    pega: Pega
    resultado: Resultado
    iniciada_em: datetime
    segundos: float
    status_http: int | None = None
    retorno: str = ""
    curl: str = ""
    payload: str | None = None
    abandonada: bool = False


def situacao_de(contexto: Contexto, fim: Fim) -> Mensagem.Situacao:
    """Where the message goes: 2, 3, 4, or 0 while it has attempts left."""
    if fim.resultado.tipo is TipoResultado.SUCESSO:
        return Mensagem.Situacao.SUCESSO
    if fim.resultado.tipo is TipoResultado.ADIAR and fim.pega.nesta_vez < contexto.tentativas:
        return Mensagem.Situacao.PENDENTE
    if fim.resultado.tipo is TipoResultado.DESISTIR:
        return Mensagem.Situacao.CANCELADA
    return Mensagem.Situacao.ERRO


def terminar(contexto: Contexto, fins: Sequence[Fim]) -> set[int]:
    """Write the ends of attempts of one context, all or none. Returns the ids that were still ours, and are written.

    Those that go back to pending hold the locks of their records: somebody else's long transaction on one of these
    fails the call (`OperationalError`) after two seconds.
    """
    feitas = _gravar_ou_separar(contexto, fins)
    for fim in fins:
        if fim.pega.id not in feitas:
            log.warning("resultado_tardio", contexto=contexto.nome, token=str(fim.pega.token),
                        resultado=fim.resultado.tipo.value, causa=fim.resultado.codigo)  # fmt: skip
    return feitas


def devolver_vencidas(contexto: Contexto) -> int:
    """Give back what was left in hand, with its attempt noted as abandoned. Returns how many."""
    largadas = vencidas(contexto.nome, VENCIDAS_POR_VEZ)
    if not largadas:
        return 0
    resultado = adiar("ABANDONADA", "Quem enviava parou no meio; o destino pode ter recebido", destino_falhou=False)
    feitas = _gravar(contexto, [_abandono(pega, resultado) for pega in largadas])
    log.warning("mensagens_abandonadas", contexto=contexto.nome, quantas=len(feitas))
    return len(feitas)


def _abandono(pega: Pega, resultado: Resultado) -> Fim:
    passou = timezone.now() - pega.enviando_desde
    return Fim(pega, resultado, pega.enviando_desde, max(passou.total_seconds(), 0), abandonada=True)


def _gravar_ou_separar(contexto: Contexto, fins: Sequence[Fim]) -> set[int]:
    """A batch that the database refuses is written one by one; what cannot be written at all says only that."""
    try:
        return _gravar(contexto, fins)
    except (DataError, IntegrityError) as recusa:
        if len(fins) > 1:
            return {id_ for fim in fins for id_ in _gravar_ou_separar(contexto, [fim])}
        log.error("fim_recusado_pelo_banco", contexto=contexto.nome, token=str(fins[0].pega.token),
                  motivo=type(recusa).__name__,  # its text quotes the values
                  pgcode=getattr(recusa.__cause__, "pgcode", None))  # fmt: skip
        resultado = erro("DEFEITO", "O resultado não pôde ser guardado; veja o registro do sistema pelo token")
        return _gravar(contexto, [Fim(fins[0].pega, resultado, fins[0].iniciada_em, fins[0].segundos)])


def _gravar(contexto: Contexto, fins: Sequence[Fim]) -> set[int]:
    linhas = [_linha(contexto, fim) for fim in fins]
    with transaction.atomic(), connection.cursor() as cursor:
        if any(linha["situacao"] == Mensagem.Situacao.PENDENTE for linha in linhas):
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [ESPERA_POR_TRAVA])
            travar_registros(cursor, contexto.nome, (fim.pega.chave for fim in fins))
        feitas = _escrever(cursor, contexto.nome, linhas)
        anotar_saude(cursor, contexto, [fim.resultado for fim in fins if fim.pega.id in feitas and not fim.abandonada])
    return feitas


def _tentativa(fim: Fim) -> int:
    if fim.abandonada:
        return Tentativa.Resultado.ABANDONADA
    return {
        TipoResultado.SUCESSO: Tentativa.Resultado.SUCESSO,
        TipoResultado.ERRO: Tentativa.Resultado.ERRO,
        TipoResultado.ADIAR: Tentativa.Resultado.ADIADA,
        TipoResultado.DESISTIR: Tentativa.Resultado.DESISTIDA,
    }[fim.resultado.tipo]


def _espera(contexto: Contexto, fim: Fim) -> float:
    """Seconds: the context's, and up to a quarter more so that what failed together does not come back together."""
    espera = contexto.espera(fim.pega.nesta_vez) * random.uniform(1, 1.25)
    return max(espera, fim.resultado.espere or timedelta(0)).total_seconds()


def _linha(contexto: Contexto, fim: Fim) -> dict[str, Any]:
    situacao = situacao_de(contexto, fim)
    return {
        "id": fim.pega.id,
        "chave": fim.pega.chave,
        "reserva": str(fim.pega.reserva),
        "vencida": fim.abandonada,
        "situacao": int(situacao),
        "resultado": int(_tentativa(fim)),
        "causa": _limpo(fim.resultado.codigo)[:60],
        "mensagem": _limpo(fim.resultado.mensagem)[:TEXTO_MAXIMO],
        "retorno": _limpo(fim.retorno),
        "curl": _limpo(fim.curl),
        "segundos": round(fim.segundos, 3),
        "espera": _espera(contexto, fim) if situacao == Mensagem.Situacao.PENDENTE else 0,
        "iniciada_em": fim.iniciada_em.isoformat(),
        "status_http": fim.status_http,
        "payload": fim.payload,
    }


def _limpo(texto: str) -> str:
    """What a context says may come from outside; the database keeps no NUL and no half of a character."""
    return texto.replace("\0", "").encode(errors="replace").decode()


def _escrever(cursor: CursorWrapper, contexto: str, linhas: list[dict[str, Any]]) -> set[int]:
    cursor.execute(
        """
        WITH r AS (
            SELECT r.*, n.token AS mais_nova
            FROM json_to_recordset(%s) AS r(
                id bigint, chave text, reserva uuid, vencida boolean, situacao smallint, resultado smallint, causa text,
                mensagem text, retorno text, curl text, segundos numeric, espera float8, iniciada_em timestamptz,
                status_http smallint, payload text)
            LEFT JOIN LATERAL (
                SELECT p.token FROM wosk_queue p
                WHERE r.situacao = 0 AND p.contexto = %s AND p.chave = r.chave AND p.situacao = 0) n ON true
        ), feitas AS (
            UPDATE wosk_queue m
            SET situacao = CASE WHEN r.mais_nova IS NULL THEN r.situacao ELSE 3 END,
                mensagem = CASE WHEN r.mais_nova IS NULL THEN r.mensagem ELSE 'Substituída por ' || r.mais_nova END,
                causa = r.causa, retorno = r.retorno, curl = r.curl, tempo = r.segundos,
                proxima_tentativa_em = CASE WHEN r.situacao = 0 THEN statement_timestamp() + r.espera * interval '1 s'
                                            ELSE m.proxima_tentativa_em END,
                terminada_em = CASE WHEN r.situacao = 0 AND r.mais_nova IS NULL THEN NULL
                                    ELSE statement_timestamp() END,
                erro_em = CASE WHEN r.situacao = 4 THEN statement_timestamp() ELSE m.erro_em END,
                reserva = NULL, reservada_ate = NULL, enviando_desde = NULL
            FROM r
            WHERE m.id = r.id AND m.situacao = 1 AND m.reserva = r.reserva
              AND (NOT r.vencida OR m.reservada_ate < statement_timestamp())
            RETURNING m.id, m.tentativas, m.conteudo
        )
        INSERT INTO wosk_queue_tentativa (mensagem_id, numero, resultado, iniciada_em, segundos, status_http, causa,
                                          mensagem, conteudo, payload, retorno, curl)
        SELECT f.id, f.tentativas, r.resultado, r.iniciada_em, r.segundos,
               r.status_http, r.causa, r.mensagem, f.conteudo, r.payload::jsonb, r.retorno, r.curl
        FROM feitas f JOIN r ON r.id = f.id ORDER BY f.id
        RETURNING mensagem_id
        """,
        [msgspec.json.encode(linhas).decode(), contexto],
    )
    return {linha[0] for linha in cursor.fetchall()}
