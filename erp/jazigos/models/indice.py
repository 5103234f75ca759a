"""The monthly percentages by which values are adjusted, as staff keep them."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from auditoria.vigias import vigiar
from erp.jazigos.models.cemiterio import Indice


class IndiceMensal(models.Model):
    """The variation of an index in one month. What was adjusted by it keeps the value that it used."""

    indice = models.CharField("índice", max_length=5, choices=Indice.choices)
    mes = models.DateField("mês", help_text="Qualquer dia do mês; guarda-se o primeiro.")
    percentual = models.DecimalField(
        "variação no mês (%)", max_digits=7, decimal_places=4,
        validators=[MinValueValidator(-50), MaxValueValidator(100)], help_text="Como foi publicada: 0,48 ou -0,14.",
    )  # fmt: skip

    class Meta:
        db_table = "jazigos_indice"
        verbose_name = "índice mensal"
        verbose_name_plural = "índices mensais"
        ordering = ["-mes", "indice"]
        constraints = [
            models.UniqueConstraint(
                fields=["indice", "mes"], name="indice_um_por_mes",
                violation_error_message="Este índice já tem a variação deste mês.",
            ),
            models.CheckConstraint(condition=models.Q(mes__day=1), name="indice_primeiro_dia"),
        ]  # fmt: skip
        triggers = vigiar()

    def __str__(self) -> str:
        return f"{self.get_indice_display()} de {self.mes:%m/%Y}"
