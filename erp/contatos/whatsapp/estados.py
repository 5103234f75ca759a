"""What Meta tells of messages, written down: their moments, the comunicados they prove or undo, the numbers.

One transaction: comunicados by id, then messages by their name there, then numbers. The state of a message is a function
of the moments that are known of it, so news that repeats, comes late or out of order changes nothing it should not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from erp.contatos.models import Canal, Comunicado, EnvioWhatsapp
from erp.contatos.whatsapp import numeros
from erp.contatos.whatsapp.efeitos import refletir
from erp.contatos.whatsapp.leitura import Noticia


class Aplicadas(NamedTuple):
    """Of the messages that news came of: those of a comunicado of ours, and those that nobody here knows."""

    nossas: int = 0
    desconhecidas: int = 0


class Envio(NamedTuple):
    """A message after its news. `antes` is its situação before them; None: it was not known."""

    wamid: str
    comunicado_id: int | None
    situacao: int
    entregue_em: datetime | None
    falhou_em: datetime | None
    erro: int | None
    antes: int | None


@transaction.atomic
def aplicar(noticias: Sequence[Noticia]) -> Aplicadas:
    """Write the news down, and what they mean."""
    if not noticias:
        return Aplicadas()
    por_wamid = juntar(noticias)
    donos = _donos(por_wamid)
    comunicados = travar(donos.values())
    with connection.cursor() as cursor:
        antes = _antes(cursor, por_wamid)
        linhas = [
            {
                **dito, "wamid": wamid, "comunicado_id": donos.get(wamid), "token": None,
                "mostra": numeros.mascarar(dito["para"]),
            }
            for wamid, dito in sorted(por_wamid.items())
        ]  # fmt: skip
        envios = _gravar(cursor, linhas, antes)
    refletir(envios, comunicados, {wamid: dito["para"] for wamid, dito in por_wamid.items()})
    conhecidas = sum(envio.comunicado_id is not None for envio in envios)
    return Aplicadas(conhecidas, len(envios) - conhecidas)


def juntar(noticias: Iterable[Noticia]) -> dict[str, dict[str, Any]]:
    """The news of each message as one: the first moment of each kind."""
    por_wamid: dict[str, dict[str, Any]] = {}
    for n in noticias:
        dito = por_wamid.setdefault(n.wamid, {"token": None, "para": "", "erro": None})
        dito[n.momento] = min(n.em, dito.get(n.momento, n.em))
        dito["token"] = dito["token"] or n.token
        dito["para"] = dito["para"] or n.para
        dito["erro"] = n.erro if dito["erro"] is None else dito["erro"]
    return por_wamid


def travar(ids: Iterable[int]) -> dict[int, Comunicado]:
    linhas = Comunicado.objects.filter(pk__in=sorted(set(ids)), canal=Canal.WHATSAPP).order_by("pk").select_for_update()
    return {c.pk: c for c in linhas}


def ligar(respondidas: Mapping[str, tuple[int, str, datetime | None]], comunicados: Mapping[int, Comunicado]) -> None:
    """Messages whose answer we have: name there -> (comunicado, mask, moment). What was told of them before is theirs."""
    with connection.cursor() as cursor:
        antes = _antes(cursor, respondidas)
        linhas = [
            {"wamid": wamid, "comunicado_id": dono, "mostra": mostra, "aceita_em": em or timezone.now()}
            for wamid, (dono, mostra, em) in sorted(respondidas.items())
        ]
        envios = _gravar(cursor, linhas, {wamid: None for wamid in antes})
    refletir([e for e in envios if e.wamid in antes], comunicados, {})


def _donos(por_wamid: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """Whose each message is: by its token, or as it was known already."""
    tokens: dict[UUID, str] = {dito["token"]: wamid for wamid, dito in por_wamid.items() if dito["token"]}
    achados = Comunicado.objects.filter(token__in=list(tokens), canal=Canal.WHATSAPP).values_list("token", "pk")
    conhecidos = EnvioWhatsapp.objects.filter(wamid__in=list(por_wamid), comunicado_id__isnull=False)
    por_token = dict(achados)
    return {
        **{w: por_token[d["token"]] for w, d in por_wamid.items() if d["token"] in por_token},
        **{w: int(pk) for w, pk in conhecidos.values_list("wamid", "comunicado_id") if pk is not None},
    }


def _antes(cursor: CursorWrapper, wamids: Iterable[str]) -> dict[str, int | None]:
    cursor.execute(
        "SELECT wamid, situacao FROM contatos_whatsapp_envio WHERE wamid = ANY(%s) ORDER BY wamid FOR UPDATE",
        [sorted(wamids)],
    )
    return dict(cursor.fetchall())


def _gravar(cursor: CursorWrapper, linhas: Sequence[dict[str, Any]], antes: Mapping[str, int | None]) -> list[Envio]:
    cursor.execute(_SQL_GRAVAR, [msgspec.json.encode([{**linha, "token": None} for linha in linhas]).decode()])
    return [Envio._make([*linha, antes.get(linha[0])]) for linha in cursor.fetchall()]


_SITUACAO = """CASE WHEN {lida} IS NOT NULL THEN 3 WHEN {entregue} IS NOT NULL THEN 2
                    WHEN {falhou} IS NOT NULL THEN 4 WHEN {enviada} IS NOT NULL THEN 1 ELSE 0 END"""
_NOVA = _SITUACAO.format(lida="r.lida_em", entregue="r.entregue_em", falhou="r.falhou_em", enviada="r.enviada_em")
_DEPOIS = _SITUACAO.format(
    **{nome: f"coalesce(e.{nome}_em, EXCLUDED.{nome}_em)" for nome in ("lida", "entregue", "falhou", "enviada")}
)
# LEAST leaves nulls out: the first moment told of each kind stays.
_SQL_GRAVAR = f"""
    INSERT INTO contatos_whatsapp_envio AS e
        (wamid, comunicado_id, mostra, aceita_em, enviada_em, entregue_em, lida_em, falhou_em, erro, situacao)
    SELECT wamid, comunicado_id, coalesce(mostra, ''), aceita_em, enviada_em, entregue_em, lida_em, falhou_em, erro, {_NOVA}
    FROM json_to_recordset(%s) AS r(
        wamid text, comunicado_id bigint, mostra text, aceita_em timestamptz, enviada_em timestamptz,
        entregue_em timestamptz, lida_em timestamptz, falhou_em timestamptz, erro integer)
    ORDER BY wamid
    ON CONFLICT (wamid) DO UPDATE SET
        comunicado_id = coalesce(e.comunicado_id, EXCLUDED.comunicado_id),
        mostra = coalesce(nullif(e.mostra, ''), EXCLUDED.mostra),
        aceita_em = LEAST(e.aceita_em, EXCLUDED.aceita_em), enviada_em = LEAST(e.enviada_em, EXCLUDED.enviada_em),
        entregue_em = LEAST(e.entregue_em, EXCLUDED.entregue_em), lida_em = LEAST(e.lida_em, EXCLUDED.lida_em),
        falhou_em = LEAST(e.falhou_em, EXCLUDED.falhou_em), erro = coalesce(e.erro, EXCLUDED.erro),
        situacao = {_DEPOIS}
    RETURNING wamid, comunicado_id, situacao, coalesce(entregue_em, lida_em), falhou_em, erro"""
