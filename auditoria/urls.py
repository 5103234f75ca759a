"""What of the audit trail is open to all: the public key that its digests are checked with."""

from django.urls import path

from auditoria.views import chave

app_name = "auditoria"
urlpatterns = [path("chave", chave, name="chave")]
