"""What the last comparison of the two sides found."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from auditoria.rules import mascarar_documento


class Diferenca(models.Model):
    """One record that the two sides say differently; the next comparison of the entity takes its place."""

    class Tipo(models.TextChoices):
        FALTA_AQUI = "falta", "Falta aqui"
        SOBRA_AQUI = "sobra", "Só existe aqui"
        DIFERE = "difere", "Está diferente"

    entidade = models.CharField("entidade", max_length=20)
    chave = models.CharField("código", max_length=40)
    tipo = models.CharField("o que difere", max_length=6, choices=Tipo.choices)
    campos = ArrayField(models.CharField(max_length=40), verbose_name="campos", default=list)
    aqui: "models.JSONField[Any, Any]" = models.JSONField("aqui", null=True)
    la: "models.JSONField[Any, Any]" = models.JSONField("lá", null=True)
    vista_em = models.DateTimeField("comparada em")

    class Meta:
        verbose_name = "diferença entre os lados"
        verbose_name_plural = "diferenças entre os lados"
        ordering = ["entidade", "chave"]
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["entidade", "chave"], name="diferenca_uma_por_registro")]

    def __str__(self) -> str:
        return f"{self.entidade} {mascarar_documento(self.chave) if self.entidade == 'clientes' else self.chave}"
