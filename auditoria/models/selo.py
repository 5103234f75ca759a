"""The order of the trail: each seal holds the hash of its event and of the seal before it.

Guarantees (each tested in `tests/auditoria/test_selador.py` and `tests/auditoria/test_adulteracao.py`):
- a seal never changes and never disappears: UPDATE, DELETE and TRUNCATE are refused by the database;
- the sequence has no gap, an event has one seal, and the instant of a seal is never before that of the one before it;
- a row leaves `a_selar` only when its event has a seal.
"""

from __future__ import annotations

from django.db import models

from auditoria.gatilhos import so_sai_selado
from auditoria.guardas import somente_acrescimo


class ASelar(models.Model):
    """An event that no seal has yet. Written by trigger with the event, taken by the sealer with the seal."""

    evento = models.UUIDField("evento", primary_key=True)

    class Meta:
        db_table = "auditoria_a_selar"
        verbose_name = "evento a selar"
        verbose_name_plural = "eventos a selar"
        default_permissions = ()
        triggers = (*somente_acrescimo("a_selar", apagar=True), so_sai_selado())


class Selo(models.Model):
    """The seal of one event. `hash` is what `serial.selar` says of the seal before, of this one and of its event."""

    # No foreign key to the event: a sealed partition leaves PostgreSQL when the archive has it; its seals stay.
    sequencia = models.BigIntegerField("sequência", primary_key=True)
    evento = models.UUIDField("evento", unique=True)  # the unique index also answers: is this event sealed?
    hash = models.BinaryField("hash")
    selado_em = models.DateTimeField("selado em")  # of the batch, by the database's clock, never going back
    versao = models.PositiveSmallIntegerField("versão da serialização")

    class Meta:
        verbose_name = "selo"
        verbose_name_plural = "selos"
        ordering = ("-sequencia",)
        default_permissions = ("view",)
        indexes = (
            # the first and the last seal of a day
            models.Index(fields=["selado_em", "sequencia"], name="selo_selado_em"),
        )
        constraints = (models.CheckConstraint(condition=models.Q(sequencia__gte=1), name="selo_sequencia_positiva"),)
        triggers = tuple(somente_acrescimo("selo"))

    def __str__(self) -> str:
        return f"selo {self.sequencia}"
