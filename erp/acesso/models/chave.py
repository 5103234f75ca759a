"""API keys."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from auditoria.vigias import vigiar


class ChaveApi(models.Model):
    """A key of a till or of an integrator. Its text is shown once and never stored: only its SHA-256 is.

    A key is never deleted (audit events name it) and a revoked one never comes back: make another.
    """

    nome = models.CharField(
        "nome", max_length=100, help_text="Quem usa esta chave, por exemplo: PDV 3 da filial Centro."
    )
    prefixo = models.CharField("prefixo", max_length=16, unique=True, editable=False)
    hash = models.CharField(max_length=64, editable=False)
    escopos = ArrayField(models.CharField(max_length=40), verbose_name="escopos")
    ponto_venda_id = models.BigIntegerField("ponto de venda", null=True, blank=True)
    homologacao = models.BooleanField("homologação", default=False, help_text="Valida e responde igual, mas não grava.")
    ativa = models.BooleanField("ativa", default=True, editable=False)
    criada_em = models.DateTimeField("criada em", default=timezone.now, editable=False)
    criada_por = models.CharField("criada por", max_length=161, editable=False)
    expira_em = models.DateTimeField("expira em", null=True, blank=True, help_text="Em branco: não expira.")
    revogada_em = models.DateTimeField("revogada em", null=True, editable=False)
    ultimo_uso_em = models.DateTimeField("último uso", null=True, editable=False)

    class Meta:
        verbose_name = "chave de API"
        verbose_name_plural = "chaves de API"
        ordering = ("-id",)
        default_permissions = ("add", "view")
        permissions = (("revogar_chave", "Pode revogar chave de API"),)
        indexes = (
            # the keys of one till
            models.Index(fields=["ponto_venda_id"], name="chave_ponto_venda"),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ativa=True, revogada_em__isnull=True)
                | models.Q(ativa=False, revogada_em__isnull=False),
                name="chave_ativa_ou_revogada",
            ),
            models.CheckConstraint(condition=~models.Q(escopos=[]), name="chave_tem_escopo"),
        )
        triggers = vigiar(ignorar=("ultimo_uso_em",))

    def __str__(self) -> str:
        return f"{self.nome} ({self.prefixo})"

    def vale_em(self, momento: datetime) -> bool:
        """Whether the key opens anything at that moment."""
        return self.ativa and (self.expira_em is None or momento < self.expira_em)

    @property
    def situacao(self) -> str:
        """`ativa`, `revogada` or `vencida`, now."""
        if not self.ativa:
            return "revogada"
        return "ativa" if self.vale_em(timezone.now()) else "vencida"
