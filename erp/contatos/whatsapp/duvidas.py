"""What is asked of the database between the claim and the call: what became of messages in doubt, and whose turn it is.

A call that died without an answer, or whose process did, may have been taken. The Cloud API has no key by which a
second one would be known for the same, so it waits some minutes for a status, which carries our token. If one comes,
the message went. If none does it goes again: Meta gives no surer word, and a person who reads it twice is better than
one who never heard.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection

from erp.contatos.models import Comunicado, EnvioWhatsapp
from erp.contatos.whatsapp import respostas
from erp.contatos.whatsapp.desfechos import CONTEXTO
from erp.contatos.whatsapp.numeros import resumo
from erp.contatos.whatsapp.provedor import NOME
from erp.provedores.models import WebhookRecebido
from filas.fila.contextos import Resultado, adiar, desistir, sucesso
from filas.models import Tentativa

ATRASO: Final = timedelta(hours=1)  # of who reads the webhooks, that a message in doubt waits for
FOLGA: Final = timedelta(seconds=2)  # between turns, for the queue's own jitter


def resolvidas(chaves: Sequence[str]) -> dict[str, Resultado]:
    """Those that Meta told us of already: nothing more is to be sent."""
    ids = [int(chave) for chave in chaves if chave.isdecimal()]
    contadas = EnvioWhatsapp.objects.filter(comunicado_id__in=ids).exclude(situacao=EnvioWhatsapp.Situacao.FALHOU)
    foram = {str(pk): sucesso("A Meta contou que recebeu.") for pk in contadas.values_list("comunicado_id", flat=True)}
    paradas = Comunicado.objects.filter(pk__in=ids, situacao=Comunicado.Situacao.NAO_ENVIADO)
    return {
        **{
            str(pk): desistir(motivo, detalhe) for pk, motivo, detalhe in paradas.values_list("pk", "motivo", "detalhe")
        },
        **foram,
    }


def em_duvida(chaves: Sequence[str], agora: datetime) -> dict[str, Resultado]:
    """Those whose last call may have been taken, and whose time to hear of it is not over.

    It does not run while what Meta told lies unread: for an hour at most, for one body may never be read.
    """
    duvida = settings.WHATSAPP_DUVIDA
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT m.chave, t.em FROM wosk_queue m
               JOIN LATERAL (
                   SELECT iniciada_em + segundos * interval '1 s' AS em FROM wosk_queue_tentativa
                   WHERE mensagem_id = m.id AND numero > m.tentativas_antes
                     AND (resultado = %s OR (causa = %s AND status_http IS NOT NULL))
                   ORDER BY id DESC LIMIT 1) t ON true
               WHERE m.contexto = %s AND m.situacao = 1 AND m.chave = ANY(%s) AND t.em > %s""",
            [
                Tentativa.Resultado.ABANDONADA.value, respostas.DUVIDA, CONTEXTO, list(chaves),
                agora - duvida - ATRASO,
            ],
        )  # fmt: skip
        desde = dict(cursor.fetchall())
    lido = _lido_ate(agora) if desde else agora
    return {chave: _espera(max(em + duvida - agora, FOLGA)) for chave, em in desde.items() if em + duvida > lido}


def _lido_ate(agora: datetime) -> datetime:
    """Until when Meta's webhooks were read: the oldest that waits came then. Served by `provedores_webhook_lista`."""
    por_ler = WebhookRecebido.objects.filter(provedor=NOME, situacao=WebhookRecebido.Situacao.RECEBIDO)
    mais_velho = por_ler.order_by("pk").values_list("recebido_em", flat=True).first()
    return min(mais_velho or agora, agora)


def fora_da_vez(numeros: Mapping[str, str], agora: datetime) -> dict[str, Resultado]:
    """Of these messages (key -> number), those that must wait for the pair's next turn. The others have theirs taken.

    One statement decides it, so any number of workers keep the pace together.
    """
    intervalo = timedelta(seconds=settings.WHATSAPP_SEGUNDOS_POR_PAR)
    if not numeros or not intervalo:
        return {}
    por_resumo: dict[str, list[str]] = {}
    for chave, numero in numeros.items():
        por_resumo.setdefault(resumo(numero), []).append(chave)
    vagos = _tomar(sorted(por_resumo), intervalo)
    sobram = {pessoa: chaves[pessoa in vagos :] for pessoa, chaves in por_resumo.items()}
    return {
        chave: adiar(
            "PAR_RAPIDO_DEMAIS", "Espera a vez: a mesma pessoa recebeu outra há segundos.", espere=espera,
            destino_falhou=False,
        )
        for chave, espera in _prometer({p: c for p, c in sobram.items() if c}, intervalo + FOLGA).items()
    }  # fmt: skip


def _prometer(sobram: Mapping[str, Sequence[str]], intervalo: timedelta) -> dict[str, timedelta]:
    """A turn for each of those that wait, one after another and after those promised before."""
    if not sobram:
        return {}
    pessoas = sorted(sobram)
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE contatos_whatsapp_numero n SET promessa_ate = greatest(
                   n.promessa_ate, statement_timestamp()) + x.quantas * %s * interval '1 s'
               FROM unnest(%s::text[], %s::int[]) x(resumo, quantas) WHERE n.resumo = x.resumo
               RETURNING n.resumo, n.promessa_ate - statement_timestamp()""",
            [intervalo.total_seconds(), pessoas, [len(sobram[pessoa]) for pessoa in pessoas]],
        )
        ultimas = dict(cursor.fetchall())
    return {
        chave: ultimas[pessoa] - (len(chaves) - posicao) * intervalo
        for pessoa, chaves in sobram.items() for posicao, chave in enumerate(chaves, start=1)
    }  # fmt: skip


def _tomar(resumos: list[str], intervalo: timedelta) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO contatos_whatsapp_numero AS n (resumo, proximo_em)
               SELECT r, statement_timestamp() + %(segundos)s * interval '1 s' FROM unnest(%(resumos)s::text[]) x(r) ORDER BY r
               ON CONFLICT (resumo) DO UPDATE SET proximo_em = EXCLUDED.proximo_em
               WHERE n.proximo_em IS NULL OR n.proximo_em <= statement_timestamp()
               RETURNING resumo""",
            {"segundos": intervalo.total_seconds(), "resumos": resumos},
        )
        return {linha[0] for linha in cursor.fetchall()}


def _espera(resta: timedelta) -> Resultado:
    return adiar(
        respostas.DUVIDA, "A Meta pode ter recebido. Espera o aviso dela antes de ir de novo.", espere=resta,
        destino_falhou=False,
    )  # fmt: skip
