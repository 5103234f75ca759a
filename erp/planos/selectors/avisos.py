"""The notices of contracts, and where each stands on its way to be cancelled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from erp.planos.models import AvisoContratacao, Contratacao, Situacao
from erp.planos.rules import Prazo, avisos_contados, prazo_de_cancelamento
from erp.planos.selectors.debitos import Debito, a_cancelar

PREFIXO = "contratacao:"  # of the facts told
FONTE = "planos"
CANCELAMENTO = AvisoContratacao.Finalidade.CANCELAMENTO.value


def prazos(cursor: CursorWrapper, debitos: Sequence[Debito], dia: date) -> dict[int, Prazo]:
    """Each contract's notices that count for its present debt, those delivered until `dia`."""
    entregas = entregues(cursor, [d.contratacao_id for d in debitos], dia)
    return {
        d.contratacao_id: prazo_de_cancelamento(
            avisos_contados(entregas[d.contratacao_id], max(d.mais_antigo, d.ativo_desde), d.dias_entre_avisos),
            d.avisos_exigidos,
            d.dias_entre_avisos,
            dia,
        )
        for d in debitos
    }


def entregues(cursor: CursorWrapper, ids: Iterable[int], dia: date) -> defaultdict[int, list[date]]:
    """The days of the notices of cancellation delivered until `dia`, by contract."""
    cursor.execute(
        """SELECT contratacao_id, (enviado_em AT TIME ZONE %s)::date AS em FROM planos_avisocontratacao
           WHERE contratacao_id = ANY(%s) AND finalidade = %s AND (enviado_em AT TIME ZONE %s)::date <= %s""",
        [
            str(timezone.get_current_timezone()),
            sorted(set(ids)),
            CANCELAMENTO,
            str(timezone.get_current_timezone()),
            dia,
        ],
    )
    achadas: defaultdict[int, list[date]] = defaultdict(list)
    for contratacao_id, em in cursor.fetchall():
        achadas[contratacao_id].append(em)
    return achadas


def fato_do_aviso(debito: Debito, numero: int) -> str:
    """What is told, once: the nth notice of this debt, known by its oldest title and since when the contract holds.

    An agreement that was broken begins anew: what was not sent because of it is another fact.
    """
    acordo = f"-{debito.acordo_ate:%Y%m%d}" if debito.acordo_ate else ""
    desde = f"{debito.ativo_desde:%Y%m%d}{acordo}"
    return f"contratacao:{debito.contratacao_id}:{CANCELAMENTO}:{debito.titulo_id}:{desde}:{numero}"


def continuam(fatos: Sequence[str]) -> set[str]:
    """Of what was to be told, what is still so: who was suspended still is, and who may be cancelled still owes it.

    Asked when the hour to send comes: who paid, agreed or came back in the night hears nothing of it.
    """
    partes = {fato: fato.split(":") for fato in fatos}
    ids = {int(p[1]) for p in partes.values()}
    suspensos = set(
        Contratacao.objects.filter(pk__in=ids, situacao=Situacao.SUSPENSO).values_list("pk", flat=True)
    )  # fmt: skip
    with connection.cursor() as cursor:
        devem = {d.contratacao_id: d for d in a_cancelar(cursor, sorted(ids), timezone.localdate())}
    return {
        fato for fato, (_, ident, finalidade, *_resto, numero) in partes.items()
        if (finalidade != CANCELAMENTO and int(ident) in suspensos)
        or ((d := devem.get(int(ident))) and fato == fato_do_aviso(d, int(numero)))
    }  # fmt: skip
