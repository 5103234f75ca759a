"""`/sincronizacao/`: the feeds, and the door of the sales."""

from django.urls import path

from erp.sincronizacao.api.feed import FeedView
from erp.sincronizacao.api.vendas import VendasView

urlpatterns = [
    path("feed/<str:entidade>", FeedView.as_view(), name="sincronizacao-feed"),
    path("vendas/<int:ponto_venda>", VendasView.as_view(), name="sincronizacao-vendas"),
]
