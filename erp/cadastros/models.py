"""Who and what the company is: filiais, tills, products, finalizadores, accounts, periods.

Nothing here is deleted once a ledger knows it: it is made inactive.
"""

from decimal import Decimal

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from auditoria.vigias import vigiar
from erp.cadastros.textos import PalavrasSql, palavras


class Filial(models.Model):
    """A shop. The table and column names are those of the specification (spec/004)."""

    codigo = models.IntegerField("código", db_column="COD_FILIAL", unique=True)
    nome = models.CharField("nome", db_column="FILIAL", max_length=60, unique=True)
    cnpj = models.CharField("CNPJ", db_column="CGC_CPF", max_length=14, blank=True, default="")
    uf = models.CharField("UF", db_column="UF", max_length=2, blank=True, default="")
    conta_cofre = models.ForeignKey(
        "Conta", models.PROTECT, verbose_name="conta do cofre", related_name="+", null=True, blank=True,
        help_text="Para onde vai a sangria e de onde vem o suprimento.",
    )  # fmt: skip
    permite_estoque_negativo = models.BooleanField("permite estoque negativo", default=True)
    ativa = models.BooleanField("ativa", default=True)

    class Meta:
        db_table = "FILIAIS"
        verbose_name = "filial"
        verbose_name_plural = "filiais"
        ordering = ["codigo"]
        permissions = [("ver_documentos", "Vê CPF e CNPJ de clientes por inteiro")]  # in every list of every app
        triggers = vigiar()

    def __str__(self) -> str:
        return f"{self.codigo} – {self.nome}"


class Conta(models.Model):
    """Where money is: a till's drawer, a safe, a bank account."""

    class Tipo(models.TextChoices):
        CAIXA = "caixa", "Caixa do PDV"
        COFRE = "cofre", "Cofre"
        BANCO = "banco", "Banco"

    codigo = models.CharField("código", max_length=20, unique=True)
    nome = models.CharField("nome", max_length=60)
    tipo = models.CharField("tipo", max_length=5, choices=Tipo.choices)
    filial = models.ForeignKey(
        Filial, models.PROTECT, verbose_name="filial", related_name="contas", null=True, blank=True
    )
    ativa = models.BooleanField("ativa", default=True)

    class Meta:
        verbose_name = "conta de dinheiro"
        verbose_name_plural = "contas de dinheiro"
        ordering = ["codigo"]
        triggers = vigiar()

    def __str__(self) -> str:
        return f"{self.codigo} – {self.nome}"


class PontoVenda(models.Model):
    """A till (PDV): it belongs to one filial and has a drawer of its own."""

    codigo = models.IntegerField("código", unique=True, help_text="O número do ponto de venda no PDV.")
    nome = models.CharField("nome", max_length=60)
    filial = models.ForeignKey(Filial, models.PROTECT, verbose_name="filial", related_name="pontos_venda")
    conta_caixa = models.ForeignKey(Conta, models.PROTECT, verbose_name="conta do caixa", related_name="+")
    ativo = models.BooleanField("ativo", default=True)
    emite_nota = models.BooleanField(
        "emite nota fiscal",
        default=True,
        db_default=True,
        help_text="Desmarcado, a conferência não espera uma NFC-e ou CF-e SAT de cada venda deste PDV.",
    )
    ultimo_contato_em = models.DateTimeField("último contato", null=True, editable=False)
    versao_replicador = models.CharField("versão do replicador", max_length=40, blank=True, default="", editable=False)

    class Meta:
        verbose_name = "ponto de venda"
        verbose_name_plural = "pontos de venda"
        ordering = ["codigo"]

    def __str__(self) -> str:
        return f"{self.codigo} – {self.nome}"


class ProdutoQuerySet(models.QuerySet["Produto"]):
    def buscar(self, texto: str) -> "ProdutoQuerySet":
        """Those that have a word beginning with each word of `texto`, in the description, code or barcode.

        Served by the GIN index on `busca`; a text without letters or digits finds nothing.
        """
        consulta = " & ".join(f"{palavra}:*" for palavra in palavras(texto))
        if not consulta:
            return self.none()
        return self.alias(vetor=SearchVector("busca", config="simple")).filter(
            vetor=SearchQuery(consulta, config="simple", search_type="raw")
        )


class Produto(models.Model):
    """A product; `codigo` is the `id_produto` that the tills send."""

    codigo = models.BigIntegerField("código", unique=True, help_text="O código do produto no PDV. Depois não muda.")
    descricao = models.CharField("descrição", max_length=120)
    codigo_barras = models.CharField("código de barras", max_length=14, blank=True, default="", db_index=True)
    unidade = models.CharField("unidade", max_length=6, default="UN")
    ncm = models.CharField("NCM", max_length=8, blank=True, default="")
    preco = models.DecimalField("preço", max_digits=15, decimal_places=2, default=0, validators=[MinValueValidator(0)])
    controla_estoque = models.BooleanField("controla estoque", default=True)
    ativo = models.BooleanField("ativo", default=True)
    # Computed by the database, so that it is right whoever writes the row: a form, an import, COPY.
    busca = models.GeneratedField(
        expression=PalavrasSql("descricao", "codigo", "codigo_barras"),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = ProdutoQuerySet.as_manager()

    class Meta:
        verbose_name = "produto"
        ordering = ["codigo"]
        # the search box: words of the description, beginnings of code and barcode
        indexes = [GinIndex(SearchVector("busca", config="simple"), name="produto_busca")]

    def __str__(self) -> str:
        return f"{self.codigo} – {self.descricao}"


class Adquirente(models.Model):
    """Who pays the card sales: acquirer, voucher company."""

    nome = models.CharField("nome", max_length=60, unique=True)
    cnpj = models.CharField("CNPJ", max_length=14, blank=True, default="")

    class Meta:
        verbose_name = "adquirente"
        ordering = ["nome"]

    def __str__(self) -> str:
        return self.nome


class EspecieFinalizador(models.TextChoices):
    DINHEIRO = "dinheiro", "Dinheiro"
    PIX = "pix", "Pix"
    CARTAO = "cartao", "Cartão"
    CREDIARIO = "crediario", "Crediário"
    VALE = "vale", "Vale"
    CHEQUE = "cheque", "Cheque"
    OUTROS = "outros", "Outros"


class Finalizador(models.Model):
    """A way to pay; how it becomes money is in its conditions, each valid from a date on (vigência)."""

    codigo = models.IntegerField("código", unique=True, help_text="O número do finalizador no PDV.")
    nome = models.CharField("nome", max_length=60)
    especie = models.CharField("espécie", max_length=10, choices=EspecieFinalizador.choices)
    ativo = models.BooleanField("ativo", default=True)

    class Meta:
        verbose_name = "finalizador"
        verbose_name_plural = "finalizadores"
        ordering = ["codigo"]
        triggers = vigiar()

    def __str__(self) -> str:
        return f"{self.codigo} – {self.nome}"


class CondicaoFinalizador(models.Model):
    """Terms of a finalizador from `vigente_desde` until the next one's."""

    finalizador = models.ForeignKey(Finalizador, models.CASCADE, related_name="condicoes")
    vigente_desde = models.DateField("vigente desde")
    adquirente = models.ForeignKey(Adquirente, models.PROTECT, verbose_name="adquirente", null=True, blank=True)
    conta = models.ForeignKey(
        Conta, models.PROTECT, verbose_name="conta", null=True, blank=True,
        help_text="Onde o Pix cai. Em branco, no dinheiro: o caixa do PDV.",
    )  # fmt: skip
    dias_primeira = models.PositiveSmallIntegerField("dias até a 1ª parcela", default=0)
    dias_intervalo = models.PositiveSmallIntegerField("dias entre parcelas", default=30)
    taxa_percentual = models.DecimalField(
        "taxa (%)", max_digits=7, decimal_places=4, default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )  # fmt: skip

    class Meta:
        verbose_name = "condição do finalizador"
        verbose_name_plural = "condições do finalizador"
        ordering = ["finalizador", "-vigente_desde"]
        constraints = [
            models.UniqueConstraint(fields=["finalizador", "vigente_desde"], name="condicao_finalizador_vigencia")
        ]
        triggers = vigiar("cadastros.condicaofinalizador", "cadastros.finalizador")

    def __str__(self) -> str:
        return f"{self.finalizador} desde {self.vigente_desde:%d/%m/%Y}"


class PeriodoContabil(models.Model):
    """A stretch of days; while it is closed, entries of these days are posted on the first open day after it."""

    inicio = models.DateField("início")
    fim = models.DateField("fim")
    fechado = models.BooleanField("fechado", default=True)
    fechado_em = models.DateTimeField("fechado em", auto_now=True)

    class Meta:
        verbose_name = "período contábil"
        verbose_name_plural = "períodos contábeis"
        permissions = [
            ("fechar_periodo", "Pode fechar períodos contábeis"),
            ("reabrir_periodo", "Pode reabrir períodos contábeis"),
        ]
        ordering = ["-inicio"]
        constraints = [
            models.CheckConstraint(condition=models.Q(fim__gte=models.F("inicio")), name="periodo_contabil_ordem"),
            ExclusionConstraint(
                name="periodo_contabil_sem_sobreposicao",
                expressions=[
                    (
                        models.Func(
                            "inicio", "fim", models.Value("[]"), function="daterange", output_field=DateRangeField()
                        ),
                        RangeOperators.OVERLAPS,
                    )
                ],
                violation_error_message="Já existe um período que inclui algum destes dias.",
            ),
        ]
        triggers = vigiar()

    def __str__(self) -> str:
        return f"{self.inicio:%d/%m/%Y} a {self.fim:%d/%m/%Y}"


class FeriadoMunicipal(models.Model):
    """A holiday by a município's law. National and state ones come from a library, and are not here."""

    class Repete(models.TextChoices):
        UMA_VEZ = "uma_vez", "Só neste dia"
        TODO_ANO = "todo_ano", "Todo ano, neste dia e mês"
        CORPUS_CHRISTI = "corpus", "Corpus Christi, todo ano"
        CARNAVAL = "carnaval", "Terça-feira de Carnaval, todo ano"

    municipio = models.CharField("município", max_length=7, help_text="O código do IBGE.")
    nome = models.CharField("nome", max_length=60)
    repete = models.CharField("repete", max_length=8, choices=Repete.choices, default=Repete.TODO_ANO)
    dia = models.DateField("dia", help_text="O primeiro: antes dele não é feriado.")
    ate = models.DateField("até", null=True, blank=True, help_text="Se a lei mudou: depois deste dia deixou de ser.")

    class Meta:
        verbose_name = "feriado municipal"
        verbose_name_plural = "feriados municipais"
        ordering = ["municipio", "dia"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipio", "dia", "nome"], name="feriado_municipal_unico",
                violation_error_message="Este feriado já está cadastrado.",
            ),
            models.CheckConstraint(
                condition=models.Q(ate__isnull=True) | models.Q(ate__gte=models.F("dia")),
                name="feriado_municipal_ordem", violation_error_message="O fim é antes do primeiro dia.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.nome} ({self.municipio})"
