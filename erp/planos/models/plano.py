"""What is sold, and the parameters that every contract takes a copy of."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from auditoria.vigias import vigiar

MESES_MAXIMO = 120
DIAS_MAXIMO = 3650


def _dias(rotulo: str, padrao: int, ajuda: str, minimo: int = 0) -> "models.PositiveSmallIntegerField[int, int]":
    return models.PositiveSmallIntegerField(
        rotulo, default=padrao, help_text=ajuda, validators=[MinValueValidator(minimo), MaxValueValidator(DIAS_MAXIMO)]
    )


class ParametrosDePlano(models.Model):
    """What the contract says (Lei 13.261/2016 sets no days): a plan's are the offer, a contract's are its own."""

    valor_mensal = models.DecimalField(
        "valor mensal", max_digits=10, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    carencia_dias = _dias("carência (dias)", 90, "Do começo do contrato, ou da entrada do dependente, até poder usar.")
    carencia_reativacao_dias = _dias("carência da reativação (dias)", 30, "A nova carência de quem volta da suspensão.")
    dias_para_suspender = _dias("dias para suspender", 60, "Com mais atraso que isto o plano é suspenso.")
    meses_para_cancelar = models.PositiveSmallIntegerField(
        "meses para cancelar", default=12, help_text="Com mais atraso que isto, e os avisos provados, é cancelado.",
        validators=[MinValueValidator(1), MaxValueValidator(MESES_MAXIMO)],
    )  # fmt: skip
    avisos_exigidos = models.PositiveSmallIntegerField(
        "avisos antes de cancelar", default=2, help_text="Quantos avisos entregues, e provados, o contrato exige.",
        validators=[MaxValueValidator(10)],
    )  # fmt: skip
    dias_entre_avisos = _dias(
        "dias entre avisos", 15, "De um aviso ao seguinte, e do último ao cancelamento: o prazo para responder.", 1
    )
    dependentes_maximo = models.PositiveSmallIntegerField(
        "dependentes, no máximo", default=8, validators=[MaxValueValidator(50)]
    )

    class Meta:
        abstract = True


PARAMETROS: tuple[str, ...] = tuple(campo.attname for campo in ParametrosDePlano._meta.local_fields)


class Plano(ParametrosDePlano):
    """A funeral plan as it is sold. A change is for who buys from then on: contracts keep what they were sold with."""

    nome = models.CharField("nome", max_length=80, unique=True)
    descricao = models.TextField("o que cobre", blank=True, default="")
    ativo = models.BooleanField("à venda", default=True)

    class Meta:
        verbose_name = "plano"
        ordering = ["nome"]
        constraints = [models.CheckConstraint(condition=Q(valor_mensal__gt=0), name="plano_valor")]
        triggers = vigiar()

    def __str__(self) -> str:
        return self.nome
