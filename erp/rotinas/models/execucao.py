"""Each time a routine ran, or should have run.

Guarantees (tested in `tests/erp/rotinas/`): a routine never runs over itself, by a unique index on the running
executions; of one time of its schedule there is one row; for one reference at most one run ends well.
"""

from django.conf import settings
from django.db import models
from django.utils import timezone

from erp.acesso.models import Aprovacao


class Execucao(models.Model):
    """One run of a routine: asked for (`PENDENTE`), in course, over, or missed."""

    class Situacao(models.IntegerChoices):
        PENDENTE = 0, "pendente"
        EXECUTANDO = 1, "executando"
        SUCESSO = 2, "sucesso"
        PULADA = 3, "pulada"
        ERRO = 4, "erro"
        INTERROMPIDA = 5, "interrompida"
        SUCESSO_COM_FALHAS = 6, "sucesso com falhas"
        AGUARDA_APROVACAO = 7, "aguarda aprovação"
        PERDIDA = 8, "perdida"

    TRANSICOES = frozenset(
        {
            (Situacao.PENDENTE, Situacao.EXECUTANDO),
            (Situacao.PENDENTE, Situacao.PULADA),
            (Situacao.PENDENTE, Situacao.ERRO),
            (Situacao.EXECUTANDO, Situacao.SUCESSO),
            (Situacao.EXECUTANDO, Situacao.SUCESSO_COM_FALHAS),
            (Situacao.EXECUTANDO, Situacao.AGUARDA_APROVACAO),
            (Situacao.EXECUTANDO, Situacao.PULADA),
            (Situacao.EXECUTANDO, Situacao.ERRO),
            (Situacao.EXECUTANDO, Situacao.INTERROMPIDA),
            (Situacao.AGUARDA_APROVACAO, Situacao.PULADA),
            (Situacao.AGUARDA_APROVACAO, Situacao.PERDIDA),
        }
    )

    rotina = models.CharField("rotina", max_length=120)
    situacao = models.PositiveSmallIntegerField("situação", choices=Situacao, default=Situacao.EXECUTANDO)
    agendada_para = models.DateTimeField("agendada para", null=True, blank=True)
    referencia = models.DateField(
        "referência", null=True, blank=True, db_comment="o dia, ou o primeiro dia do mês, de que a execução cuida"
    )
    simulacao = models.BooleanField("simulação", default=False, db_comment="calcula tudo e não grava nada")
    criada_em = models.DateTimeField("criada em", default=timezone.now)
    iniciada_em = models.DateTimeField("início", null=True, blank=True)
    terminada_em = models.DateTimeField("término", null=True, blank=True)
    iniciada_por = models.CharField("iniciada por", max_length=161)
    pedida_por = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="pedida por",
        related_name="+",
        null=True,
        blank=True,
        db_comment="a pessoa que pediu: não aprova o que ela mesma pediu",
    )
    aprovacao = models.ForeignKey(
        Aprovacao,
        models.PROTECT,
        verbose_name="aprovação",
        related_name="+",
        null=True,
        blank=True,
        db_comment="a que esta execução pediu, ou a que a permite",
    )
    tentativa = models.PositiveSmallIntegerField(
        "tentativa", default=1, db_comment="quantas já houve do mesmo pedido, com esta"
    )
    contagens = models.JSONField("contagens", default=dict, blank=True)
    valores = models.JSONField("valores", default=dict, blank=True, db_comment="dinheiro por nome, como texto")
    erro = models.TextField("erro", blank=True)
    heartbeat = models.DateTimeField("último sinal de vida", null=True, blank=True)
    conexao = models.IntegerField(
        null=True, editable=False, db_comment="processo do banco que serve a execução: encerrado se ela for largada"
    )
    conexao_desde = models.DateTimeField(null=True, editable=False, db_comment="backend_start dessa conexão")

    class Meta:
        verbose_name = "execução de rotina"
        verbose_name_plural = "execuções de rotinas"
        ordering = ("-id",)
        default_permissions = ("view",)
        indexes = (
            # the last outcome of a routine, and its own history
            models.Index(fields=["rotina", "-id"], name="execucao_rotina"),
            # what was asked for and waits
            models.Index(fields=["id"], name="execucao_pendente", condition=models.Q(situacao=0)),
            # the list of what went wrong
            models.Index(fields=["situacao", "-id"], name="execucao_situacao"),
            # the routine that forgets old executions
            models.Index(fields=["criada_em"], name="execucao_criada_em"),
            # the ticks that found nothing, of which only the last is kept
            models.Index(fields=["rotina", "situacao", "id"], name="execucao_vazia", condition=models.Q(contagens={})),
            # the runs that an approval allows
            models.Index(
                fields=["aprovacao"], name="execucao_aprovacao_ix", condition=models.Q(aprovacao__isnull=False)
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["rotina", "simulacao"], condition=models.Q(situacao=1), name="execucao_uma_por_rotina"
            ),
            models.UniqueConstraint(
                fields=["rotina", "agendada_para"],
                condition=models.Q(agendada_para__isnull=False),
                name="execucao_uma_por_horario",
            ),
            models.UniqueConstraint(
                fields=["rotina", "referencia"],
                condition=models.Q(situacao=2, simulacao=False, referencia__isnull=False),
                name="execucao_um_sucesso_por_referencia",
            ),
            models.CheckConstraint(
                condition=~models.Q(situacao=1) | models.Q(iniciada_em__isnull=False, heartbeat__isnull=False),
                name="execucao_em_curso_tem_sinal",
            ),
            models.CheckConstraint(
                condition=models.Q(situacao__in=[0, 1], terminada_em__isnull=True)
                | models.Q(situacao__in=[2, 3, 4, 5, 6, 7, 8], terminada_em__isnull=False),
                name="execucao_terminada_tem_hora",
            ),
        )

    def __str__(self) -> str:
        return f"{self.rotina} nº {self.pk} ({self.get_situacao_display()})"
