"""What a person decided about a message, and why."""

from django.db import models
from django.db.models.functions import Now

from auditoria.guardas import somente_acrescimo


class AtoDaFila(models.Model):
    """One row per message and act: reprocessed, cancelled, or set aside by one because a newer message stands."""

    class Acao(models.IntegerChoices):
        REPROCESSAR = 1, "Reprocessada"
        CANCELAR = 2, "Cancelada"
        SUBSTITUIR = 3, "Tirada da fila: há outra mais nova"

    mensagem_id = models.BigIntegerField("mensagem")
    acao = models.SmallIntegerField("ação", choices=Acao)
    motivo = models.CharField("motivo", max_length=500)
    usuario = models.CharField("usuário", max_length=150)
    em = models.DateTimeField("em", db_default=Now())

    class Meta:
        db_table = "wosk_queue_ato"
        verbose_name = "ato sobre a fila"
        verbose_name_plural = "atos sobre a fila"
        default_permissions = ("view",)
        triggers = somente_acrescimo("fila_ato")
        indexes = (
            # the acts on one message
            models.Index(fields=["mensagem_id", "id"], name="fila_ato_mensagem"),
        )

    def __str__(self) -> str:
        return f"{self.get_acao_display()} por {self.usuario}"
