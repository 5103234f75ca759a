"""What a customer is to the company just now, one row per tag, and what it was.

Guarantees (`tests/clientes/test_etiquetas.py`, `tests/erp/planos/tipagem`):
- of one tag a customer has at most one row (unique);
- a tag that ends, or whose reason becomes another, leaves its row in the history, which never changes.

`erp.planos.tipagem` is the only writer: `Cliente/TiparClientes`, and a death when it is registered. No foreign key: a
chunk of twenty thousand would pay for a lookup each, and customers are never deleted.
"""

from django.db import models
from django.db.models.functions import Now

from auditoria.guardas import somente_acrescimo


class TipoEtiqueta(models.IntegerChoices):
    """Several may hold at once.

    - TITULAR holds a contract that is ativo or suspenso;
    - DEPENDENTE is a living dependant, by its code, in such a contract;
    - FALECIDO has a death registered, as a customer or as a dependant;
    - FELICITADO has its birthday today or within 7 days (29 February: the 28th, where the year has no 29th), is alive
      and in use, and may be reached by a channel that it has not left;
    - EX_CLIENTE held contracts, and all of them are cancelled;
    - VAREJO came by the webservice, or has a title of a till.
    """

    TITULAR = 1, "Titular"
    DEPENDENTE = 2, "Dependente"
    FALECIDO = 3, "Falecido"
    FELICITADO = 4, "Felicitado"
    EX_CLIENTE = 5, "Ex-cliente"
    VAREJO = 6, "Varejo"


class DaEtiqueta(models.Model):
    """`desde` is the fact's own day (of the contract, the death, the registration), not the day it was noticed."""

    codigo_cliente = models.CharField("código do cliente", max_length=14)
    tipo = models.SmallIntegerField("etiqueta", choices=TipoEtiqueta.choices)
    desde = models.DateField("desde")
    motivo = models.CharField("por quê", max_length=200)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.get_tipo_display()} desde {self.desde:%d/%m/%Y}"


class Etiqueta(DaEtiqueta):
    """A tag that holds."""

    class Meta:
        db_table = "clientes_etiqueta"
        verbose_name = "etiqueta"
        verbose_name_plural = "etiquetas"
        default_permissions = ()
        constraints = (
            # a customer's page, and the routine: the tags of a stretch of codes
            models.UniqueConstraint(fields=["codigo_cliente", "tipo"], name="etiqueta_uma_por_cliente"),
        )
        indexes = (
            # the list of customers with one tag, in the list's own order
            models.Index(fields=["tipo", "codigo_cliente"], name="etiqueta_tipo"),
        )


class HistoricoEtiqueta(DaEtiqueta):
    """A tag that held until `ate`, and why it does no more."""

    ate = models.DateField("até")
    motivo_fim = models.CharField("por que acabou", max_length=200)
    registrado_em = models.DateTimeField("registrado em", db_default=Now())

    class Meta:
        db_table = "clientes_etiqueta_historico"
        verbose_name = "etiqueta que acabou"
        verbose_name_plural = "etiquetas que acabaram"
        default_permissions = ()
        indexes = (
            # a customer's page, newest first
            models.Index("codigo_cliente", models.F("id").desc(), name="etiqueta_historico_cliente"),
        )
        triggers = somente_acrescimo("etiqueta_historico")
