"""Routines as staff see them, and each time one ran.

Guarantees (tested in `tests/erp/rotinas/test_execucoes.py`): a routine never runs over itself, by a unique index on
the running executions; a schedule is created once, and what staff change in it stays changed.
"""

from django.db import models
from django.utils import timezone
from django_celery_beat.models import PeriodicTask


class RotinaAgendada(models.Model):
    """A routine of the registry and its schedule in django-celery-beat."""

    caminho = models.CharField("caminho", max_length=120, unique=True)
    titulo = models.CharField("rotina", max_length=150)
    descricao = models.TextField("o que faz", blank=True)
    agenda = models.OneToOneField(
        PeriodicTask, models.SET_NULL, verbose_name="agenda", null=True, related_name="rotina_agendada"
    )
    agenda_criada = models.BooleanField(default=False, editable=False)
    declarada = models.BooleanField("existe no sistema", default=True, editable=False)

    class Meta:
        verbose_name = "rotina"
        verbose_name_plural = "rotinas"
        ordering = ("titulo",)
        default_permissions = ("view",)
        permissions = (("executar_rotina", "Pode executar rotina agora"),)

    def __str__(self) -> str:
        return self.titulo


class Execucao(models.Model):
    """One run of a routine, asked for (`PENDENTE`), in course or over."""

    class Situacao(models.IntegerChoices):
        PENDENTE = 0, "pendente"
        EXECUTANDO = 1, "executando"
        SUCESSO = 2, "sucesso"
        PULADA = 3, "pulada"
        ERRO = 4, "erro"
        INTERROMPIDA = 5, "interrompida"

    TRANSICOES = frozenset(
        {
            (Situacao.PENDENTE, Situacao.EXECUTANDO),
            (Situacao.PENDENTE, Situacao.PULADA),
            (Situacao.PENDENTE, Situacao.ERRO),
            (Situacao.EXECUTANDO, Situacao.SUCESSO),
            (Situacao.EXECUTANDO, Situacao.ERRO),
            (Situacao.EXECUTANDO, Situacao.INTERROMPIDA),
        }
    )

    rotina = models.CharField("rotina", max_length=120)
    situacao = models.PositiveSmallIntegerField("situação", choices=Situacao, default=Situacao.EXECUTANDO)
    agendada_para = models.DateTimeField("agendada para", null=True, blank=True)
    criada_em = models.DateTimeField("criada em", default=timezone.now)
    iniciada_em = models.DateTimeField("início", null=True, blank=True)
    terminada_em = models.DateTimeField("término", null=True, blank=True)
    iniciada_por = models.CharField("iniciada por", max_length=161)
    contagens = models.JSONField("contagens", default=dict, blank=True)
    erro = models.TextField("erro", blank=True)
    heartbeat = models.DateTimeField("último sinal de vida", null=True, blank=True)

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
        )
        constraints = (
            models.UniqueConstraint(fields=["rotina"], condition=models.Q(situacao=1), name="execucao_uma_por_rotina"),
            models.UniqueConstraint(
                fields=["rotina", "agendada_para"],
                condition=models.Q(agendada_para__isnull=False),
                name="execucao_uma_por_horario",
            ),
            models.CheckConstraint(
                condition=~models.Q(situacao=1) | models.Q(iniciada_em__isnull=False, heartbeat__isnull=False),
                name="execucao_em_curso_tem_sinal",
            ),
            models.CheckConstraint(
                condition=models.Q(situacao__in=[0, 1], terminada_em__isnull=True)
                | models.Q(situacao__in=[2, 3, 4, 5], terminada_em__isnull=False),
                name="execucao_terminada_tem_hora",
            ),
        )

    def __str__(self) -> str:
        return f"{self.rotina} nº {self.pk} ({self.get_situacao_display()})"
