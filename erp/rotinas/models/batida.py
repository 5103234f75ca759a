"""When the registry last looked at the schedules: who sees it stopped knows that nothing runs."""

from django.db import models


class Batida(models.Model):
    """The one row of the tick."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    em = models.DateTimeField("última batida")

    class Meta:
        verbose_name = "batida"
        verbose_name_plural = "batidas"
        default_permissions = ()
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="batida_uma_so"),)

    def __str__(self) -> str:
        return str(self.em)
