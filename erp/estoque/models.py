"""The stock ledger.

Guarantees (each is a function of `tests/invariantes.py`):
- an entry never changes and never disappears: the database refuses UPDATE, DELETE and TRUNCATE;
- at most one entry per (origem, origem_id, sequencia), and at most one inverse per entry;
- a balance is the sum of its entries, in quantity and in value.
"""

from django.contrib.postgres.indexes import BrinIndex
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from auditoria.guardas import somente_acrescimo
from erp.cadastros.models import Filial, Produto


class Origem(models.IntegerChoices):
    """What a ledger entry comes from: with `origem_id`, the row that explains it."""

    PDV = 1, "Operação do PDV"  # origem_id: a generation of pdv.processamento
    MANUAL = 2, "Lançamento manual"  # origem_id: a document of the ledger's own app


class Natureza(models.IntegerChoices):
    VENDA = 1, "Venda"
    DEVOLUCAO = 2, "Devolução"
    SALDO_INICIAL = 10, "Saldo inicial"
    ENTRADA = 11, "Entrada"
    AJUSTE = 12, "Ajuste de inventário"
    RESIDUO = 20, "Resíduo de custo"


class Saldo(models.Model):
    """Quantity and value of a product in a filial. The row is the lock of the ledger: (filial, produto) order."""

    pk = models.CompositePrimaryKey("filial_id", "produto_id")
    filial = models.ForeignKey(Filial, models.PROTECT, related_name="+")
    produto = models.ForeignKey(Produto, models.PROTECT, related_name="+")
    quantidade = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    valor = models.DecimalField(max_digits=20, decimal_places=6, default=0)  # sum of the stamped entries
    custo_medio = models.DecimalField(
        max_digits=18, decimal_places=6, default=0
    )  # the last one; stands while quantity <= 0

    class Meta:
        db_table = "estoque_saldo"
        verbose_name = "saldo de estoque"
        verbose_name_plural = "saldos de estoque"
        default_permissions = ("view",)


class Movimento(models.Model):
    """One stock entry: positive comes in, negative goes out; `valor` = quantity x cost, to 6 decimals."""

    filial = models.ForeignKey(
        Filial, models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False, verbose_name="filial"
    )
    produto = models.ForeignKey(
        Produto, models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False, verbose_name="produto"
    )
    natureza = models.SmallIntegerField("natureza", choices=Natureza.choices)
    quantidade = models.DecimalField("quantidade", max_digits=15, decimal_places=4)
    custo = models.DecimalField("custo unitário", max_digits=18, decimal_places=6)
    valor = models.DecimalField("valor", max_digits=20, decimal_places=6)
    ocorrido_em = models.DateTimeField("ocorrido em")
    lancado_em = models.DateTimeField("lançado em")
    data_contabil = models.DateField("data contábil")
    origem = models.SmallIntegerField("origem", choices=Origem.choices)
    origem_id = models.BigIntegerField("documento de origem")
    sequencia = models.IntegerField("sequência")  # negative: an inverse
    estorno_de = models.BigIntegerField("estorno de", null=True)

    class Meta:
        db_table = "estoque_movimento"
        verbose_name = "movimento de estoque"
        verbose_name_plural = "movimentos de estoque"
        default_permissions = ("view",)
        indexes = [
            # the list of entries, which always looks at a stretch of days: rows come nearly in this order, so a BRIN
            # of a few kB finds them and costs the hot path nothing; multi-minmax bears late tills
            BrinIndex(
                fields=["data_contabil"], name="movimento_dia", opclasses=["date_minmax_multi_ops"],
                pages_per_range=32, autosummarize=True,
            ),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(fields=["origem", "origem_id", "sequencia"], name="movimento_chave"),
            models.UniqueConstraint(
                fields=["estorno_de"], condition=models.Q(estorno_de__isnull=False), name="movimento_um_estorno"
            ),
        ]
        triggers = somente_acrescimo("estoque_movimento")

    def __str__(self) -> str:
        return f"movimento {self.id}"


class DocumentoEstoque(models.Model):
    """What a person entered by hand or by file: the origin of the entries that it made.

    `linhas` is what was entered, in order: `[{"produto_id", "quantidade", "custo"}]`, amounts as text, cost null when
    none was given. In an ajuste the quantity is the one counted; the entry made is the difference.
    """

    natureza = models.SmallIntegerField("natureza", choices=Natureza.choices)
    filial = models.ForeignKey(Filial, models.PROTECT, related_name="+", verbose_name="filial")
    referencia = models.CharField("referência", max_length=60, blank=True, default="")
    motivo = models.CharField("motivo", max_length=200)
    ocorrido_em = models.DateTimeField("ocorrido em")
    criado_em = models.DateTimeField("lançado em", auto_now_add=True)
    criado_por = models.CharField("lançado por", max_length=150)
    chave = models.UUIDField("chave", unique=True)  # one per form or file: sent twice, posted once
    linhas = models.JSONField("linhas", encoder=DjangoJSONEncoder)

    class Meta:
        db_table = "estoque_documento"
        verbose_name = "entrada ou ajuste de estoque"
        verbose_name_plural = "entradas e ajustes de estoque"
        default_permissions = ("view",)
        triggers = somente_acrescimo("estoque_documento")
        permissions = [("lancar_estoque", "Pode lançar saldo inicial, entrada e ajuste de inventário")]

    def __str__(self) -> str:
        return f"{self.get_natureza_display()} {self.id}"


class SaldoProduto(Produto):
    """The page of balances: the admin takes no model with a composite key, so this proxy gives the page its place."""

    class Meta:
        proxy = True
        verbose_name = "saldo de estoque"
        verbose_name_plural = "saldos de estoque"
        default_permissions = ()  # who sees it has view_saldo
