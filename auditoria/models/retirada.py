"""What has left PostgreSQL, and is only in the archive.

Guarantees (each tested in `tests/auditoria/arquivo/test_retencao.py`):
- a partition and its row are one transaction: the events are gone and the row is there, or neither;
- a row never changes and never disappears, and each has its event in the chain (`auditoria.particao_retirada`).
A row only says where to look: what it names is read from the archive at every verification, and held against its seals.
"""

from __future__ import annotations

from django.db import models

from auditoria.guardas import somente_acrescimo
from auditoria.serial import instante


class Retirada(models.Model):
    """One partition that was taken out: the identifiers it could hold, and the events that it held."""

    id = models.BigAutoField(primary_key=True)
    particao = models.CharField("partição", max_length=63)
    de = models.UUIDField("do identificador")
    ate = models.UUIDField("até antes do identificador")
    primeira = models.BigIntegerField("primeira sequência", null=True)
    ultima = models.BigIntegerField("última sequência", null=True)
    quantidade = models.BigIntegerField("quantidade")
    soma = models.CharField("soma dos selos", max_length=64)  # SHA-256 of their hashes, in order
    em_ate = models.DateTimeField("instante do mais novo", null=True)  # pages ask the archive for what is no newer
    evento = models.UUIDField("evento")  # the one that tells of it
    retirada_em = models.DateTimeField("retirada em")

    class Meta:
        verbose_name = "partição retirada"
        verbose_name_plural = "partições retiradas"
        ordering = ("-id",)
        default_permissions = ("view",)
        triggers = tuple(somente_acrescimo("retirada"))

    def __str__(self) -> str:
        return self.particao

    def contada(self) -> dict[str, str | int | None]:
        """What its event says of it."""
        return {
            "particao": self.particao, "de": str(self.de), "ate": str(self.ate), "primeira": self.primeira,
            "ultima": self.ultima, "quantidade": self.quantidade, "soma": self.soma,
            "em_ate": None if self.em_ate is None else instante(self.em_ate),
        }  # fmt: skip
