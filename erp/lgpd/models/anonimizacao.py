"""Receipts: that a person was forgotten, when, what changed, what stayed and by which law.

Guarantees (`tests/erp/lgpd`): no personal data is here, only a keyed digest by which who has the document finds the
receipt; a receipt never changes.
"""

from typing import Any

from django.db import models

from auditoria.guardas import somente_acrescimo


class Anonimizacao(models.Model):
    """`mudou` and `ficou` are lists: `[{"fonte", "titulo", "linhas", "o_que"}]` and `[{..., "base"}]`."""

    indice = models.BinaryField(max_length=32)
    feita_em = models.DateTimeField("feita em")
    feita_por = models.CharField("feita por", max_length=161)
    motivo = models.CharField("motivo", max_length=500)
    mudou: "models.JSONField[Any, Any]" = models.JSONField("o que mudou", default=list)
    ficou: "models.JSONField[Any, Any]" = models.JSONField("o que ficou", default=list)
    chaves = models.PositiveIntegerField("chaves destruídas", default=0)

    class Meta:
        verbose_name = "anonimização"
        verbose_name_plural = "dados pessoais e anonimizações"
        ordering = ("-id",)
        default_permissions = ("view",)
        permissions = (
            ("ver_pessoa", "Pode ver o que se guarda de uma pessoa"),
            ("exportar_pessoa", "Pode exportar tudo de uma pessoa"),
            ("anonimizar_pessoa", "Pode anonimizar uma pessoa"),
        )
        indexes = (
            # the receipts of one person, newest first
            models.Index("indice", models.F("id").desc(), name="anonimizacao_indice"),
        )
        triggers = somente_acrescimo("lgpd_anonimizacao")

    def __str__(self) -> str:
        return f"recibo {self.numero}"

    @property
    def numero(self) -> str:
        """As people call it: `LGPD-000012`."""
        return f"LGPD-{self.pk:06d}"
