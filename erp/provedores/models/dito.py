"""Something said of what a provider does for us, as it was said: the columns that every such history has."""

from __future__ import annotations

from django.db import models


class EventoDito(models.Model):
    """Append-only. Each history adds whose it is, the sources it has and the states that it speaks of."""

    id_evento = models.CharField("evento", max_length=120)  # the provider's own where it has one: twice is one row
    lida = models.CharField("como o provedor a chama", max_length=40, blank=True, default="")
    em = models.DateTimeField("quando")  # by the clock of who said it
    recebido_em = models.DateTimeField("recebido em")
    por = models.CharField("por", max_length=161, blank=True, default="")
    texto = models.CharField("o que houve", max_length=300, blank=True, default="")
    bruto = models.JSONField("como veio", default=dict)

    class Meta:
        abstract = True
