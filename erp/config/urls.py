"""Every path of the site."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from erp.acesso import openapi  # noqa: F401  # how the keys are described in /api/docs/
from erp.config.metricas import metricas
from erp.config.saude import SaudeView

admin.autodiscover()  # here, and not as every process starts: most of them show no page

urlpatterns = [
    path("", RedirectView.as_view(url="/admin/")),
    path("admin/", admin.site.urls),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    path("api/pdv/v1/", include("pdv.replicacao.urls")),
    path("api/pdv/v1/", include("pdv.conferencia.urls")),
    path("bibliotecas/<str:biblioteca>/", include("clientes.webservice.urls")),
    path("contatos/", include("erp.contatos.urls")),
    path("webhooks/", include("erp.provedores.urls")),
    path("sincronizacao/", include("erp.sincronizacao.urls")),
    path("auditoria/", include("auditoria.urls")),
    path("", include("erp.rotinas.urls")),
    path("saude/", SaudeView.as_view(), name="saude"),
    path("metrics", metricas, name="metricas"),
]
