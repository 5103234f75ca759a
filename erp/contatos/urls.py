"""The one public page: refusing a channel. No login; the signed link is the permission."""

from django.urls import path

from erp.contatos.views import descadastro

app_name = "contatos"
urlpatterns = [path("descadastro/<str:token>/", descadastro, name="descadastro")]
