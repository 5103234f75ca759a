"""What must be told about a routine, until it ends well again or somebody says it was seen.

Guarantee (tested in `tests/erp/rotinas/test_alarmes.py`): of one routine and kind at most one alarm is open, however
often it happens again; each is told by e-mail once.
"""

from django.conf import settings
from django.db import models
from django.utils import timezone

from erp.rotinas.models.execucao import Execucao


class AlarmeRotina(models.Model):
    """A routine that was missed, failed, took too long, waits for somebody, or found what somebody should mend."""

    class Tipo(models.IntegerChoices):
        PERDIDA = 1, "não rodou na hora"
        FALHOU = 2, "falhou"
        DEMOROU = 3, "demora mais que o costume"
        APROVACAO = 4, "aguarda aprovação"
        ATENCAO = 5, "pede atenção"

    rotina = models.CharField("rotina", max_length=120)
    tipo = models.PositiveSmallIntegerField("alarme", choices=Tipo)
    execucao = models.ForeignKey(
        Execucao, models.SET_NULL, verbose_name="execução", related_name="+", null=True, blank=True
    )
    texto = models.TextField("o que houve")
    vezes = models.PositiveIntegerField("vezes", default=1)
    desde = models.DateTimeField("desde", default=timezone.now)
    ultimo_em = models.DateTimeField("última vez", default=timezone.now)
    avisado_em = models.DateTimeField("avisado em", null=True, blank=True)
    encerrado_em = models.DateTimeField("encerrado em", null=True, blank=True)
    encerrado_por = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="visto por", related_name="+", null=True, blank=True
    )

    class Meta:
        verbose_name = "alarme de rotina"
        verbose_name_plural = "alarmes de rotinas"
        ordering = ("-id",)
        default_permissions = ("view",)
        indexes = (
            # what was not told yet
            models.Index(fields=["id"], name="alarme_rotina_a_avisar", condition=models.Q(avisado_em__isnull=True)),
            # the routine that forgets old ones
            models.Index(fields=["desde"], name="alarme_rotina_desde"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["rotina", "tipo"],
                condition=models.Q(encerrado_em__isnull=True),
                name="alarme_rotina_um_aberto",
            ),
        )

    def __str__(self) -> str:
        return f"{self.rotina}: {self.texto}"
