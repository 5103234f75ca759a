"""How many days before and after a title falls due its customer is written to."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from auditoria.vigias import vigiar

ANTES = "titulo_a_vencer"
NO_DIA = "titulo_vence_hoje"
DEPOIS = "titulo_vencido"


class PassoDaRegua(models.Model):
    """One step: `dias` from the due date, negative before it. Each title is told of each step at most once."""

    dias = models.SmallIntegerField(
        "dias", unique=True, validators=[MinValueValidator(-60), MaxValueValidator(365)],
        help_text="Negativo: antes do vencimento. Zero: no dia. Positivo: depois.",
    )  # fmt: skip
    ativo = models.BooleanField("ligado", default=True)

    class Meta:
        db_table = "contatos_passo_regua"
        verbose_name = "passo da régua de cobrança"
        verbose_name_plural = "régua de cobrança"
        ordering = ("dias",)
        triggers = vigiar()

    def __str__(self) -> str:
        if self.dias == 0:
            return "no dia do vencimento"
        dias = "1 dia" if abs(self.dias) == 1 else f"{abs(self.dias)} dias"
        return f"{dias} {'antes' if self.dias < 0 else 'depois'} do vencimento"

    @property
    def modelo(self) -> str:
        """The code of the template that it is told with."""
        return ANTES if self.dias < 0 else NO_DIA if self.dias == 0 else DEPOIS
