"""What was ever read or done of a request, and its two files: rows that never change."""

from __future__ import annotations

from django.db import models

from auditoria.guardas import somente_acrescimo
from erp.assinaturas.models.assinatura import Assinatura
from erp.provedores.models import EventoDito


class EventoAssinatura(EventoDito):
    """Something said of a request."""

    class Fonte(models.TextChoices):
        NOS = "nos", "retaguarda"
        CONSULTA = "consulta", "consulta ao provedor"

    assinatura = models.ForeignKey(
        Assinatura, models.PROTECT, related_name="eventos", db_index=False, verbose_name="assinatura"
    )
    fonte = models.CharField("de onde", max_length=12, choices=Fonte.choices)
    situacao = models.PositiveSmallIntegerField("situação", choices=Assinatura.Situacao.choices)

    class Meta:
        db_table = "assinaturas_evento"
        verbose_name = "evento de assinatura"
        verbose_name_plural = "eventos de assinaturas"
        default_permissions = ()
        constraints = [
            # the same event again is the same row; and the history of a request
            models.UniqueConstraint(fields=["assinatura", "id_evento"], name="evento_assinatura_um"),
        ]
        triggers = somente_acrescimo("assinaturas_evento")

    def __str__(self) -> str:
        return f"{self.get_situacao_display()} ({self.get_fonte_display()})"


class ArquivoAssinatura(models.Model):
    """A file, whole, with its SHA-256: what was sent, and what came back signed."""

    class Tipo(models.TextChoices):
        ENVIADO = "enviado", "como foi enviado"
        ASSINADO = "assinado", "assinado"

    assinatura = models.ForeignKey(
        Assinatura, models.PROTECT, related_name="arquivos", db_index=False, verbose_name="assinatura"
    )
    tipo = models.CharField("qual", max_length=8, choices=Tipo.choices)
    conteudo = models.BinaryField("conteúdo")
    sha256 = models.CharField("SHA-256", max_length=64)
    guardado_em = models.DateTimeField("guardado em")

    class Meta:
        db_table = "assinaturas_arquivo"
        verbose_name = "arquivo de assinatura"
        verbose_name_plural = "arquivos de assinaturas"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["assinatura", "tipo"], name="arquivo_assinatura_um")]
        triggers = somente_acrescimo("assinaturas_arquivo")

    def __str__(self) -> str:
        return f"{self.get_tipo_display()}, {self.sha256[:12]}"

    @property
    def bytes(self) -> bytes:
        return bytes(self.conteudo)
