"""What people, with their reason, say of a day beyond what the clock says.

Guarantees (tests/erp/colaboradores): a treatment never changes nor disappears; each is taken back or settled at most
once, by another (`sobre`); what the routine notes (`ausencia`) waits for a person and forgives nothing.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from auditoria.guardas import somente_acrescimo
from erp.colaboradores.models.colaborador import Colaborador
from erp.colaboradores.models.marcacao import Marcacao


class Tratamento(models.Model):
    class Tipo(models.TextChoices):
        INCLUSAO = "inclusao", "Inclusão de marcação"
        DESCONSIDERACAO = "desconsideracao", "Desconsideração de marcação"
        ABONO = "abono", "Abono"
        FALTA_JUSTIFICADA = "justificada", "Falta justificada"
        FALTA_CONFIRMADA = "confirmada", "Falta sem justificativa"
        CONFERENCIA = "conferencia", "Conferida como está"
        FERIAS = "ferias", "Férias"
        AFASTAMENTO = "afastamento", "Afastamento"
        AUSENCIA = "ausencia", "Ausência a tratar"
        ANULACAO = "anulacao", "Anulação"

    colaborador = models.ForeignKey(
        Colaborador, models.PROTECT, verbose_name="colaborador", related_name="tratamentos", db_index=False
    )
    dia = models.DateField("dia")
    dia_fim = models.DateField("até", help_text="O mesmo dia, a não ser em férias e afastamentos.")
    tipo = models.CharField("tipo", max_length=15, choices=Tipo.choices)
    momento = models.DateTimeField("horário incluído", null=True, blank=True)
    marcacao = models.ForeignKey(
        Marcacao, models.PROTECT, verbose_name="marcação", related_name="tratamentos", null=True, blank=True
    )
    minutos = models.PositiveSmallIntegerField("minutos", null=True, blank=True, help_text="Em branco: toda a falta.")
    sobre = models.OneToOneField(
        "self", models.PROTECT, verbose_name="no lugar de", related_name="sucessor", null=True, blank=True
    )
    sequencia = models.PositiveSmallIntegerField(default=0, editable=False)
    motivo = models.CharField("motivo", max_length=500)
    autor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="autor", related_name="+", null=True, blank=True,
        help_text="Em branco: a rotina.",
    )  # fmt: skip
    em = models.DateTimeField("em")

    class Meta:
        verbose_name = "tratamento"
        verbose_name_plural = "tratamentos"
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [("tratar_ponto", "Pode tratar o ponto: incluir, desconsiderar, abonar, justificar, afastar")]
        indexes = [
            # the sheet: what touches a stretch of days of some people; leaves have their own, for they are long
            models.Index(fields=["colaborador", "dia"], name="tratamento_dia"),
            models.Index(fields=["colaborador", "dia_fim"], name="tratamento_longo", condition=Q(dia_fim__gt=F("dia"))),
            # the routine: the absences of a day
            models.Index(fields=["dia", "colaborador"], name="tratamento_ausencias", condition=Q(tipo="ausencia")),
            # the list by kind, newest first
            models.Index(fields=["tipo", "-id"], name="tratamento_tipo"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["colaborador", "dia", "sequencia"], condition=Q(tipo="ausencia"), name="tratamento_uma_ausencia"
            ),
            models.CheckConstraint(condition=~Q(motivo=""), name="tratamento_tem_motivo"),
            models.CheckConstraint(condition=Q(dia_fim__gte=F("dia")), name="tratamento_ordem"),
            models.CheckConstraint(
                condition=Q(tipo__in=["ferias", "afastamento", "anulacao"]) | Q(dia_fim=F("dia")),
                name="tratamento_um_dia",
            ),
            models.CheckConstraint(
                condition=Q(tipo="inclusao", momento__isnull=False) | ~Q(tipo="inclusao") & Q(momento__isnull=True),
                name="tratamento_inclusao",
            ),
            models.CheckConstraint(
                condition=Q(tipo="desconsideracao", marcacao__isnull=False)
                | ~Q(tipo="desconsideracao") & Q(marcacao__isnull=True),
                name="tratamento_desconsideracao",
            ),
            models.CheckConstraint(
                condition=~Q(tipo="anulacao") | Q(sobre__isnull=False), name="tratamento_anulacao"
            ),
            # only the routine notes an absence, and only to it and to a taking back is no author needed
            models.CheckConstraint(
                condition=Q(tipo="ausencia", autor__isnull=True) | ~Q(tipo="ausencia") & Q(autor__isnull=False)
                | Q(tipo="anulacao"),
                name="tratamento_autor",
            ),
        ]  # fmt: skip
        triggers = somente_acrescimo("tratamento")

    def __str__(self) -> str:
        return f"{self.get_tipo_display()} em {self.dia:%d/%m/%Y}"
