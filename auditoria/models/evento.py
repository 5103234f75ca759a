"""What happened.

Guarantees (each tested in `tests/auditoria/test_somente_acrescimo.py`):
- an event never changes and never disappears: UPDATE, DELETE and TRUNCATE are refused by the database;
- an event is stored masked: no full CPF, CNPJ, phone, e-mail or secret is in `antes`, `depois` or `motivo`;
- an event that is committed waits to be sealed, or is sealed, whoever wrote it (`tests/auditoria/test_selador.py`).
"""

from datetime import UTC, datetime

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from auditoria.gatilhos import por_na_fila_do_selo
from auditoria.guardas import somente_acrescimo
from auditoria.uuid7 import uuid7
from auditoria.vigias import dizer_de_que_falou

_DESDE, _ATE = datetime(2000, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)


class AtorTipo(models.TextChoices):
    USUARIO = "usuario", "usuário"
    CHAVE = "chave", "chave de API"
    ROTINA = "rotina", "rotina"
    TERMINAL = "terminal", "terminal"
    SISTEMA = "sistema", "sistema"


class Evento(models.Model):
    """One sensitive act, as it was. `em` is UTC with microseconds."""

    id = models.UUIDField("identificador", primary_key=True, default=uuid7, editable=False)
    em = models.DateTimeField("quando", default=timezone.now)
    ator_tipo = models.CharField("tipo de ator", max_length=10, choices=AtorTipo)
    ator = models.CharField("quem", max_length=150)
    acao = models.CharField("ação", max_length=100)
    objeto = models.CharField("objeto", max_length=100, blank=True)
    objeto_id = models.CharField("identificador do objeto", max_length=100, blank=True)
    antes = models.JSONField("antes", null=True, blank=True, encoder=DjangoJSONEncoder)
    depois = models.JSONField("depois", null=True, blank=True, encoder=DjangoJSONEncoder)
    motivo = models.TextField("motivo", blank=True)
    ip = models.GenericIPAddressField("endereço IP", null=True, blank=True)
    request_id = models.CharField("requisição", max_length=64, blank=True)

    class Meta:
        verbose_name = "evento de auditoria"
        verbose_name_plural = "eventos de auditoria"
        ordering = ("-em", "-id")
        default_permissions = ("view",)
        permissions = (("exportar_trilha", "Pode exportar a trilha de auditoria"),)
        indexes = (
            # the admin list, newest first, and its filter by date
            models.Index(fields=["em", "id"], name="evento_em"),
            # the admin list filtered by action
            models.Index(fields=["acao", "em"], name="evento_acao"),
            # everything one person, key or till did
            models.Index(fields=["ator", "em"], name="evento_ator"),
            # the history of one thing, with or without its kind
            models.Index(fields=["objeto_id", "objeto", "em"], name="evento_objeto"),
            # everything done to one kind of thing
            models.Index(fields=["objeto", "em"], name="evento_tipo_objeto"),
        )
        constraints = (
            models.CheckConstraint(condition=~models.Q(ator=""), name="evento_tem_ator"),
            models.CheckConstraint(condition=~models.Q(acao=""), name="evento_tem_acao"),
            # PostgreSQL has moments that nothing else can write (infinity, before Christ): no event could seal them
            models.CheckConstraint(condition=models.Q(em__gte=_DESDE, em__lt=_ATE), name="evento_em_de_nossa_era"),
        )
        triggers = (*somente_acrescimo("evento"), por_na_fila_do_selo(), dizer_de_que_falou())

    def __str__(self) -> str:
        return f"{self.acao} por {self.ator}"
