"""Each change of a contract's state."""

from django.db import models
from django.db.models import Q

from auditoria.guardas import somente_acrescimo
from erp.planos.models.contratacao import Contratacao, Situacao


class MudancaContratacao(models.Model):
    """From one state to another (from none: the sale). `quem` is the actor as audit has it: `usuario:ana`.

    `vencido` is what was owed past due at that moment, `cancelado` the instalments that were reversed with it.
    """

    contratacao = models.ForeignKey(Contratacao, models.PROTECT, verbose_name="contratação", related_name="mudancas")
    de = models.PositiveSmallIntegerField("de", choices=Situacao.choices, null=True)
    para = models.PositiveSmallIntegerField("para", choices=Situacao.choices)
    em = models.DateTimeField("registrada em")
    dia = models.DateField("dia", help_text="O dia para o qual vale: o da rotina, mesmo que tenha rodado depois.")
    quem = models.CharField("quem", max_length=160)
    motivo = models.CharField("motivo", max_length=500)
    execucao = models.BigIntegerField("execução da rotina", null=True)  # executions are forgotten, this is not
    vencido = models.DecimalField("vencido", max_digits=15, decimal_places=2, null=True)
    cancelado = models.DecimalField("parcelas canceladas", max_digits=15, decimal_places=2, null=True)

    class Meta:
        verbose_name = "mudança de contratação"
        verbose_name_plural = "mudanças de contratações"
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [
            # what one execution did
            models.Index(fields=["execucao", "id"], name="mudanca_execucao", condition=Q(execucao__isnull=False)),
            # the list of one day
            models.Index(fields=["dia", "para"], name="mudanca_dia"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(quem="") & ~Q(motivo=""), name="mudanca_tem_quem_e_motivo"),
            models.CheckConstraint(
                condition=Q(de__isnull=True, para=1) | Q(de=1, para__in=[2, 3]) | Q(de=2, para__in=[1, 3]),
                name="mudanca_existe",
            ),
            models.UniqueConstraint(fields=["contratacao"], condition=Q(de__isnull=True), name="mudanca_uma_venda"),
            models.UniqueConstraint(fields=["contratacao"], condition=Q(para=3), name="mudanca_um_cancelamento"),
        ]
        triggers = somente_acrescimo("planos_mudancacontratacao")

    def __str__(self) -> str:
        de = Situacao(self.de).label if self.de else "venda"
        return f"{de} → {Situacao(self.para).label}"
