"""HTTP paths of the WebService, below /bibliotecas/<token>/. Each with and without the slash at the end."""

from __future__ import annotations

from django.urls import re_path

from clientes.webservice.api.unico import ClienteView

urlpatterns = [
    re_path(r"^wosk_loja_cliente/?$", ClienteView.as_view(), name="clientes-webservice"),
]
