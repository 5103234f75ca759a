"""Forms that act once."""

import uuid

from django.db import models
from django.utils import timezone


class FormularioEnviado(models.Model):
    """A confirmation page that was sent. The primary key is what stops a double click from acting twice."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    em = models.DateTimeField(default=timezone.now)
    usuario = models.CharField(max_length=150)
    acao = models.CharField(max_length=200)

    class Meta:
        default_permissions = ()
        indexes = (
            # the routine that forgets old forms
            models.Index(fields=["em"], name="formulario_em"),
        )

    def __str__(self) -> str:
        return f"{self.acao} por {self.usuario}"
