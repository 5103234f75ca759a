"""HTTP paths of the WebService, below /bibliotecas/<token>/. Each also with a slash at the end, undocumented."""

from __future__ import annotations

from django.urls import path

from clientes.webservice.api.lote import LoteView
from clientes.webservice.api.unico import ClienteView

urlpatterns = [
    path("wosk_loja_cliente", ClienteView.as_view(), name="clientes-webservice"),
    path("wosk_loja_cliente/", ClienteView.as_view(schema=None)),
    path("wosk_loja_cliente/lote", LoteView.as_view(), name="clientes-webservice-lote"),
    path("wosk_loja_cliente/lote/", LoteView.as_view(schema=None)),
]
