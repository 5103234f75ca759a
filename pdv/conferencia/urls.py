"""HTTP paths of the manifests, below /api/pdv/v1/."""

from __future__ import annotations

from django.urls import path

from pdv.conferencia.api.manifestos import ManifestosView

urlpatterns = [
    path("manifestos", ManifestosView.as_view(), name="pdv-manifestos"),
]
