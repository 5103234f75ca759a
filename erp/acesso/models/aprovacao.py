"""Second-person approvals.

Guarantees (tested in `tests/erp/acesso/test_aprovacoes.py`): who asks never decides, and the database says so too;
an approval serves once; what was approved is what is done, for the data is compared when it is consumed.
"""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from auditoria.vigias import vigiar


class Aprovacao(models.Model):
    """A request that somebody else must approve before a service acts on it."""

    class Situacao(models.IntegerChoices):
        PENDENTE = 1, "pendente"
        APROVADA = 2, "aprovada"
        RECUSADA = 3, "recusada"
        CONSUMIDA = 4, "usada"
        VENCIDA = 5, "vencida"

    TRANSICOES = frozenset(
        {
            (Situacao.PENDENTE, Situacao.APROVADA),
            (Situacao.PENDENTE, Situacao.RECUSADA),
            (Situacao.APROVADA, Situacao.CONSUMIDA),
            (Situacao.PENDENTE, Situacao.VENCIDA),
            (Situacao.APROVADA, Situacao.VENCIDA),
        }
    )

    acao = models.CharField("ação", max_length=100)
    descricao = models.CharField("o que será feito", max_length=300)
    objeto = models.CharField("objeto", max_length=100)
    objeto_id = models.CharField("identificador do objeto", max_length=100)
    dados = models.JSONField("dados", default=dict, blank=True, encoder=DjangoJSONEncoder)
    permissao = models.CharField("permissão exigida de quem decide", max_length=200, blank=True)
    situacao = models.PositiveSmallIntegerField("situação", choices=Situacao, default=Situacao.PENDENTE)
    motivo = models.TextField("motivo do pedido")
    solicitada_por = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="pedida por", related_name="+", null=True, blank=True
    )
    sistema = models.CharField(
        "pedida pelo sistema", max_length=161, blank=True, db_comment="quem pediu, quando não foi uma pessoa"
    )
    solicitada_em = models.DateTimeField("pedida em", default=timezone.now)
    expira_em = models.DateTimeField("vale até")
    decidida_por = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="decidida por", related_name="+", null=True, blank=True
    )
    decidida_em = models.DateTimeField("decidida em", null=True, blank=True)
    motivo_decisao = models.TextField("motivo da decisão", blank=True)
    consumida_em = models.DateTimeField("usada em", null=True, blank=True)

    class Meta:
        verbose_name = "aprovação"
        verbose_name_plural = "aprovações"
        ordering = ("-id",)
        default_permissions = ("view",)
        permissions = (("decidir_aprovacao", "Pode aprovar ou recusar pedidos de outra pessoa"),)
        indexes = (
            # what waits for a decision, oldest first
            models.Index(fields=["id"], name="aprovacao_pendente", condition=models.Q(situacao=1)),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["acao", "objeto", "objeto_id"],
                condition=models.Q(situacao__in=[1, 2]),
                name="aprovacao_uma_em_aberto",
            ),
            models.CheckConstraint(
                condition=models.Q(decidida_por__isnull=True) | ~models.Q(decidida_por=models.F("solicitada_por")),
                name="aprovacao_por_outra_pessoa",
            ),
            models.CheckConstraint(
                condition=models.Q(solicitada_por__isnull=False, sistema="")
                | models.Q(solicitada_por__isnull=True) & ~models.Q(sistema=""),
                name="aprovacao_pedida_por_alguem",
            ),
            models.CheckConstraint(
                condition=models.Q(situacao=1, decidida_por__isnull=True, decidida_em__isnull=True)
                | models.Q(situacao__in=[2, 3, 4], decidida_por__isnull=False, decidida_em__isnull=False)
                | models.Q(situacao=5),
                name="aprovacao_decidida_por_alguem",
            ),
            models.CheckConstraint(
                condition=models.Q(situacao=4, consumida_em__isnull=False)
                | models.Q(situacao__in=[1, 2, 3, 5], consumida_em__isnull=True),
                name="aprovacao_consumida_tem_hora",
            ),
        )
        triggers = vigiar()

    @property
    def solicitante(self) -> str:
        """Who asked, as text: a person, or what of the system."""
        return str(self.solicitada_por) if self.solicitada_por_id is not None else self.sistema

    def __str__(self) -> str:
        return f"{self.descricao} ({self.get_situacao_display()})"
