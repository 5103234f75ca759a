"""What providers told us, as it came."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class WebhookRecebido(models.Model):
    """One body of one provider; the same body again is the same row, counted.

    `proxima_em` is when it is due; who takes it moves that ahead (its lease), so what a dead worker held comes back by
    itself. `vez` counts those who took it: who lost the lease finishes nothing.
    """

    class Situacao(models.IntegerChoices):
        RECEBIDO = 0, "Recebido"
        PROCESSADO = 1, "Processado"
        IGNORADO = 2, "Ignorado"
        ERRO = 4, "Com erro"

    provedor = models.CharField("provedor", max_length=40)
    chave = models.BinaryField(max_length=32)  # SHA-256 of the path's end and the body
    caminho = models.CharField("fim do endereço", max_length=100, blank=True, default="", db_default="")
    corpo = models.BinaryField("corpo")
    cabecalhos = models.JSONField("cabeçalhos", default=dict)
    origem = models.CharField("endereço de quem mandou", max_length=45, blank=True, default="", db_default="")
    recebido_em = models.DateTimeField("recebido em", db_default=Now())
    ultimo_em = models.DateTimeField("recebido pela última vez", db_default=Now())
    repeticoes = models.PositiveIntegerField("repetições", default=0, db_default=0)
    situacao = models.SmallIntegerField(
        "situação", choices=Situacao.choices, default=Situacao.RECEBIDO, db_default=Situacao.RECEBIDO
    )
    resultado = models.CharField("resultado", max_length=600, blank=True, default="", db_default="")
    tentativas = models.PositiveIntegerField("tentativas", default=0, db_default=0)
    vez = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    proxima_em = models.DateTimeField("próxima tentativa", db_default=Now())
    processado_em = models.DateTimeField("processado em", null=True, blank=True)

    class Meta:
        verbose_name = "webhook recebido"
        verbose_name_plural = "webhooks recebidos"
        default_permissions = ("view",)
        permissions = (
            ("ler_corpo", "Pode ler o corpo dos webhooks sem máscara"),
            ("reprocessar_webhook", "Pode reprocessar webhooks"),
        )
        constraints = (models.UniqueConstraint(fields=("provedor", "chave"), name="provedores_webhook_unico"),)
        indexes = (
            # What is due, of one provider
            models.Index(
                fields=("provedor", "proxima_em"), condition=models.Q(situacao=0), name="provedores_webhook_devido"
            ),
            # The list, filtered by provider, by situation or by both; newest first
            models.Index(fields=("provedor", "situacao", "-id"), name="provedores_webhook_lista"),
            models.Index(fields=("provedor", "-id"), name="provedores_webhook_provedor"),
            models.Index(fields=("situacao", "-id"), name="provedores_webhook_situacao"),
            # Retention
            models.Index(fields=("ultimo_em",), condition=~models.Q(situacao=0), name="provedores_webhook_velho"),
        )

    def __str__(self) -> str:
        return f"{self.provedor} {self.pk}"

    @property
    def bruto(self) -> bytes:
        """The body as it came."""
        return bytes(self.corpo)
