"""What pages read of a charge."""

from __future__ import annotations

from typing import Final, NamedTuple

from auditoria.acoes import rotulo
from auditoria.atores import nome_do_ator
from auditoria.models import Evento
from auditoria.trilha.passado import Passado, do_objeto
from erp.cobrancas.models import AlarmeCobranca, Cobranca, Devolucao, EventoCobranca, Pagamento

EVENTOS_MAXIMO: Final = 200
ATOS: Final = {
    "cobrancas.cobranca_criada": "criou a cobrança", "cobrancas.cobranca_cancelada": "cancelou",
    "cobrancas.cobranca_mandada": "mandou ao cliente", "cobrancas.devolucao_pedida": "pediu a devolução ao banco",
    "cobrancas.alarme_visto": "deu um alarme por visto",
}  # fmt: skip


class Ficha(NamedTuple):
    """A charge with all that was ever said, paid and done of it. The lists are of one charge: short."""

    cobranca: Cobranca
    eventos: list[tuple[EventoCobranca, str]]  # each with who did it, when it was somebody of ours
    pagamentos: list[Pagamento]
    devolucoes: list[Devolucao]
    alarmes: list[AlarmeCobranca]
    atos: list[tuple[Evento, str]]
    passado: Passado


def ficha(cobranca: Cobranca) -> Ficha:
    passado = do_objeto("cobrancas.cobranca", cobranca.pk, limite=EVENTOS_MAXIMO, desde=cobranca.criada_em)
    return Ficha(
        cobranca,
        [(e, nome_do_ator(e.por) if e.por else "") for e in cobranca.eventos.order_by("-em", "-pk")[:EVENTOS_MAXIMO]],
        list(cobranca.pagamentos.order_by("pago_em", "pk")),
        list(Devolucao.objects.filter(pagamento__cobranca=cobranca).order_by("devolvido_em", "pk")),
        list(cobranca.alarmes.select_related("visto_por").order_by("-pk")),
        [(ato, ATOS.get(ato.acao) or rotulo(ato.acao)) for ato in passado.eventos],
        passado,
    )
