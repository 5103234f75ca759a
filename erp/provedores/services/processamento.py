"""Working the webhooks that were kept: claim with a lease, hand over, write how it ended.

The same promises as the queue's: who dies loses nothing (the lease ends and another takes it), who lost the lease
finishes nothing, and a body that came again while it was being worked is worked again.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from django.db import DatabaseError, connection
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from auditoria.rules import mascarar_texto
from erp.acesso.erros import ErroDefinitivo
from erp.provedores.erros import FalhaDefinitiva, FalhaPassageira, ProvedorPausado
from erp.provedores.models import WebhookRecebido
from erp.provedores.registro import Provedor, procurar, todos
from erp.provedores.services.anotacoes import em_pausa
from erp.provedores.webhooks import Ignorado, Webhook
from filas.erros import ErroDefinitivo as ErroDefinitivoDaFila

log = structlog.get_logger(__name__)

LOTE: Final = 20
POSSE: Final = timedelta(minutes=10)
TENTATIVAS_MAXIMO: Final = 12
ESPERA_MAXIMA: Final = timedelta(hours=1)
Situacao = WebhookRecebido.Situacao

_TOMAR = """
UPDATE provedores_webhookrecebido
SET proxima_em = clock_timestamp() + make_interval(secs => %s), tentativas = tentativas + 1, vez = vez + 1
WHERE id IN (
    SELECT id FROM provedores_webhookrecebido
    WHERE provedor = %s AND situacao = 0 AND proxima_em <= clock_timestamp()
    ORDER BY proxima_em, id LIMIT %s FOR UPDATE SKIP LOCKED)
RETURNING id
"""
_TERMINAR = """
UPDATE provedores_webhookrecebido SET resultado = %s, processado_em = clock_timestamp(),
    situacao = CASE WHEN %s AND repeticoes <> %s THEN 0 ELSE %s END,
    tentativas = CASE WHEN %s AND repeticoes <> %s THEN 0 ELSE tentativas END,
    proxima_em = CASE WHEN %s AND repeticoes <> %s THEN clock_timestamp() ELSE proxima_em END
WHERE id = %s AND vez = %s
"""


@dataclass
class Feito:
    """How many webhooks ended each way."""

    processados: int = 0
    ignorados: int = 0
    com_erro: int = 0
    adiados: int = 0

    def __iadd__(self, outro: Feito) -> Feito:
        self.processados += outro.processados
        self.ignorados += outro.ignorados
        self.com_erro += outro.com_erro
        self.adiados += outro.adiados
        return self

    def contagens(self) -> dict[str, int]:
        """As a routine returns them."""
        return {
            "processados": self.processados, "ignorados": self.ignorados, "com erro": self.com_erro,
            "adiados": self.adiados,
        }  # fmt: skip


def provedores_com_trabalho() -> list[str]:
    """Those that have a webhook due, are configured and are not paused, or whose webhooks a pause does not hold."""
    devidos = WebhookRecebido.objects.filter(situacao=Situacao.RECEBIDO, proxima_em__lte=Now())
    return [p.nome for p in todos() if _trabalha(p) and devidos.filter(provedor=p.nome).exists()]


def processar_pendentes(
    provedor: str | None = None,
    *,
    limite_segundos: float = 60.0,
    linhas: int = 1,
    parar: Callable[[], bool] = lambda: False,
) -> Feito:
    """Work what is due of one provider, or of all, until nothing is left, the time is over or `parar()`.

    With `linhas` above 1, in as many threads, each with a connection of its own.
    """
    fim = time.monotonic() + limite_segundos
    feito = Feito()
    for p in todos() if provedor is None else filter(None, [procurar(provedor)]):
        if not _trabalha(p):
            continue
        if linhas == 1:
            feito += _trabalhar(p, fim, parar)
            continue
        with ThreadPoolExecutor(linhas) as turma:
            for parte in turma.map(lambda _, p=p: _em_linha(p, fim, parar), range(linhas)):
                feito += parte
    return feito


def _trabalha(p: Provedor) -> bool:
    return p.webhook is not None and p.configurado() and (p.webhook.na_pausa or not em_pausa(p.nome))


def _em_linha(p: Provedor, fim: float, parar: Callable[[], bool]) -> Feito:
    try:
        return _trabalhar(p, fim, parar)
    finally:
        connection.close()


def _trabalhar(p: Provedor, fim: float, parar: Callable[[], bool]) -> Feito:
    assert p.webhook is not None
    feito = Feito()
    while time.monotonic() < fim and not parar():
        tomados = _tomar(p.nome)
        larga = time.monotonic() + POSSE.total_seconds() / 2
        for posicao, linha in enumerate(tomados):
            if parar() or time.monotonic() > min(fim, larga) or not _um(p.webhook, linha, feito):
                _soltar(tomados[posicao:])
                return feito
        if len(tomados) < LOTE:
            return feito
    return feito


def _tomar(provedor: str) -> list[WebhookRecebido]:
    with connection.cursor() as cursor:
        cursor.execute(_TOMAR, [POSSE.total_seconds(), provedor, LOTE])
        ids = [linha[0] for linha in cursor.fetchall()]
    return list(WebhookRecebido.objects.filter(pk__in=ids).order_by("pk"))


def _soltar(linhas: list[WebhookRecebido]) -> None:
    """What was taken and not worked is due again, and this was no attempt."""
    for linha in linhas:
        WebhookRecebido.objects.filter(pk=linha.pk, vez=linha.vez, situacao=Situacao.RECEBIDO).update(
            proxima_em=Now(), tentativas=F("tentativas") - 1
        )


def _um(webhook: Webhook, linha: WebhookRecebido, feito: Feito) -> bool:
    """Work one; false when the provider asked for calm: then this one too goes back."""
    try:
        _terminar(webhook, linha, Situacao.PROCESSADO, webhook.processar(linha))
        feito.processados += 1
    except Ignorado as motivo:
        _terminar(webhook, linha, Situacao.IGNORADO, str(motivo))
        feito.ignorados += 1
    except ProvedorPausado:
        return False
    except (FalhaDefinitiva, ErroDefinitivo, ErroDefinitivoDaFila) as erro:
        _terminar(webhook, linha, Situacao.ERRO, str(erro))
        feito.com_erro += 1
    except FalhaPassageira as erro:
        if erro.status == 429:
            return False
        _adiar(webhook, linha, erro.mensagem, erro.espere, feito)
    except Exception as erro:  # a defect of ours never stops the others, and is tried again, ever later
        log.exception("webhook_com_defeito", provedor=linha.provedor, webhook=linha.pk)
        if isinstance(erro, DatabaseError):
            connection.close_if_unusable_or_obsolete()
        _adiar(webhook, linha, f"Defeito ao processar ({type(erro).__name__}). Chame a TI.", None, feito)
    return True


def _adiar(webhook: Webhook, linha: WebhookRecebido, motivo: str, espere: timedelta | None, feito: Feito) -> None:
    if linha.tentativas >= TENTATIVAS_MAXIMO:
        _terminar(webhook, linha, Situacao.ERRO, f"{motivo} (depois de {linha.tentativas} tentativas)")
        feito.com_erro += 1
        return
    espera = max(espere or timedelta(0), min(ESPERA_MAXIMA, timedelta(seconds=10 * 2**linha.tentativas)))
    quando = timezone.now() + espera * random.uniform(1.0, 1.2)
    WebhookRecebido.objects.filter(pk=linha.pk, vez=linha.vez, situacao=Situacao.RECEBIDO).update(
        proxima_em=quando, resultado=_limpo(motivo)
    )
    feito.adiados += 1


def _terminar(webhook: Webhook, linha: WebhookRecebido, situacao: Situacao, resultado: str) -> None:
    de_novo = [webhook.repeticao_vale, linha.repeticoes]
    with connection.cursor() as cursor:
        cursor.execute(
            _TERMINAR,
            [_limpo(resultado), *de_novo, situacao.value, *de_novo, *de_novo, linha.pk, linha.vez],
        )


def _limpo(texto: str) -> str:
    return mascarar_texto(texto.replace("\0", ""))[:600]
