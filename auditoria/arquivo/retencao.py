"""Letting old events go from PostgreSQL, a whole partition at a time, once the archive gave every one of them back."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

import structlog
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from auditoria import particoes
from auditoria.arquivo import ArquivoForaDoAr
from auditoria.arquivo.releitura import AindaNao, NaoConfere, Relida, reler
from auditoria.models import Retirada
from auditoria.particoes import Particao
from auditoria.sensivel import sensivel
from auditoria.services import ATOR_SISTEMA, Ator, registrar
from auditoria.verificacao.retiradas import ACAO

log = structlog.get_logger(__name__)

# Taking a partition out asks for the whole table: who writes waits behind us, so we ask for little time, and again.
ESPERA_PELA_TRAVA: Final = "250ms"
TENTATIVAS: Final = 8
PAUSA: Final = 2.0
_TRAVAR: Final = "SELECT pg_try_advisory_lock(hashtextextended('auditoria.retencao', 0))"
_SOLTAR: Final = "SELECT pg_advisory_unlock(hashtextextended('auditoria.retencao', 0))"


class Retencao(NamedTuple):
    """What one run did. `adiada` says why it stopped, when it will go on by itself; `problema`, when a person must look."""

    retiradas: int = 0
    eventos: int = 0
    adiada: str = ""
    problema: str = ""
    ocupado: bool = False


@sensivel("auditoria.particao_retirada")
def reter(
    *, agora: datetime | None = None, ator: Ator = ATOR_SISTEMA, dormir: Callable[[float], None] = time.sleep
) -> Retencao:
    """Take out the partitions that ended more than `AUDITORIA_DIAS` ago, the oldest first; stops at one that cannot go.

    Several at once do no harm: one works, the others give up at once. Killed anywhere, nothing is half done.
    1. Read every event of the partition back from the archive, and hold it against its seal (`releitura.reler`).
    2. In one transaction that waits for no lock longer than a blink: see that nothing was added since, record the event,
       write the row, drop the partition. The lock of the partition comes before that of the table.
    """
    dias = settings.AUDITORIA_DIAS
    if not dias:
        return Retencao()
    limite = (agora or timezone.now()) - timedelta(days=dias)
    with connection.cursor() as cursor:
        cursor.execute(_TRAVAR)
        if not cursor.fetchone()[0]:
            return Retencao(ocupado=True)
    try:
        return _reter([p for p in particoes.existentes() if p.fim <= limite], ator, dormir)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(_SOLTAR)


def _reter(vencidas: list[Particao], ator: Ator, dormir: Callable[[float], None]) -> Retencao:
    feita = Retencao()
    for particao in vencidas:
        try:
            relida = reler(particao)
            _retirar_insistindo(particao, relida, ator, dormir)
        except (AindaNao, ArquivoForaDoAr) as espera:
            return feita._replace(adiada=f"A partição {particao.nome} ainda não saiu: {espera}.")
        except NaoConfere as erro:
            log.error("auditoria.retencao.nao_confere", particao=particao.nome, motivo=str(erro))
            return feita._replace(problema=f"A partição {particao.nome} não pode sair do PostgreSQL: {erro}.")
        log.info("auditoria.retencao.retirada", particao=particao.nome, eventos=relida.quantidade)
        feita = feita._replace(retiradas=feita.retiradas + 1, eventos=feita.eventos + relida.quantidade)
    return feita


def _retirar_insistindo(particao: Particao, relida: Relida, ator: Ator, dormir: Callable[[float], None]) -> None:
    for tentativa in range(TENTATIVAS):
        try:
            _retirar(particao, relida, ator)
            return
        except OperationalError as erro:
            if getattr(erro.__cause__, "pgcode", None) not in ("55P03", "40P01"):  # no lock in time; a deadlock
                raise
            log.info("auditoria.retencao.em_uso", particao=particao.nome, tentativa=tentativa + 1)
            dormir(PAUSA)
    raise AindaNao("a tabela está em uso; será tentado de novo na próxima vez")


@transaction.atomic
def _retirar(particao: Particao, relida: Relida, ator: Ator) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{ESPERA_PELA_TRAVA}'")
        cursor.execute(f"LOCK TABLE {particao.nome} IN EXCLUSIVE MODE")  # nobody adds to it; reading goes on
        cursor.execute(f"SELECT count(*), max(em) FROM {particao.nome}")
        quantos, em_ate = cursor.fetchone()
        if quantos != relida.quantidade:  # what is there never changes: the same number is the same rows
            raise AindaNao("alguém incluiu eventos nela enquanto era lida; será lida de novo na próxima vez")
        retirada = Retirada(
            particao=particao.nome, de=particao.de, ate=particao.ate, em_ate=em_ate, evento=UUID(int=0),
            retirada_em=timezone.now(), **relida._asdict(),
        )  # fmt: skip
        retirada.evento = registrar(
            acao=ACAO, ator=ator, objeto="auditoria.Retirada", objeto_id=particao.nome, depois=retirada.contada(),
            motivo=f"lida de volta do arquivo, e mais velha que AUDITORIA_DIAS ({settings.AUDITORIA_DIAS})",
        )  # fmt: skip
        retirada.save(force_insert=True)
        cursor.execute(f"DROP TABLE {particao.nome}")
