"""The Monitor's tables: who changed, what it did, what is sent again, and which places a person named.

Guarantees (`tests/clientes/monitor`, `tests/concorrencia/test_monitor.py`, `tests/falhas/test_monitor_morto.py`):
- a change of CLIENTES_VAREJO is noted in the writer's own transaction, by triggers (`clientes.gatilhos`);
- a note goes only with the message it asked for, or with the knowledge that nothing new is to be told: one transaction.
"""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Pendente(models.Model):
    """A note: this customer changed. Any number of them per customer; they say nothing of what changed."""

    codigo_cliente = models.CharField("código do cliente", max_length=14)
    notado_em = models.DateTimeField("notado em", db_default=Now())
    forcar = models.BooleanField("mesmo igual à última", default=False, db_default=False)
    mortes = models.PositiveSmallIntegerField("mortes", default=0, db_default=0)
    tentativas = models.PositiveSmallIntegerField("tentativas", default=0, db_default=0)
    proxima_tentativa_em = models.DateTimeField("próxima tentativa", db_default=Now())
    erro = models.TextField("erro", default="", db_default="")

    class Meta:
        db_table = "clientes_pendentes"
        verbose_name = "mudança à espera"
        verbose_name_plural = "mudanças à espera"
        default_permissions = ()
        indexes = (
            # the drain: changes before what is only being sent again, oldest first
            models.Index(fields=["forcar", "id"], name="cliente_pendente", condition=models.Q(erro="")),
            # what was put aside: few among many
            models.Index(fields=["id"], name="cliente_pendente_erro", condition=~models.Q(erro="")),
        )

    def __str__(self) -> str:
        return f"mudança {self.pk}"


class Varredura(models.Model):
    """One run of the Monitor that found something; its counts are written with the work they count."""

    iniciada_em = models.DateTimeField("início")
    vista_em = models.DateTimeField("último sinal")
    terminada_em = models.DateTimeField("término", null=True)
    por = models.CharField("por", max_length=161)
    notas = models.PositiveIntegerField("mudanças", default=0)
    mensagens = models.PositiveIntegerField("mensagens", default=0)
    iguais = models.PositiveIntegerField("sem novidade", default=0)
    sem_codigo = models.PositiveIntegerField("sem município ou país", default=0)
    com_erro = models.PositiveIntegerField("postas de lado", default=0)

    class Meta:
        db_table = "clientes_varredura"
        verbose_name = "varredura"
        verbose_name_plural = "Monitor"
        ordering = ("-id",)
        default_permissions = ("view",)
        indexes = (
            # the routine that forgets old runs
            models.Index(fields=["vista_em"], name="cliente_varredura_vista"),
        )

    def __str__(self) -> str:
        return f"varredura {self.pk}"


class Reenvio(models.Model):
    """Customers noted again, a few thousand at a time, by the order of their code; `ultimo_codigo` is how far it is.

    Either all that changed since `desde`, told even if nothing is new, or all of one place whose code became another.
    """

    desde = models.DateTimeField("desde", null=True)
    cidade = models.CharField("cidade", max_length=200, default="", db_default="")
    uf = models.CharField("UF", max_length=2, default="", db_default="")
    pais = models.CharField("país", max_length=200, default="", db_default="")
    pedido_em = models.DateTimeField("pedido em", db_default=Now())
    pedido_por = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="pedido por", related_name="+"
    )
    motivo = models.CharField("motivo", max_length=500)
    ultimo_codigo = models.CharField("último código", max_length=14, default="", db_default="")
    notados = models.PositiveIntegerField("clientes", default=0, db_default=0)
    terminado_em = models.DateTimeField("término", null=True)
    cancelado_por = models.CharField("cancelado por", max_length=161, default="", db_default="")

    class Meta:
        db_table = "clientes_reenvio"
        verbose_name = "reenvio de clientes"
        verbose_name_plural = "reenvios de clientes"
        ordering = ("-id",)
        default_permissions = ("view",)
        permissions = (("reenviar_cliente", "Pode varrer agora e reenviar clientes"),)
        indexes = (
            # those under way
            models.Index(fields=["id"], name="cliente_reenvio_aberto", condition=models.Q(terminado_em=None)),
        )

    def __str__(self) -> str:
        return f"reenvio {self.pk}"


class LugarInformado(models.Model):
    """A place that the official table does not know by this name, and the code that a person gave it."""

    escrito = models.CharField("como está escrito", max_length=80)
    informado_por = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="informado por", related_name="+"
    )
    informado_em = models.DateTimeField("informado em")
    curado_em = models.DateTimeField("mensagens reenviadas em", null=True, editable=False)

    class Meta:
        abstract = True


class MunicipioInformado(LugarInformado):
    """`cidade` is the name's letters and digits (`erp.cadastros.lugares.juntar`)."""

    cidade = models.CharField("cidade", max_length=200)
    uf = models.CharField("UF", max_length=2, blank=True)
    codigo_ibge = models.CharField("código do IBGE", max_length=7)

    class Meta:
        db_table = "clientes_municipio_informado"
        verbose_name = "município informado"
        verbose_name_plural = "municípios informados"
        ordering = ("uf", "cidade")
        default_permissions = ("view",)
        permissions = (("informar_municipio", "Pode informar o município ou o país de clientes"),)
        constraints = (models.UniqueConstraint(fields=["uf", "cidade"], name="municipio_informado"),)

    def __str__(self) -> str:
        return self.escrito


class PaisInformado(LugarInformado):
    """`pais` is the name's letters and digits (`erp.cadastros.lugares.juntar`)."""

    pais = models.CharField("país", max_length=200, unique=True)
    codigo_bacen = models.CharField("código do BACEN", max_length=4)

    class Meta:
        db_table = "clientes_pais_informado"
        verbose_name = "país informado"
        verbose_name_plural = "países informados"
        ordering = ("pais",)
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.escrito
