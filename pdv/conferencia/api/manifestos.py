"""`POST /api/pdv/v1/manifestos`: what a till says it has done in, one result for each manifest out."""

from __future__ import annotations

import msgspec
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from erp.acesso.models import ChaveApi
from pdv.conferencia.api.documentacao import DOCUMENTACAO
from pdv.conferencia.recepcao import receber_manifestos
from pdv.replicacao.api.pedido import TIPO, VistaDoPdv, conferir_ritmo, ler_corpo, ponto_venda_da_chave

_codificar = msgspec.json.Encoder().encode


class ManifestosView(VistaDoPdv):
    """Decode, one service call, encode, as the replication does."""

    @extend_schema(**DOCUMENTACAO)
    def post(self, request: Request) -> HttpResponse:
        chave = request.auth
        assert isinstance(chave, ChaveApi)  # ExigeEscopo lets nothing else through
        conferir_ritmo(chave)
        ponto_venda = ponto_venda_da_chave(chave)
        gravar = not chave.homologacao
        corpo = ler_corpo(request._request, ponto_venda, gravar)
        resposta = receber_manifestos(corpo=corpo, ponto_venda=ponto_venda, gravar=gravar)
        return HttpResponse(_codificar(resposta), content_type=TIPO)
