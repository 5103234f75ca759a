"""What is known of each provider: its calls by the hour, its last contact, its pauses.

The counts do not wait for the disk (`synchronous_commit`): a machine that dies loses the last of them, and no call
waits for a number.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from auditoria.rules import mascarar_texto
from erp.provedores.models import EstadoProvedor

_SEM_DISCO = "SELECT set_config('synchronous_commit', 'off', true);"
_CONTAR = """
INSERT INTO provedores_contagemprovedor
    (provedor, hora, chamadas, erros, contidas, milissegundos, webhooks_recusados)
VALUES (%s, date_trunc('hour', clock_timestamp()), %s, %s, %s, %s, %s)
ON CONFLICT (provedor, hora) DO UPDATE SET
    chamadas = provedores_contagemprovedor.chamadas + EXCLUDED.chamadas,
    erros = provedores_contagemprovedor.erros + EXCLUDED.erros,
    contidas = provedores_contagemprovedor.contidas + EXCLUDED.contidas,
    milissegundos = provedores_contagemprovedor.milissegundos + EXCLUDED.milissegundos,
    webhooks_recusados = provedores_contagemprovedor.webhooks_recusados + EXCLUDED.webhooks_recusados;
"""
_ACERTO = """
INSERT INTO provedores_estadoprovedor AS e
    (nome, ultimo_contato, ultimo_sucesso, ultimo_erro, falhas_seguidas, pausado_por, motivo_da_pausa)
VALUES (%s, clock_timestamp(), clock_timestamp(), '', 0, '', '')
ON CONFLICT (nome) DO UPDATE SET ultimo_contato = EXCLUDED.ultimo_contato,
    ultimo_sucesso = EXCLUDED.ultimo_sucesso, falhas_seguidas = 0
WHERE e.falhas_seguidas > 0 OR e.ultimo_sucesso IS NULL
    OR e.ultimo_sucesso < EXCLUDED.ultimo_sucesso - interval '1 second'
"""
_ERRO = """
INSERT INTO provedores_estadoprovedor AS e
    (nome, ultimo_contato, ultimo_erro_em, ultimo_erro, falhas_seguidas, pausado_por, motivo_da_pausa)
VALUES (%s, CASE WHEN %s THEN clock_timestamp() END, clock_timestamp(), %s, %s, '', '')
ON CONFLICT (nome) DO UPDATE SET ultimo_contato = COALESCE(EXCLUDED.ultimo_contato, e.ultimo_contato),
    ultimo_erro_em = EXCLUDED.ultimo_erro_em, ultimo_erro = EXCLUDED.ultimo_erro,
    falhas_seguidas = e.falhas_seguidas + EXCLUDED.falhas_seguidas
"""


def _sem_disco() -> str:
    """Never inside somebody's transaction, whose own commit would not wait for the disk either."""
    return "" if connection.in_atomic_block else _SEM_DISCO


def anotar_acerto(provedor: str, segundos: float) -> None:
    """A call that ended well, or that was refused for what it said (`FalhaDefinitiva` of one thing asked)."""
    with connection.cursor() as cursor:
        cursor.execute(_sem_disco() + _CONTAR + _ACERTO, [provedor, 1, 0, 0, int(segundos * 1000), 0, provedor])


def anotar_erro(provedor: str, segundos: float, mensagem: str, *, respondeu: bool, contida: bool = False) -> None:
    """A call that failed. `respondeu`: there was an answer; `contida`: it was 429, which is no failure of theirs."""
    with connection.cursor() as cursor:
        cursor.execute(
            _sem_disco() + _CONTAR + _ERRO,
            [
                *(provedor, 1, 0 if contida else 1, 1 if contida else 0, int(segundos * 1000), 0),
                *(provedor, respondeu, mascarar_texto(mensagem.replace("\0", ""))[:600], 0 if contida else 1),
            ],
        )


def anotar_lote(
    provedor: str, *, chamadas: int, erros: int, contidas: int, segundos: float, ultimo_erro: str = ""
) -> None:
    """Many calls at once, for who makes them away from the database; `ultimo_erro` when the last of them failed."""
    contar = (provedor, chamadas, erros, contidas, int(segundos * 1000), 0)
    with connection.cursor() as cursor:
        if ultimo_erro:
            dito = mascarar_texto(ultimo_erro.replace("\0", ""))[:600]
            cursor.execute(_sem_disco() + _CONTAR + _ERRO, [*contar, provedor, True, dito, 1 if erros else 0])
        else:
            cursor.execute(_sem_disco() + _CONTAR + _ACERTO, [*contar, provedor])


def anotar_recusa_de_webhook(provedor: str) -> None:
    """A webhook whose signature is wrong: not kept, counted."""
    with connection.cursor() as cursor:
        cursor.execute(_sem_disco() + _CONTAR, [provedor, 0, 0, 0, 0, 1])


def em_pausa(provedor: str) -> bool:
    """Whether nothing may be asked of it now."""
    estado = EstadoProvedor.objects.filter(pk=provedor).only("pausado_por", "pausado_ate").first()
    return estado is not None and estado.em_pausa(timezone.now())


def conter(provedor: str, espere: timedelta, motivo: str = "o provedor pediu calma") -> None:
    """The provider asked for calm: nothing goes to it until then. A longer pause is never made shorter."""
    ate = timezone.now() + espere
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO provedores_estadoprovedor AS e
                   (nome, ultimo_erro, falhas_seguidas, pausado_ate, pausado_por, motivo_da_pausa)
               VALUES (%s, '', 0, %s, '', %s)
               ON CONFLICT (nome) DO UPDATE SET pausado_ate = GREATEST(e.pausado_ate, EXCLUDED.pausado_ate),
                   motivo_da_pausa = CASE WHEN e.pausado_por = '' THEN EXCLUDED.motivo_da_pausa
                                          ELSE e.motivo_da_pausa END""",
            [provedor, ate, motivo[:500]],
        )


def suspender(provedor: str, motivo: str) -> bool:
    """Only a person can mend it (a token, an account): nothing goes until one resumes it. False when it was paused."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO provedores_estadoprovedor AS e
                   (nome, ultimo_erro, falhas_seguidas, pausado_por, motivo_da_pausa)
               VALUES (%s, '', 0, 'retaguarda', %s)
               ON CONFLICT (nome) DO UPDATE SET pausado_por = EXCLUDED.pausado_por,
                   motivo_da_pausa = EXCLUDED.motivo_da_pausa WHERE e.pausado_por = ''""",
            [provedor, motivo[:500]],
        )
        return int(cursor.rowcount) > 0
