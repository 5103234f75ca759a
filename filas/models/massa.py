"""What a person asked to be done to many messages at once, and how far it is."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class AcaoEmMassa(models.Model):
    """One request: the messages of a criterion as it stood when asked, worked in batches from `cursor` on.

    `cursor` is the last id worked: a worker killed at any instant is followed by another that goes on from there.
    """

    class Acao(models.IntegerChoices):
        REPROCESSAR = 1, "Reprocessar"
        CANCELAR = 2, "Cancelar"

    acao = models.SmallIntegerField("ação", choices=Acao)
    criterio = models.JSONField("critério", help_text="Situação, contexto, causa e faixa, como filas.fila.massa os lê.")
    descricao = models.CharField("o que foi escolhido", max_length=300)
    motivo = models.CharField("motivo", max_length=500)
    pedida_por = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="pedida por", related_name="+"
    )
    pedida_em = models.DateTimeField("pedida em", db_default=Now())
    total = models.PositiveIntegerField("total")
    cursor = models.BigIntegerField("até onde foi", default=0, db_default=0)
    feitas = models.PositiveIntegerField("feitas", default=0, db_default=0)
    substituidas = models.PositiveIntegerField("substituídas", default=0, db_default=0)
    puladas = models.PositiveIntegerField("puladas", default=0, db_default=0)
    parada_por = models.CharField("parada por", max_length=161, default="", db_default="")
    terminada_em = models.DateTimeField("terminada em", null=True)

    class Meta:
        db_table = "wosk_queue_massa"
        verbose_name = "ação em massa"
        verbose_name_plural = "ações em massa"
        default_permissions = ("view",)
        indexes = (
            # what a worker goes on with
            models.Index(fields=["id"], name="fila_massa_aberta", condition=models.Q(terminada_em__isnull=True)),
        )

    def __str__(self) -> str:
        return f"{self.get_acao_display()} nº {self.pk}"
