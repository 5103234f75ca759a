"""What was charged of each competência, and each adjustment: rows that never change."""

from django.db import models

from auditoria.guardas import somente_acrescimo
from erp.jazigos.models.cemiterio import Indice
from erp.jazigos.models.contrato import ContratoManutencao


class Reajuste(models.Model):
    """The value of a contract changed: by its index, or by a person who said why."""

    contrato = models.ForeignKey(
        ContratoManutencao, models.PROTECT, verbose_name="contrato", related_name="reajustes", db_index=False
    )
    devido_em = models.DateField("devido em")  # the day from which the value could change
    vale_desde = models.DateField("vale desde")  # the first day charged by the new value
    indice = models.CharField("índice", max_length=5, choices=Indice.choices, blank=True, default="")
    mes_inicial = models.DateField("do mês", null=True)
    mes_final = models.DateField("ao mês", null=True)
    percentual = models.DecimalField("acumulado (%)", max_digits=12, decimal_places=6, null=True)
    valor_anterior = models.DecimalField("valor anterior", max_digits=12, decimal_places=2)
    valor_novo = models.DecimalField("valor novo", max_digits=12, decimal_places=2)
    motivo = models.CharField("motivo", max_length=500, blank=True, default="")
    por = models.CharField("por", max_length=161)  # who, as the audit trail names it
    execucao_id = models.BigIntegerField("execução", null=True)
    feito_em = models.DateTimeField("feito em")

    class Meta:
        db_table = "jazigos_reajuste"
        verbose_name = "reajuste"
        default_permissions = ("view",)
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["contrato", "-id"], name="reajuste_contrato"),  # the history of a contract
            # whether a month of an index was used
            models.Index(fields=["indice", "mes_final"], name="reajuste_indice", condition=~models.Q(indice="")),
        ]
        constraints = [
            # by index at most once for each day that it is due
            models.UniqueConstraint(
                fields=["contrato", "devido_em"], condition=~models.Q(indice=""), name="reajuste_um_por_vez"
            ),
        ]
        triggers = somente_acrescimo("jazigos_reajuste")

    def __str__(self) -> str:
        return f"reajuste {self.pk}"


class Cobranca(models.Model):
    """A stretch of days charged, in full view: the whole period's value, the days, and what came out.

    `versao` 0 is the first; a contract ended before the end of what was charged has a further one, whose `valor` is what
    is owed of the competência from then on. `sequencia` is that of its title, `rules.sequencia(competencia, versao)`;
    there is no title when nothing is to be charged or given back.
    """

    contrato = models.ForeignKey(
        ContratoManutencao, models.PROTECT, verbose_name="contrato", related_name="cobrancas", db_index=False
    )
    competencia = models.DateField("competência")  # the first day of its month
    versao = models.PositiveSmallIntegerField("versão", default=0)
    inicio = models.DateField("de")
    fim = models.DateField("até")  # before `inicio`: no day of it is left
    dias = models.SmallIntegerField("dias cobrados")
    dias_periodo = models.SmallIntegerField("dias do período")
    valor_periodo = models.DecimalField("valor do período inteiro", max_digits=12, decimal_places=2)
    valor = models.DecimalField("valor cobrado", max_digits=12, decimal_places=2)
    vencimento = models.DateField("vencimento")
    sequencia = models.IntegerField("sequência do título")
    execucao_id = models.BigIntegerField("execução", null=True)
    feita_em = models.DateTimeField("feita em")

    class Meta:
        db_table = "jazigos_cobranca"
        verbose_name = "cobrança de manutenção"
        verbose_name_plural = "cobranças de manutenção"
        default_permissions = ("view",)
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["competencia", "-id"], name="cobranca_competencia"),  # the list of one competência
        ]
        constraints = [
            models.UniqueConstraint(fields=["contrato", "competencia", "versao"], name="cobranca_uma_por_competencia"),
            models.CheckConstraint(condition=models.Q(competencia__day=1), name="cobranca_primeiro_dia"),
        ]
        triggers = somente_acrescimo("jazigos_cobranca")

    def __str__(self) -> str:
        return f"J{self.contrato_id} {self.competencia:%m/%Y}"
