"""`POST /bibliotecas/<token>/wosk_loja_cliente`: one customer in, the echo of it and what was done out."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from clientes.webservice.api.documentacao import DOCUMENTACAO
from clientes.webservice.api.vista import VistaDoWebservice, exigir_chave, ler_bytes, responder
from clientes.webservice.corpo import ler_corpo
from clientes.webservice.pedido import ecoar
from clientes.webservice.servico import receber


class ClienteView(VistaDoWebservice):
    """Decode, one service call, encode; the body is read raw, for DRF's parsers know neither doubles nor decimals."""

    @extend_schema(**DOCUMENTACAO)
    def post(self, request: Request, biblioteca: str) -> HttpResponse:
        pedido = request._request
        corpo = ler_corpo(ler_bytes(pedido, limite=settings.CLIENTES_CORPO_MAXIMO), (pedido.content_type or "").lower())
        resultado = receber(corpo, exigir_chave(corpo))
        return responder(ecoar(corpo, resultado) if resultado.aceito else resultado.acrescimo, resultado.status)
