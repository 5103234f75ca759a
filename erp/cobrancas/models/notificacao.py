"""Tokens of notifications: each stands for a history that only grows."""

from __future__ import annotations

from django.db import models


class Notificacao(models.Model):
    """One token of a provider, and up to which event of its history was applied. Due while `consultar_em` has passed."""

    provedor = models.CharField("provedor", max_length=20)
    token = models.CharField("token", max_length=80)
    ultimo_evento = models.PositiveBigIntegerField("último evento aplicado", default=0)
    recebida_em = models.DateTimeField("recebida em")
    aplicada_em = models.DateTimeField("aplicada em", null=True)
    consultar_em = models.DateTimeField("próxima consulta", null=True)  # null: nobody asks until it is told again
    falhas = models.PositiveIntegerField("falhas seguidas", default=0)
    erro = models.CharField("último erro", max_length=300, blank=True, default="")

    class Meta:
        db_table = "cobrancas_notificacao"
        verbose_name = "notificação de cobrança"
        verbose_name_plural = "notificações de cobranças"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["provedor", "token"], name="notificacao_uma")]
        indexes = [
            # what the routine asks about
            models.Index(fields=["consultar_em"], name="notificacao_devida", condition=models.Q(consultar_em__isnull=False)),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"notificação {self.pk}"
