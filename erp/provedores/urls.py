"""Where providers tell us things. No login: the secret of the address is the permission, and the signature where there is one."""

from django.urls import path

from erp.provedores.views import receber

app_name = "provedores"
urlpatterns = [
    path("<slug:provedor>/<str:segredo>", receber, name="webhook"),
    path("<slug:provedor>/<str:segredo>/<path:resto>", receber, name="webhook_com_fim"),  # Efí adds /pix
]
