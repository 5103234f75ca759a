"""From the queue back to the comunicado: what was delivered, what failed, and who is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
import structlog
from django.db import connection, transaction
from django.utils import timezone

from erp.contatos import registro
from erp.contatos.canais import Porta, canais
from erp.contatos.enderecos import sem_enderecos
from erp.contatos.models import Comunicado
from erp.contatos.selectors import entrega_de
from erp.contatos.services.reserva import passar_ao_email
from filas.models import Mensagem

log = structlog.get_logger(__name__)

POR_VEZ = 1_000
VOLTAS = 40
DE_OLHO = timedelta(days=30)  # in what failed: a person may send it again from the queue's own page
Situacao = Comunicado.Situacao

# What a situação of the queue's message means for its comunicado; where the delivery is told afterwards, SUCESSO is ENVIADO.
DA_FILA = {
    Mensagem.Situacao.PENDENTE: Situacao.NA_FILA,
    Mensagem.Situacao.ENVIANDO: Situacao.NA_FILA,
    Mensagem.Situacao.SUCESSO: Situacao.ENTREGUE,
    Mensagem.Situacao.CANCELADA: Situacao.NAO_ENVIADO,
    Mensagem.Situacao.ERRO: Situacao.FALHOU,
}


class Acompanhados(NamedTuple):
    """How many ended each way since the last time."""

    entregues: int = 0
    nao_enviados: int = 0
    falharam: int = 0
    contados: int = 0


def acompanhar() -> Acompanhados:
    """Take from the queue what became of what is out, and tell who asked to be told. As often as one likes."""
    fins: list[int] = []
    for porta in canais():
        for _ in range(VOLTAS):
            lote = _acompanhar_lote(porta)
            fins += lote
            if len(lote) < POR_VEZ:
                break
    contados = contar_entregas()
    return Acompanhados(
        fins.count(Situacao.ENTREGUE), fins.count(Situacao.NAO_ENVIADO), fins.count(Situacao.FALHOU), contados
    )


@transaction.atomic
def _acompanhar_lote(porta: Porta) -> list[int]:
    """One batch: the comunicados whose message is no longer where they think it is. Returns their new situações."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL_MUDARAM, {
            "canal": porta.codigo, "contexto": porta.contexto, "desde": timezone.now() - DE_OLHO, "limite": POR_VEZ,
        })  # fmt: skip
        mudaram = [_linha(*linha, confirma=porta.confirma) for linha in cursor.fetchall()]
        if mudaram:
            _gravar(cursor, mudaram)
            ids = [linha["id"] for linha in mudaram]
            porta.terminaram(ids)
            passar_ao_email(ids, timezone.now())
    return [linha["situacao"] for linha in mudaram]


# The last message of each record is read by `fila_registro`; the outer rows by `comunicado_na_fila` and `_falhou`.
_SQL_MUDARAM = """
    SELECT c.id, c.fato, m.situacao, m.terminada_em, m.causa, m.mensagem,
           m.conteudo->>'assunto', m.conteudo->>'texto', m.conteudo->>'para'
    FROM contatos_comunicado c
    CROSS JOIN LATERAL (
        SELECT situacao, terminada_em, causa, mensagem, conteudo FROM wosk_queue
        WHERE contexto = %(contexto)s AND chave = c.id::text ORDER BY id DESC LIMIT 1) m
    WHERE c.canal = %(canal)s
      AND ((c.situacao = 1 AND m.situacao > 1)
           OR (c.situacao = 4 AND c.terminado_em > %(desde)s AND m.situacao <> 4))
    ORDER BY c.id LIMIT %(limite)s FOR UPDATE OF c SKIP LOCKED"""


def _linha(
    pk: int,
    fato: str,
    da_fila: int,
    terminada_em: datetime | None,
    causa: str,
    mensagem: str,
    assunto: str | None,
    texto: str | None,
    para: str | None,
    *,
    confirma: bool = False,
) -> dict[str, Any]:
    """The words and the address are those that went: a message sent again by a person was made anew."""
    situacao = DA_FILA[Mensagem.Situacao(da_fila)]
    if confirma and situacao == Situacao.ENTREGUE:
        situacao = Situacao.ENVIADO
    limpa = sem_enderecos(mensagem)[:300]
    terminou = situacao != Situacao.NA_FILA
    parou = situacao in (Situacao.NAO_ENVIADO, Situacao.FALHOU)
    return {
        "id": pk,
        "situacao": situacao.value,
        "assunto": assunto,
        "texto": texto,
        "endereco": para,
        "motivo": (causa or "CANCELADO")[:40] if parou else "",
        "detalhe": limpa if parou else "",
        "retorno": limpa if situacao in (Situacao.ENTREGUE, Situacao.ENVIADO) else "",
        "terminado_em": terminada_em.isoformat() if terminou and terminada_em else None,
        "a_contar": situacao == Situacao.ENTREGUE and bool(registro.ouvintes_de(fato)),
    }


def _gravar(cursor: Any, linhas: Sequence[dict[str, Any]]) -> None:
    cursor.execute(
        """UPDATE contatos_comunicado c
           SET situacao = r.situacao, motivo = r.motivo, detalhe = r.detalhe, retorno = r.retorno,
               terminado_em = r.terminado_em, a_contar = r.a_contar, assunto = coalesce(r.assunto, c.assunto),
               texto = coalesce(r.texto, c.texto), endereco = coalesce(r.endereco, c.endereco)
           FROM json_to_recordset(%s) AS r(
               id bigint, situacao smallint, motivo text, detalhe text, retorno text, terminado_em timestamptz,
               a_contar boolean, assunto text, texto text, endereco text)
           WHERE c.id = r.id AND c.situacao IN (1, 4)""",
        [_json(linhas)],
    )


def _json(linhas: Sequence[dict[str, Any]]) -> str:
    return msgspec.json.encode(list(linhas)).decode()


def contar_entregas() -> int:
    """Tell each delivery to who asked for it, once: in the transaction that takes the note off. Returns how many.

    A listener that fails keeps its notes, one by one, and is told again the next time; the others go on.
    """
    contadas = 0
    ultimo = 0
    while ids := _a_contar(ultimo):
        ultimo = ids[-1]
        try:
            contadas += _contar(ids)
        except Exception:  # whose listener it was is found one by one
            contadas += sum(_contar_so(pk) for pk in ids)
    return contadas


def _a_contar(depois_de: int) -> list[int]:
    return list(
        Comunicado.objects.filter(a_contar=True, pk__gt=depois_de).order_by("pk").values_list("pk", flat=True)[:POR_VEZ]
    )


@transaction.atomic
def _contar(ids: Sequence[int]) -> int:
    comunicados = list(
        Comunicado.objects.filter(pk__in=ids, a_contar=True).order_by("pk").select_for_update(skip_locked=True)
    )
    for prefixo in registro.prefixos_ouvidos():
        dele = [entrega_de(c) for c in comunicados if c.fato.startswith(prefixo)]
        if dele:
            registro.ouvinte(prefixo)(dele)
    return Comunicado.objects.filter(pk__in=[c.pk for c in comunicados]).update(a_contar=False)


def _contar_so(pk: int) -> int:
    try:
        return _contar([pk])
    except Exception as defeito:  # kept for the next time, and said
        log.error("contatos.entrega_nao_contada", comunicado=pk, tipo=type(defeito).__name__)
        return 0
