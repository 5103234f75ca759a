"""Reminders that staff write for a group of staff."""

from datetime import date

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Now

from erp.contatos.recorrencia import Repete, proxima


class Lembrete(models.Model):
    """Told by e-mail to each active member of `grupo`, on `data` and then as `repete` says, until `ate`."""

    titulo = models.CharField("título", max_length=100)
    texto = models.TextField("texto", max_length=2000)
    grupo = models.ForeignKey(Group, models.PROTECT, verbose_name="para o grupo", related_name="+")
    data = models.DateField("data", help_text="A primeira vez.")
    repete = models.CharField("repete", max_length=7, choices=Repete, default=Repete.NUNCA)
    ate = models.DateField("até", null=True, blank=True, help_text="Vazio: até alguém desligar.")
    ativo = models.BooleanField("ligado", default=True)
    criado_por = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="criado por", related_name="+", editable=False
    )
    criado_em = models.DateTimeField("criado em", db_default=Now(), editable=False)

    class Meta:
        db_table = "contatos_lembrete"
        verbose_name = "lembrete"
        ordering = ("-id",)
        indexes = (
            # those that may fall on a day
            models.Index(fields=["data"], name="lembrete_ligado", condition=models.Q(ativo=True)),
        )

    def __str__(self) -> str:
        return self.titulo

    def clean(self) -> None:
        if self.data and self.ate and self.ate < self.data:
            raise ValidationError({"ate": "O fim é antes da primeira vez."})

    def proxima_vez(self, desde: date) -> date | None:
        """The first day from `desde` on that it falls on, if any."""
        return proxima(self.data, Repete(self.repete), self.ate, desde) if self.ativo else None
