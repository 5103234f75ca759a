"""The money ledgers: titles, their settlements, and the cash accounts.

Guarantees (each is a function of `tests/invariantes.py`):
- an entry never changes and never disappears: the database refuses UPDATE, DELETE and TRUNCATE;
- at most one entry per (origem, origem_id, sequencia) in each table, and at most one inverse per entry;
- a title is immutable: what is open of it is its value, its inverse and its settlements, summed;
- the balance of an account is the sum of its entries;
- the payments of an operation, less troco, are its total, to the cent; instalments add up to their payment.
"""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from auditoria.guardas import somente_acrescimo
from erp.cadastros.models import Conta, EspecieFinalizador, Filial


class Origem(models.IntegerChoices):
    PDV = 1, "Operação do PDV"  # origem_id: a generation of pdv.processamento
    MANUAL = 2, "Lançamento manual"  # origem_id: the settlement's or the title's own id
    CONTRATO = 3, "Contrato de plano"  # origem_id: erp.planos.Contratacao; sequencia: its instalment, from 0
    JAZIGO = 4, "Manutenção de jazigo"  # origem_id: the maintenance contract; sequencia: the competência, YYYYMM
    COBRANCA = 5, "Cobrança"  # origem_id: erp.cobrancas.Pagamento


class EspecieTitulo(models.TextChoices):
    """What a title is made of: a way to pay at the till, or a contract's charge."""

    DINHEIRO = EspecieFinalizador.DINHEIRO.value, "Dinheiro"
    PIX = EspecieFinalizador.PIX.value, "Pix"
    CARTAO = EspecieFinalizador.CARTAO.value, "Cartão"
    CREDIARIO = EspecieFinalizador.CREDIARIO.value, "Crediário"
    VALE = EspecieFinalizador.VALE.value, "Vale"
    CHEQUE = EspecieFinalizador.CHEQUE.value, "Cheque"
    OUTROS = EspecieFinalizador.OUTROS.value, "Outros"
    MENSALIDADE = "mensalidade", "Mensalidade de plano"
    MANUTENCAO = "manutencao", "Manutenção de jazigo"


# What a till settles by its number. The condition of an index, written out where SQL asks for it.
COM_NUMERO = ("crediario", "vale", "cheque", "outros", "mensalidade", "manutencao")


class Sentido(models.TextChoices):
    RECEBER = "R", "A receber"
    PAGAR = "P", "A pagar"


class Lancamento(models.Model):
    """One entry of a cash account: positive comes in, negative goes out."""

    class Natureza(models.IntegerChoices):
        VENDA = 1, "Venda"
        TROCO = 2, "Troco"
        SUPRIMENTO = 3, "Suprimento"
        SANGRIA = 4, "Sangria"
        BAIXA = 5, "Baixa de título"
        DEVOLUCAO = 6, "Devolução"
        QUEBRA = 7, "Falta ou sobra de caixa"
        RECEBIMENTO = 8, "Recebimento no PDV"
        CREDITO = 9, "Recebido a mais, a crédito do cliente"
        TAXA = 10, "Taxa de recebimento"

    conta = models.ForeignKey(
        Conta, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", verbose_name="conta"
    )
    filial = models.ForeignKey(
        Filial, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", verbose_name="filial"
    )
    natureza = models.SmallIntegerField("natureza", choices=Natureza.choices)
    finalizador = models.IntegerField("finalizador", null=True)  # its codigo
    valor = models.DecimalField("valor", max_digits=15, decimal_places=2)
    documento = models.CharField("NSU / Pix", max_length=35, blank=True, default="")
    ocorrido_em = models.DateTimeField("ocorrido em")
    lancado_em = models.DateTimeField("lançado em")
    data_contabil = models.DateField("data contábil")
    origem = models.SmallIntegerField("origem", choices=Origem.choices)
    origem_id = models.BigIntegerField("documento de origem")
    sequencia = models.IntegerField("sequência")  # negative: an inverse
    estorno_de = models.BigIntegerField("estorno de", null=True)

    class Meta:
        db_table = "financeiro_lancamento"
        verbose_name = "lançamento de dinheiro"
        verbose_name_plural = "lançamentos de dinheiro"
        default_permissions = ("view",)
        indexes = [
            # the list of entries and the statement of an account, which look at a stretch of days (see estoque)
            BrinIndex(
                fields=["data_contabil"], name="lancamento_dia", opclasses=["date_minmax_multi_ops"],
                pages_per_range=32, autosummarize=True,
            ),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(fields=["origem", "origem_id", "sequencia"], name="lancamento_chave"),
            models.UniqueConstraint(
                fields=["estorno_de"], condition=models.Q(estorno_de__isnull=False), name="lancamento_um_estorno"
            ),
        ]
        triggers = somente_acrescimo("financeiro_lancamento")

    def __str__(self) -> str:
        return f"lançamento {self.id}"


class SaldoConta(models.Model):
    """The balance of a cash account, and the lock of its ledger."""

    conta = models.OneToOneField(Conta, models.PROTECT, primary_key=True, related_name="saldo")
    valor = models.DecimalField("saldo", max_digits=18, decimal_places=2, default=0)

    class Meta:
        db_table = "financeiro_saldo_conta"
        verbose_name = "saldo de conta"
        verbose_name_plural = "saldos de contas"
        default_permissions = ("view",)


class Titulo(models.Model):
    """A receivable or payable, one per instalment. An inverse has `estorno_de` and the value negated."""

    filial = models.ForeignKey(
        Filial, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", verbose_name="filial"
    )
    sentido = models.CharField("sentido", max_length=1, choices=Sentido.choices)
    especie = models.CharField("espécie", max_length=12, choices=EspecieTitulo.choices)
    finalizador = models.IntegerField("finalizador", null=True)  # its codigo
    adquirente_id = models.BigIntegerField("adquirente", null=True)
    codigo_cliente = models.CharField("cliente", max_length=14, blank=True, default="")
    cpf_cnpj = models.CharField("CPF/CNPJ", max_length=14, blank=True, default="")
    documento = models.CharField(
        "documento", max_length=40, blank=True, default=""
    )  # what a till calls it: numero_documento
    nsu = models.CharField("NSU", max_length=20, blank=True, default="")
    autorizacao = models.CharField("autorização", max_length=128, blank=True, default="")
    parcela = models.SmallIntegerField("parcela")
    parcelas = models.SmallIntegerField("de")  # 0: of a contract that has no last one
    valor = models.DecimalField("valor", max_digits=15, decimal_places=2)
    emissao = models.DateField("emissão")
    vencimento = models.DateField("vencimento")
    ocorrido_em = models.DateTimeField("ocorrido em")
    lancado_em = models.DateTimeField("lançado em")
    data_contabil = models.DateField("data contábil")
    origem = models.SmallIntegerField("origem", choices=Origem.choices)
    origem_id = models.BigIntegerField("documento de origem")
    sequencia = models.IntegerField("sequência")  # negative: an inverse
    estorno_de = models.BigIntegerField("estorno de", null=True)

    class Meta:
        db_table = "financeiro_titulo"
        verbose_name = "título"
        default_permissions = ("view",)
        indexes = [
            # the list by period of posting (see estoque)
            BrinIndex(
                fields=["data_contabil"], name="titulo_dia", opclasses=["date_minmax_multi_ops"],
                pages_per_range=32, autosummarize=True,
            ),
            # what falls due: few distinct dates, deduplicated by the database, always the same few pages
            models.Index(fields=["vencimento"], name="titulo_vencimento"),
            # the title that a till settles by its number, and the search box
            models.Index(
                fields=["documento", "parcela"], name="titulo_documento",
                condition=models.Q(especie__in=COM_NUMERO),
            ),
            # what a customer owes: crediário and contracts
            models.Index(
                fields=["codigo_cliente", "vencimento"], name="titulo_cliente", condition=~models.Q(codigo_cliente="")
            ),
            # everything about one person; most titles name nobody
            models.Index(fields=["cpf_cnpj"], name="titulo_cpf_cnpj", condition=~models.Q(cpf_cnpj="")),
        ]  # fmt: skip
        permissions = [("baixar_titulo", "Pode baixar e desfazer a baixa de títulos")]
        constraints = [
            models.UniqueConstraint(fields=["origem", "origem_id", "sequencia"], name="titulo_chave"),
            models.UniqueConstraint(
                fields=["estorno_de"], condition=models.Q(estorno_de__isnull=False), name="titulo_um_estorno"
            ),
        ]
        triggers = somente_acrescimo("financeiro_titulo")

    def __str__(self) -> str:
        return f"título {self.documento or self.id} {self.numero_parcela}"

    @property
    def numero_parcela(self) -> str:
        """`3/12`, or `3` when there is no last one."""
        return f"{self.parcela}/{self.parcelas}" if self.parcelas else str(self.parcela)


class Baixa(models.Model):
    """A settlement of a title, or the inverse of one. Money received or paid is `valor + juros - desconto`.

    One made by an operation of the till has no account: the money came in by the operation's own payments, or none did
    (a store credit used in a sale).
    """

    titulo = models.ForeignKey(Titulo, models.DO_NOTHING, related_name="baixas", verbose_name="título")
    conta = models.ForeignKey(Conta, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="conta")
    valor = models.DecimalField("valor abatido", max_digits=15, decimal_places=2)
    juros = models.DecimalField("juros", max_digits=15, decimal_places=2, default=0)
    desconto = models.DecimalField("desconto", max_digits=15, decimal_places=2, default=0)
    ocorrido_em = models.DateTimeField("ocorrida em")
    lancado_em = models.DateTimeField("lançada em")
    data_contabil = models.DateField("data contábil")
    motivo = models.CharField("motivo", max_length=200, blank=True, default="")
    feita_por = models.CharField("feita por", max_length=150, blank=True, default="")
    chave = models.UUIDField("chave", unique=True)  # one per form: sent twice, settled once
    origem = models.SmallIntegerField("origem", choices=Origem.choices, default=Origem.MANUAL)
    origem_id = models.BigIntegerField("documento de origem", null=True)  # a generation; null when made by hand
    sequencia = models.IntegerField("sequência", default=0)  # negative: an inverse
    estorno_de = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="estorno", verbose_name="estorno de"
    )

    class Meta:
        db_table = "financeiro_baixa"
        verbose_name = "baixa"
        default_permissions = ("view",)
        indexes = [
            # the list by period of posting (see estoque)
            BrinIndex(
                fields=["data_contabil"],
                name="baixa_dia",
                opclasses=["date_minmax_multi_ops"],
                pages_per_range=32,
                autosummarize=True,
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["origem", "origem_id", "sequencia"],
                condition=models.Q(origem_id__isnull=False),
                name="baixa_chave",
            ),
        ]
        triggers = somente_acrescimo("financeiro_baixa")

    def __str__(self) -> str:
        return f"baixa {self.id}"
