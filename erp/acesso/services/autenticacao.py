"""From the text of a key to the key, on the hot path of every till."""

import hmac
import threading
import time
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from erp.acesso.models import ChaveApi
from erp.acesso.rules import hash_da_chave, prefixo_da_chave

SEGUNDOS_DE_CACHE = 5.0
INTERVALO_DE_USO = timedelta(minutes=1)
_TAMANHO_DO_CACHE = 1024
# Compared against when no row has the prefix, so that a wrong prefix takes as long as a wrong secret.
_HASH_DE_NINGUEM = "0" * 64

_cache: dict[str, tuple[float, ChaveApi]] = {}
_tranca = threading.Lock()


def autenticar(texto: str) -> ChaveApi | None:
    """The key that this text opens, or None when it is unknown, wrong, expired or revoked.

    The comparison takes constant time. A key found is kept for `SEGUNDOS_DE_CACHE` seconds in this process, by its
    hash; a refusal is never kept. `ultimo_uso_em` is written at most once a minute, and never waits for a lock.
    """
    prefixo = prefixo_da_chave(texto)
    if prefixo is None:
        return None
    resumo = hash_da_chave(texto)
    chave = _lembrada(resumo) or _buscar(prefixo, resumo)
    agora = timezone.now()
    if chave is None or not chave.vale_em(agora):
        return None
    _anotar_uso(chave, agora)
    return chave


def esquecer_autenticacoes() -> None:
    """Empty this process's cache: a key was revoked."""
    with _tranca:
        _cache.clear()


def _lembrada(resumo: str) -> ChaveApi | None:
    guardada = _cache.get(resumo)
    return guardada[1] if guardada and time.monotonic() < guardada[0] else None


def _buscar(prefixo: str, resumo: str) -> ChaveApi | None:
    chave = ChaveApi.objects.filter(prefixo=prefixo).first()
    if not hmac.compare_digest(chave.hash if chave else _HASH_DE_NINGUEM, resumo):
        return None
    if chave is None or not chave.ativa:
        return None
    with _tranca:
        if len(_cache) >= _TAMANHO_DO_CACHE:
            _cache.clear()
        _cache[resumo] = (time.monotonic() + SEGUNDOS_DE_CACHE, chave)
    return chave


def _anotar_uso(chave: ChaveApi, agora: datetime) -> None:
    if chave.ultimo_uso_em and agora - chave.ultimo_uso_em < INTERVALO_DE_USO:
        return
    atrasada = ChaveApi.objects.filter(
        Q(ultimo_uso_em=None) | Q(ultimo_uso_em__lte=agora - INTERVALO_DE_USO), pk=chave.pk
    ).order_by()
    # SKIP LOCKED: whoever holds the row is writing this very timestamp; no request waits for it.
    livre = atrasada.select_for_update(skip_locked=True).values("pk")
    with transaction.atomic():
        ChaveApi.objects.filter(pk__in=livre).update(ultimo_uso_em=agora)
    chave.ultimo_uso_em = agora
