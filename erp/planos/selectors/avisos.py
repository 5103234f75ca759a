"""The notices of contracts, and where each stands on its way to be cancelled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from erp.planos.models import AvisoContratacao
from erp.planos.rules import Prazo, avisos_contados, prazo_de_cancelamento
from erp.planos.selectors.debitos import Debito

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
    """What is told, once: the nth notice of this debt, known by its oldest title and since when the contract holds."""
    return f"contratacao:{debito.contratacao_id}:{CANCELAMENTO}:{debito.titulo_id}:{debito.ativo_desde:%Y%m%d}:{numero}"
