"""`POST /bibliotecas/<token>/wosk_loja_cliente/lote`: up to 500 customers in, one result for each out."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from clientes.webservice.api.documentacao_lote import DOCUMENTACAO_LOTE
from clientes.webservice.api.vista import VistaDoWebservice, exigir_chave, ler_bytes, responder
from clientes.webservice.corpo import JSON
from clientes.webservice.lote import Lote, receber_lote

_TIPOS: Final = frozenset({JSON})


class LoteView(VistaDoWebservice):
    """The lote is 200 whenever it could be read: what became of each customer is in its own result."""

    @extend_schema(**DOCUMENTACAO_LOTE)
    def post(self, request: Request, biblioteca: str) -> HttpResponse:
        lote = Lote(ler_bytes(request._request, limite=settings.CLIENTES_LOTE_CORPO_MAXIMO, tipos=_TIPOS))
        chave = exigir_chave(lote.chave())
        return responder({"resultados": receber_lote(lote.clientes(), chave)})
