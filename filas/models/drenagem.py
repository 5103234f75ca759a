"""What a drain has in hand: the row that tells, after a death, which rows were being worked."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Drenagem(models.Model):
    """One per drain and partition; `ids` is empty when nothing is being worked."""

    dreno = models.CharField("dreno", max_length=40)
    particao = models.BigIntegerField("partição")
    ids = ArrayField(models.BigIntegerField(), default=list)
    iniciada_em = models.DateTimeField("iniciada em")

    class Meta:
        verbose_name = "drenagem"
        verbose_name_plural = "drenagens"
        constraints = [models.UniqueConstraint(fields=["dreno", "particao"], name="drenagem_particao")]

    def __str__(self) -> str:
        return f"{self.dreno} {self.particao}"
