"""How far the archive is.

Guarantee (tested in `tests/auditoria/arquivo`): `ate` moves only past what MongoDB's majority acknowledged, or what is named
in `problemas`.
"""

from __future__ import annotations

from django.db import models


class Arquivo(models.Model):
    """One row: up to which seal the events were shipped, and what is in the way of the next ones."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    ate = models.BigIntegerField("arquivado até a sequência", default=0)
    ate_em = models.DateTimeField("última remessa", null=True)
    falhas = models.PositiveIntegerField("falhas seguidas", default=0)
    falhando_desde = models.DateTimeField("falhando desde", null=True)
    proxima_em = models.DateTimeField("próxima tentativa", null=True)
    erro = models.TextField("o que impede", blank=True)
    # each {"sequencia", "evento", "texto"}: events that are not in the archive as they were sealed
    problemas = models.JSONField("divergências", default=list)

    class Meta:
        verbose_name = "arquivo"
        verbose_name_plural = "arquivo"
        default_permissions = ("view",)
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="auditoria_arquivo_um_so"),)

    def __str__(self) -> str:
        return f"arquivado até o selo {self.ate}"
