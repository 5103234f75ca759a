"""A routine of the registry as a row, with the schedule that staff may edit.

Guarantee (tested in `tests/erp/rotinas/test_agendas.py`): a schedule is created once, and what staff change in it
stays changed.
"""

from django.db import models
from django_celery_beat.models import PeriodicTask

from auditoria.vigias import vigiar


class RotinaAgendada(models.Model):
    """A routine of the registry and its schedule in django-celery-beat."""

    caminho = models.CharField("caminho", max_length=120, unique=True)
    titulo = models.CharField("rotina", max_length=150)
    descricao = models.TextField("o que faz", blank=True)
    agenda = models.OneToOneField(
        PeriodicTask, models.SET_NULL, verbose_name="agenda", null=True, related_name="rotina_agendada"
    )
    agenda_criada = models.BooleanField(default=False, editable=False)
    ligar_ao_configurar = models.BooleanField(
        default=False, editable=False, db_comment="a agenda nasceu desligada por falta de corpo, e não por alguém"
    )
    declarada = models.BooleanField("existe no sistema", default=True, editable=False)
    configurada = models.BooleanField(
        "configurada", default=True, editable=False, db_comment="não: registrada sem corpo, não roda"
    )
    agendada_ate = models.DateTimeField(
        "horários vistos até", null=True, editable=False, db_comment="os horários até aqui já viraram execuções"
    )
    agenda_vista = models.CharField(
        max_length=400, blank=True, editable=False, db_comment="a agenda de que agendada_ate fala, em texto"
    )

    class Meta:
        verbose_name = "rotina"
        verbose_name_plural = "rotinas"
        ordering = ("titulo",)
        default_permissions = ("view",)
        permissions = (
            ("executar_rotina", "Pode executar rotina agora"),
            ("aprovar_execucao", "Pode aprovar execuções que atingem muitos"),
        )
        triggers = vigiar(ignorar=("agendada_ate", "agenda_vista", "ligar_ao_configurar"))

    def __str__(self) -> str:
        return self.titulo
