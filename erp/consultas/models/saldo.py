"""How many queries were left at each provider, whenever it was asked."""

from __future__ import annotations

from django.db import models

from auditoria.guardas import somente_acrescimo


class SaldoConsulta(models.Model):
    """One reading. `minimo` is the threshold of that moment: who changes the setting does not change the past."""

    provedor = models.CharField("provedor", max_length=40)
    em = models.DateTimeField("lido em")
    saldo = models.PositiveIntegerField("consultas que restam")
    minimo = models.PositiveIntegerField("mínimo então")

    class Meta:
        db_table = "consultas_saldo"
        verbose_name = "saldo de consultas de CPF"
        verbose_name_plural = "créditos de consultas de CPF"
        default_permissions = ("view",)
        indexes = (
            # the last reading of a provider, and its chart
            models.Index(fields=("provedor", "-em"), name="consultas_saldo_provedor"),
            models.Index(fields=("em",), name="consultas_saldo_em"),  # the list by time
        )
        triggers = somente_acrescimo("consultas_saldo")

    def __str__(self) -> str:
        return f"{self.saldo} em {self.provedor}"

    @property
    def abaixo(self) -> bool:
        return self.saldo < self.minimo
