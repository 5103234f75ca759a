"""How the trail was found each time that somebody looked."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from auditoria.guardas import somente_acrescimo


class Verificacao(models.Model):
    """One verification, whole: who asked is in the routine's execution, or at the command line."""

    id = models.BigAutoField(primary_key=True)
    iniciada_em = models.DateTimeField("iniciada em")
    terminada_em = models.DateTimeField("terminada em")
    desde = models.BigIntegerField("da sequência")
    ate = models.BigIntegerField("até a sequência")
    completa = models.BooleanField("a trilha inteira")
    integra = models.BooleanField("íntegra")
    eventos = models.BigIntegerField("eventos conferidos")
    resumos = models.IntegerField("resumos conferidos")
    de_fora = models.IntegerField("resumos guardados fora", default=0)
    # events that are only in the archive, which did not answer: with one of them no verification is complete
    nao_lidos = models.BigIntegerField("só no arquivo, e não lidos", default=0)
    arquivo = models.TextField("arquivo", default="")  # what was seen of it, in words
    # each {"codigo", "sequencia", "evento", "texto"}; the first is the one to be told
    problemas = models.JSONField("problemas", default=list)

    class Meta:
        verbose_name = "verificação"
        verbose_name_plural = "verificações"
        ordering = ("-id",)
        default_permissions = ("view",)
        triggers = tuple(somente_acrescimo("verificacao"))

    def __str__(self) -> str:
        return f"verificação de {timezone.localtime(self.iniciada_em):%d/%m/%Y %H:%M}"

    @property
    def primeiro_problema(self) -> str:
        """The first problem in words, or nothing."""
        return str(self.problemas[0]["texto"]) if self.problemas else ""
