"""HTTP paths of the routines: each as the specification writes it, and whatever the case of its letters."""

from django.urls import path, re_path

from erp.rotinas.api.vistas import VISTAS, ExecucaoView, em_qualquer_caixa

urlpatterns = [
    path("api/rotinas/execucoes/<int:execucao_id>", ExecucaoView.as_view(), name="rotinas-execucao"),
    *(path(f"api/{caminho}", vista.as_view()) for caminho, vista in VISTAS.items()),
    re_path(r"^[aA][pP][iI]/(?P<assunto>\w+)/(?P<acao>\w+)/?$", em_qualquer_caixa),
]
