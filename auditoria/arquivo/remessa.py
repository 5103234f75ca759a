"""Shipping sealed events to the archive, in the order of their seals.

A document is its event's, by `_id`, and never changes: so what is sent twice is there once, and a death between the write
and the watermark costs a repetition.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import structlog
from django.db import connection
from django.utils import timezone

from auditoria import serial
from auditoria.arquivo import ArquivoForaDoAr, colecao
from auditoria.arquivo.documento import Documento, DocumentoEstranho, Selado, como_selado, documento, ler
from auditoria.models import Arquivo
from auditoria.verificacao.elos import hash_de, pagina

log = structlog.get_logger(__name__)

LOTE: Final = 1_000
PROBLEMAS_MAXIMO: Final = 100  # so many are no accident of one event: the archive is not ours, or the trail was rebuilt
ESPERAS: Final = (30, 60, 120, 300, 600, 900)  # seconds after each failure in a row; the last stands for the others
_TRAVAR: Final = "SELECT pg_try_advisory_lock(hashtextextended('auditoria.arquivo', 0))"
_SOLTAR: Final = "SELECT pg_advisory_unlock(hashtextextended('auditoria.arquivo', 0))"


class Remessa(NamedTuple):
    """What one shipment did; `ocupado` when another was at work, `adiada` when it is too soon after a failure."""

    arquivados: int = 0
    ocupado: bool = False
    adiada: bool = False
    erro: str = ""


class _Lote(NamedTuple):
    """A stretch of the chain: what may be archived, and what is not as it was sealed."""

    ate: int
    bons: list[Selado]
    problemas: list[dict[str, Any]]


def remeter(*, limite: float = 45, lote: int = LOTE, insistir: bool = False) -> Remessa:
    """Ship what is sealed, for up to `limite` seconds. Several at once do no harm: one works, the others give up at once.

    1. Take the lock of the archive; it ends with the connection. Unless told to insist, respect the wait after a failure.
    2. See that the archive still has the last event that it was given: another database, or an emptied one, gets nothing.
    3. Read the next seals with their events; an event that is not as it was sealed is named, and not shipped.
    4. Write; only when the majority has it, move the watermark. Again.
    Whatever MongoDB answers, or does not, the events wait here and the row says since when: nothing is raised.
    """
    with _a_vez() as minha:
        if not minha:
            return Remessa(ocupado=True)
        estado, _ = Arquivo.objects.get_or_create(pk=1)
        if not insistir and estado.proxima_em is not None and estado.proxima_em > timezone.now():
            return Remessa(adiada=True, erro=estado.erro)
        arquivados, fim = 0, time.monotonic() + limite
        try:
            _conferir_a_ponta(estado)
            colecao.preparar()
            while time.monotonic() < fim and (pedaco := _ler(estado.ate, lote)) is not None:
                _guardar(estado, pedaco)
                arquivados += len(pedaco.bons)
        except ArquivoForaDoAr as erro:
            _falhou(estado, str(erro))
            return Remessa(arquivados, erro=str(erro))
        _foi_bem(estado)
        return Remessa(arquivados)


def voltar(sequencia: int) -> bool:
    """Ship again from that seal on, as when an archive was lost, or a problem mended. False when another is at work."""
    with _a_vez() as minha:
        if minha:
            estado, _ = Arquivo.objects.get_or_create(pk=1)
            ficam = [p for p in estado.problemas if p["sequencia"] < sequencia]
            ate = max(min(estado.ate, sequencia - 1), 0)
            Arquivo.objects.filter(pk=1).update(ate=ate, problemas=ficam, proxima_em=None)
    return minha


@contextlib.contextmanager
def _a_vez() -> Iterator[bool]:
    """A session's lock: it spans short transactions and the calls in between, and no transaction stays open over them."""
    with connection.cursor() as cursor:
        cursor.execute(_TRAVAR)
        minha = bool(cursor.fetchone()[0])
    try:
        yield minha
    finally:
        if minha:
            with connection.cursor() as cursor:
                cursor.execute(_SOLTAR)


def _conferir_a_ponta(estado: Arquivo) -> None:
    if not estado.ate or any(p["sequencia"] == estado.ate for p in estado.problemas):
        return
    ultimo = colecao.na_sequencia(estado.ate)
    if ultimo is None:
        raise ArquivoForaDoAr(
            f"o arquivo não tem o último evento que recebeu (sequência {estado.ate}): é outro banco, ou perdeu documentos. "
            "Corrija AUDITORIA_MONGO_URL, ou mande tudo de novo com manage.py auditoria_arquivar --desde 1"
        )


def _ler(depois_de: int, lote: int) -> _Lote | None:
    """The next seals, each held against the one before; None when there is none."""
    elos = pagina(depois_de, lote)
    if not elos:
        return None
    la = _no_arquivo([elo.evento for elo in elos if elo.linha is None])
    anterior = hash_de(depois_de) or serial.ZERO
    bons, problemas = [], []
    for elo in elos:
        selado = como_selado(elo) or la.get(elo.evento)
        if selado is None:
            problemas.append(_problema(elo.sequencia, elo.evento, "o evento não está no PostgreSQL nem no arquivo"))
        elif serial.selar(anterior, elo.sequencia, elo.selado_em, selado.forma.conteudo) != elo.hash:
            problemas.append(
                _problema(elo.sequencia, elo.evento, "o evento não confere com o seu selo: não foi arquivado")
            )
        else:
            bons.append(Selado(elo.sequencia, elo.hash, elo.selado_em, selado.linha, selado.forma))
        anterior = elo.hash
    return _Lote(elos[-1].sequencia, bons, problemas)


def _no_arquivo(ids: Sequence[UUID]) -> dict[UUID, Selado]:
    """Events that have left PostgreSQL, as when all is shipped again; one that is no document of ours is not there."""
    achados = {}
    for id_, lido in (colecao.por_id(ids) if ids else {}).items():
        with contextlib.suppress(DocumentoEstranho):
            achados[id_] = ler(lido)
    return achados


def _guardar(estado: Arquivo, pedaco: _Lote) -> None:
    documentos = [documento(selado) for selado in pedaco.bons]
    achados = [*pedaco.problemas]
    if documentos and not colecao.incluir(documentos):
        achados += _divergentes(documentos)
    if len(estado.problemas) + len(achados) > PROBLEMAS_MAXIMO:
        raise ArquivoForaDoAr(
            f"o arquivo e a trilha divergem em mais de {PROBLEMAS_MAXIMO} eventos: nada mais é mandado. "
            f"{(estado.problemas + achados)[0]['texto']}. Rode manage.py auditoria_verificar"
        )
    for problema in achados:
        log.error("auditoria.arquivo.divergencia", sequencia=problema["sequencia"], evento=problema["evento"])
    antes, estado.ate, estado.ate_em = estado.ate, pedaco.ate, timezone.now()
    estado.problemas = [*estado.problemas, *achados]
    # guarded: whoever lost the lock with its connection must not take the watermark of another back
    mudou = Arquivo.objects.filter(pk=1, ate=antes).update(
        ate=estado.ate, ate_em=estado.ate_em, problemas=estado.problemas
    )
    if not mudou:
        raise ArquivoForaDoAr("outra remessa passou à frente desta")


def _divergentes(documentos: Sequence[Documento]) -> list[dict[str, Any]]:
    """Which of them are there otherwise. What is there is never written over."""
    la = colecao.por_id([d["_id"] for d in documentos])
    problemas = []
    for nosso in documentos:
        achado = la.get(nosso["_id"])
        if achado == nosso:
            continue
        if achado is not None:
            campos = sorted(c for c in {*nosso, *achado} if nosso.get(c) != achado.get(c))
            porque = f"já está no arquivo com outro conteúdo: difere em {', '.join(campos)}"
        elif (outro := colecao.na_sequencia(nosso["sequencia"])) is not None and outro["_id"] != nosso["_id"]:
            porque = f"o lugar dele no arquivo é do evento {outro['_id']}"
        else:
            raise ArquivoForaDoAr("o MongoDB tem um documento que a maioria dos servidores ainda não confirmou")
        problemas.append(_problema(nosso["sequencia"], nosso["_id"], porque))
    return problemas


def _problema(sequencia: int, evento: Any, porque: str) -> dict[str, Any]:
    return {"sequencia": sequencia, "evento": str(evento), "texto": f"sequência {sequencia}, evento {evento}: {porque}"}


def _falhou(estado: Arquivo, motivo: str) -> None:
    agora = timezone.now()
    espera = timedelta(seconds=ESPERAS[min(estado.falhas, len(ESPERAS) - 1)])
    log.warning("auditoria.arquivo.falha", motivo=motivo, falhas=estado.falhas + 1)
    _anotar(
        falhas=estado.falhas + 1, falhando_desde=estado.falhando_desde or agora, proxima_em=agora + espera, erro=motivo
    )


def _foi_bem(estado: Arquivo) -> None:
    if estado.falhas:
        _anotar(falhas=0, falhando_desde=None, proxima_em=None, erro="")


def _anotar(*, falhas: int, falhando_desde: datetime | None, proxima_em: datetime | None, erro: str) -> None:
    Arquivo.objects.filter(pk=1).update(falhas=falhas, falhando_desde=falhando_desde, proxima_em=proxima_em, erro=erro)
