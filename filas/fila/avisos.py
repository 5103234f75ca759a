"""The digest by e-mail of what failed: one letter a run, the errors together by cause, each of them told once.

Nothing is marked before the server took the letter, so a server that is down loses nothing, and a death between the two
repeats a letter at most; the repeated one has the same Message-ID. An error is told again only if it happened again:
what is marked is its moment (`erro_em`), so one that fails anew while the letter is on its way is not taken for told.
No customer, code or document is in it: who reads it follows the link, and needs the permission.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from smtplib import SMTPException
from typing import Final, NamedTuple

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from filas.causas import causa_de
from filas.fila.contextos import ContextoDesconhecido, obter_contexto

POR_CARTA: Final = 20_000  # errors; what is beyond goes in the next letter
CAUSAS_MAXIMO: Final = 50
EXEMPLOS: Final = 3

log = structlog.get_logger(__name__)


class Erro(NamedTuple):
    id: int
    erro_em: datetime | None
    contexto: str
    causa: str


@dataclass
class Grupo:
    """The errors of one cause in one context. `exemplos` are the ids of the oldest."""

    contexto: str
    causa: str
    quantos: int = 0
    desde: datetime | None = None
    exemplos: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Avisos:
    """What a run did: how many errors went in its letter, how many could not go, and why."""

    avisados: int = 0
    nao_avisados: int = 0
    motivo: str = ""


def notificar() -> Avisos:
    """Mail one digest of the errors nobody was told of (spec/004, Queue §6: `notificar()`). Outside any transaction.

    To `FILAS_NOTIFICAR_PARA`; without it nothing is sent nor marked. A second run at the same time does nothing.
    """
    if not settings.FILAS_NOTIFICAR_PARA:
        return Avisos()
    with _sozinho() as sozinho:
        erros = _por_avisar() if sozinho else []
        if not erros:
            return Avisos()
        desta_vez = erros[:POR_CARTA]
        if motivo := _enviar(desta_vez, ha_mais=len(erros) > POR_CARTA):
            return Avisos(nao_avisados=len(erros), motivo=motivo)
        _marcar(desta_vez)
    return Avisos(avisados=len(desta_vez))


def agrupar(erros: Sequence[Erro]) -> list[Grupo]:
    """By context and cause, the largest first."""
    grupos: dict[tuple[str, str], Grupo] = {}
    for erro in erros:
        grupo = grupos.setdefault((erro.contexto, erro.causa), Grupo(erro.contexto, erro.causa))
        grupo.quantos += 1
        if erro.erro_em and (grupo.desde is None or erro.erro_em < grupo.desde):
            grupo.desde = erro.erro_em
        if len(grupo.exemplos) < EXEMPLOS:
            grupo.exemplos.append(erro.id)
    return sorted(grupos.values(), key=lambda g: (-g.quantos, g.contexto, g.causa))


def corpo(grupos: Sequence[Grupo], *, ha_mais: bool = False) -> str:
    """The letter's text."""
    total = sum(grupo.quantos for grupo in grupos)
    linhas = [
        f"{_mensagens(total)} da fila {'falhou e espera' if total == 1 else 'falharam e esperam'} uma pessoa.",
        "",
    ]
    for grupo in grupos[:CAUSAS_MAXIMO]:
        linhas += [*_do_grupo(grupo), ""]
    if len(grupos) > CAUSAS_MAXIMO:
        linhas += [f"E mais {len(grupos) - CAUSAS_MAXIMO} causas.", ""]
    if ha_mais:
        linhas += ["Há mais mensagens em erro; elas vão no próximo aviso.", ""]
    linhas += [f"Todas: {_elo(reverse('admin:filas_mensagem_changelist'))}"]
    linhas += ["Cada erro é avisado uma vez, e de novo só se falhar de novo."]
    return "\n".join(linhas)


def _do_grupo(grupo: Grupo) -> Iterator[str]:
    causa = causa_de(grupo.causa)
    desde = f", desde {timezone.localtime(grupo.desde):%d/%m %H:%M}" if grupo.desde else ""
    yield f"{_titulo(grupo.contexto)} – {causa.titulo}: {_mensagens(grupo.quantos)}{desde}"
    yield f"  {causa.saida}"
    if grupo.quantos > EXEMPLOS:
        filtro = urlencode({"causa": f"{grupo.contexto}:{grupo.causa}"})
        yield f"  As desta causa: {_elo(reverse('admin:filas_mensagem_changelist'))}?{filtro}"
    for id_ in grupo.exemplos:
        yield f"  {_elo(reverse('admin:filas_mensagem_change', args=[id_]))}"


def _titulo(contexto: str) -> str:
    try:
        return obter_contexto(contexto).titulo
    except ContextoDesconhecido:
        return contexto


def _mensagens(n: int) -> str:
    return "1 mensagem" if n == 1 else f"{n:,} mensagens".replace(",", ".")


def _elo(caminho: str) -> str:
    return f"{settings.RETAGUARDA_URL.rstrip('/')}{caminho}"


def _por_avisar() -> list[Erro]:
    """The oldest first, one more than fits. By the partial index `fila_a_avisar`."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id, erro_em, contexto, causa FROM wosk_queue
               WHERE situacao = 4 AND (notificada_em IS NULL OR notificada_em < erro_em) ORDER BY id LIMIT %s""",
            [POR_CARTA + 1],
        )
        return [Erro(*linha) for linha in cursor.fetchall()]


def _enviar(erros: Sequence[Erro], *, ha_mais: bool) -> str:
    """Hand the letter over. Returns why it could not be, or nothing."""
    carta = EmailMessage(
        subject=f"Retaguarda: {_mensagens(len(erros))} em erro na fila",
        body=corpo(agrupar(erros), ha_mais=ha_mais),
        to=list(settings.FILAS_NOTIFICAR_PARA),
        headers={"Message-ID": f"<fila-{_assinatura(erros)}@retaguarda>"},
    )
    try:
        carta.send()
    except (SMTPException, OSError) as falha:
        log.error("fila.aviso_nao_enviado", erros=len(erros), motivo=type(falha).__name__)
        return type(falha).__name__
    log.info("fila.aviso_enviado", erros=len(erros))
    return ""


def _assinatura(erros: Sequence[Erro]) -> str:
    return hashlib.sha256("".join(f"{e.id} {e.erro_em}\n" for e in erros).encode()).hexdigest()[:32]


def _marcar(erros: Sequence[Erro]) -> None:
    """Told: the moment of the error that the letter told of, for the next error of the same message is after it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE wosk_queue m SET notificada_em = coalesce(v.erro_em, now())
               FROM unnest(%s::bigint[], %s::timestamptz[]) v(id, erro_em)
               WHERE m.id = v.id""",
            [[erro.id for erro in erros], [erro.erro_em for erro in erros]],
        )


@contextmanager
def _sozinho() -> Iterator[bool]:
    """True for one at a time: a session lock, for it spans the letter and the mark, and dies with us."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended('filas.avisos', 0))")
        [meu] = cursor.fetchone()
    sessao = connection.connection
    try:
        yield meu
    finally:
        if meu and connection.connection is sessao and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended('filas.avisos', 0))")
