"""What an execution leaves written: its log lines, and what it touched, would touch, or could not do."""

from django.db import models
from django.utils import timezone

from erp.rotinas.models.execucao import Execucao


class LinhaExecucao(models.Model):
    """A line of an execution's log, masked."""

    execucao = models.ForeignKey(
        Execucao, models.CASCADE, verbose_name="execução", related_name="linhas", db_index=False
    )
    em = models.DateTimeField("em", default=timezone.now)
    texto = models.TextField("texto")

    class Meta:
        verbose_name = "linha de execução"
        verbose_name_plural = "linhas de execuções"
        ordering = ("id",)
        default_permissions = ()
        indexes = (
            # the lines of an execution, as they were written
            models.Index(fields=["execucao", "id"], name="linha_execucao_ix"),
        )

    def __str__(self) -> str:
        return self.texto


class ItemExecucao(models.Model):
    """One thing that an execution would touch (simulations and approvals), or one that failed (`falha`)."""

    execucao = models.ForeignKey(
        Execucao, models.CASCADE, verbose_name="execução", related_name="itens", db_index=False
    )
    falha = models.BooleanField("falhou", default=False)
    objeto = models.CharField("objeto", max_length=100)
    objeto_id = models.CharField("identificador", max_length=100)
    descricao = models.TextField("descrição")
    valor = models.DecimalField("valor", max_digits=15, decimal_places=2, null=True)

    class Meta:
        verbose_name = "item de execução"
        verbose_name_plural = "itens de execuções"
        ordering = ("id",)
        default_permissions = ()
        indexes = (
            # the failures of an execution first, then the rest, as they came
            models.Index(fields=["execucao", "-falha", "id"], name="item_execucao_ix"),
        )

    def __str__(self) -> str:
        return f"{self.objeto} {self.objeto_id}: {self.descricao}"
