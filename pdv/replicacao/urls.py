"""HTTP paths of the replication, below /api/pdv/v1/."""

from __future__ import annotations

from django.urls import path

from pdv.replicacao.api.comandos import ComandosView, ComandoView
from pdv.replicacao.api.replicacao import ReplicacaoView

urlpatterns = [
    path("replicacao", ReplicacaoView.as_view(), name="pdv-replicacao"),
    path("comandos", ComandosView.as_view(), name="pdv-comandos"),
    path("comandos/<str:comando_id>", ComandoView.as_view(), name="pdv-comando"),
]
