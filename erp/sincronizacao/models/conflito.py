"""What the two sides say differently, and what could not be stored."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from auditoria.rules import mascarar_documento


class Conflito(models.Model):
    """At most one open per record: a newer word of the other side takes its place."""

    class Tipo(models.TextChoices):
        VENCEU_ERP = "venceu", "Mudado nos dois lados: valeu o do ERP"
        DECIDIR = "decidir", "Mudado nos dois lados: alguém decide"
        REFERENCIA = "referencia", "Depende do que ainda não está aqui"
        RECUSADO = "recusado", "Não pôde ser gravado"
        APAGADO = "apagado", "Apagado do outro lado"

    class Situacao(models.IntegerChoices):
        ABERTO = 0, "Aberto"
        RESOLVIDO = 1, "Resolvido"

    entidade = models.CharField("entidade", max_length=20)
    chave = models.CharField("código", max_length=20)
    tipo = models.CharField("o que houve", max_length=10, choices=Tipo.choices)
    situacao = models.SmallIntegerField("situação", choices=Situacao.choices, default=Situacao.ABERTO)
    campos = ArrayField(models.CharField(max_length=40), verbose_name="campos", default=list)
    aqui: "models.JSONField[Any, Any]" = models.JSONField("aqui", null=True)
    la: "models.JSONField[Any, Any]" = models.JSONField("lá", null=True)
    mensagem = models.CharField("motivo", max_length=500, blank=True, default="")
    criado_em = models.DateTimeField("desde", default=timezone.now)
    resolvido_em = models.DateTimeField("resolvido em", null=True)
    resolvido_por = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="resolvido por", null=True, related_name="+"
    )
    resolucao = models.CharField("como", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "conflito de sincronização"
        verbose_name_plural = "conflitos de sincronização"
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [("resolver_conflito", "Pode resolver conflitos de sincronização")]
        constraints = [
            models.UniqueConstraint(
                fields=["entidade", "chave"], condition=models.Q(situacao=0), name="conflito_um_aberto"
            )
        ]
        indexes = [
            # the list of an entity, newest first, and of what is open
            models.Index(fields=["entidade", "-id"], name="conflito_entidade"),
            models.Index(fields=["-id"], condition=models.Q(situacao=0), name="conflito_aberto"),
        ]

    def __str__(self) -> str:
        return f"{self.entidade} {mascarar_documento(self.chave) if self.entidade == 'clientes' else self.chave}"
