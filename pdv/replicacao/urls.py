"""HTTP paths of the replication, below /api/pdv/v1/."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
