"""Pix as it was received, whoever it was for, and how far the windows were read."""

from __future__ import annotations

from django.db import models

from erp.cobrancas.models.cobranca import Cobranca


class PixRecebido(models.Model):
    """One Pix of our key, by its endToEndId. Without a charge of ours it is shown and enters no ledger.

    What a till took by Pix comes here too, and its operation has posted it already.
    """

    e2eid = models.CharField("endToEndId", max_length=32, unique=True)
    txid = models.CharField("txid", max_length=35, blank=True, default="")
    valor = models.DecimalField("valor", max_digits=15, decimal_places=2)
    devolvido = models.DecimalField("devolvido", max_digits=15, decimal_places=2, default=0)
    horario = models.DateTimeField("quando")
    recebido_em = models.DateTimeField("lido em")
    cobranca = models.ForeignKey(
        Cobranca, models.PROTECT, null=True, related_name="pix", db_index=False, verbose_name="cobrança"
    )

    class Meta:
        db_table = "cobrancas_pix"
        verbose_name = "Pix recebido"
        verbose_name_plural = "Pix recebidos"
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["horario"], name="pix_horario"),  # the list by period
            # what is of no charge of ours
            models.Index(fields=["-id"], name="pix_sem_cobranca", condition=models.Q(cobranca__isnull=True)),
            models.Index(fields=["cobranca"], name="pix_cobranca", condition=models.Q(cobranca__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"Pix {self.e2eid}"


class JanelaPix(models.Model):
    """Up to when everything received was read; the next window begins before it."""

    provedor = models.CharField(max_length=20, primary_key=True)
    lida_ate = models.DateTimeField()

    class Meta:
        db_table = "cobrancas_janela_pix"
        default_permissions = ()
