"""What pages read of a request."""

from __future__ import annotations

from typing import Final, NamedTuple

from auditoria.acoes import rotulo
from auditoria.atores import nome_do_ator
from auditoria.models import Evento
from auditoria.trilha.passado import Passado, do_objeto
from erp.assinaturas.models import ArquivoAssinatura, Assinatura, EventoAssinatura

EVENTOS_MAXIMO: Final = 200
ATOS: Final = {
    "assinaturas.pedido_feito": "mandou para assinar", "assinaturas.pedido_cancelado": "cancelou o pedido",
    "assinaturas.documento_assinado": "guardou o arquivo assinado", "assinaturas.arquivo_baixado": "baixou um arquivo",
}  # fmt: skip


class Ficha(NamedTuple):
    """A request with all that was ever said and done of it. The lists are of one request: short."""

    assinatura: Assinatura
    eventos: list[tuple[EventoAssinatura, str]]  # each with who did it, when it was somebody of ours
    arquivos: list[ArquivoAssinatura]  # without their bytes
    atos: list[tuple[Evento, str]]
    passado: Passado


def ficha(assinatura: Assinatura) -> Ficha:
    passado = do_objeto("assinaturas.assinatura", assinatura.pk, limite=EVENTOS_MAXIMO, desde=assinatura.criada_em)
    return Ficha(
        assinatura,
        [(e, nome_do_ator(e.por) if e.por else "") for e in assinatura.eventos.order_by("-em", "-pk")[:EVENTOS_MAXIMO]],
        list(assinatura.arquivos.defer("conteudo").order_by("pk")),
        [(ato, ATOS.get(ato.acao) or rotulo(ato.acao)) for ato in passado.eventos],
        passado,
    )
