"""How each provider is doing."""

from __future__ import annotations

from datetime import datetime

from django.db import models


class EstadoProvedor(models.Model):
    """One row per provider, made at its first call or pause.

    Paused by a person: `pausado_por` filled, until somebody resumes it. Paused by its own 429: `pausado_ate` only.
    """

    nome = models.CharField("provedor", max_length=40, primary_key=True)
    ultimo_contato = models.DateTimeField("último contato", null=True, blank=True)
    ultimo_sucesso = models.DateTimeField("último sucesso", null=True, blank=True)
    ultimo_erro_em = models.DateTimeField("último erro em", null=True, blank=True)
    ultimo_erro = models.CharField("último erro", max_length=600, blank=True, default="")
    falhas_seguidas = models.PositiveIntegerField("falhas seguidas", default=0)
    pausado_ate = models.DateTimeField("em pausa até", null=True, blank=True)
    pausado_por = models.CharField("em pausa por", max_length=150, blank=True, default="")
    motivo_da_pausa = models.CharField("motivo da pausa", max_length=500, blank=True, default="")

    class Meta:
        verbose_name = "provedor"
        verbose_name_plural = "provedores"
        default_permissions = ("view",)
        permissions = (("pausar_provedor", "Pode pausar, retomar e testar provedores"),)

    def __str__(self) -> str:
        return self.nome

    def em_pausa(self, agora: datetime) -> bool:
        return bool(self.pausado_por) or (self.pausado_ate is not None and self.pausado_ate > agora)


class ContagemProvedor(models.Model):
    """The calls of one hour: how many, how many failed, how many were told to wait."""

    provedor = models.CharField(max_length=40)
    hora = models.DateTimeField()
    chamadas = models.PositiveIntegerField(default=0)
    erros = models.PositiveIntegerField(default=0)
    contidas = models.PositiveIntegerField(default=0)  # 429
    milissegundos = models.BigIntegerField(default=0)
    webhooks_recusados = models.PositiveIntegerField(default=0)  # their signature was wrong

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("provedor", "hora"), name="provedores_contagem_unica"),)
