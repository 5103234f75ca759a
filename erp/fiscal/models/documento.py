"""The fiscal ledger: the documents that the law asks for, one row per state that a note went through.

Guarantees (each is a function of `tests/invariantes.py`):
- a document never changes and never disappears: the database refuses UPDATE, DELETE and TRUNCATE;
- at most one document per (chave, numero, geracao), and at most one inverse per document;
- at most one document of a (chave, numero) is alive: that is, without an inverse;
- a document that is void (cancelada, denegada, inutilizada) counts zero, so a sum of documents needs no condition;
- a state never goes back: no generation has a lower state than the one before it (`xml.situacao.ORDEM`).
"""

from decimal import Decimal

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from auditoria.guardas import somente_acrescimo
from erp.cadastros.models import Filial


class DocumentoFiscal(models.Model):
    """What is known of a note, as of one generation. The inverse of a document has `estorno_de`.

    `conteudo` is JSON: `{"totais": {...}, "itens": [...], "pagamentos": [...], "estados": [...]}`, amounts as text.
    """

    class Situacao(models.TextChoices):
        AUTORIZADA = "autorizada", "Autorizada"
        CANCELADA = "cancelada", "Cancelada"
        DENEGADA = "denegada", "Denegada"
        CONTINGENCIA = "contingencia", "Contingência pendente"
        SEM_PROTOCOLO = "sem_protocolo", "Sem protocolo"
        INUTILIZADA = "inutilizada", "Inutilizada"

    filial = models.ForeignKey(
        Filial, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", verbose_name="filial"
    )
    nota_id = models.BigIntegerField("nota recebida", null=True)
    chave = models.CharField("chave", max_length=44)
    numero = models.IntegerField("número")
    serie = models.IntegerField("série")
    modelo = models.CharField("modelo", max_length=2)
    geracao = models.SmallIntegerField("geração")
    situacao = models.CharField("situação", max_length=13, choices=Situacao.choices)
    protocolo = models.CharField("protocolo", max_length=17, blank=True, default="")
    cnpj_emitente = models.CharField("CNPJ do emitente", max_length=14, blank=True, default="")
    documento_destinatario = models.CharField("CPF/CNPJ do destinatário", max_length=14, blank=True, default="")
    emissao = models.DateTimeField("emissão")
    valor_total = models.DecimalField("total", max_digits=15, decimal_places=2)  # what counts: zero when void
    valor_nota = models.DecimalField(
        "valor da nota", max_digits=15, decimal_places=2, null=True
    )  # of a void document, what the note says; null: the same as `valor_total`
    valor_ibs = models.DecimalField("IBS", max_digits=15, decimal_places=2, default=0)
    valor_cbs = models.DecimalField("CBS", max_digits=15, decimal_places=2, default=0)
    conteudo = models.JSONField("conteúdo")
    lancado_em = models.DateTimeField("lançado em")
    data_contabil = models.DateField("data contábil")
    estorno_de = models.BigIntegerField("estorno de", null=True)

    class Meta:
        db_table = "fiscal_documento"
        verbose_name = "documento fiscal"
        verbose_name_plural = "documentos fiscais"
        default_permissions = ("view",)
        permissions = [("baixar_xml", "Pode baixar o XML de documentos fiscais")]
        indexes = [
            # the list, which looks at a stretch of days (see estoque); one note is found by its key (documento_chave)
            BrinIndex(
                fields=["data_contabil"], name="documento_dia", opclasses=["date_minmax_multi_ops"],
                pages_per_range=32, autosummarize=True,
            ),
            # everything about one person; most notes name nobody
            models.Index(
                fields=["documento_destinatario"], name="documento_destinatario",
                condition=~models.Q(documento_destinatario=""),
            ),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(
                fields=["chave", "numero", "geracao"],
                condition=models.Q(estorno_de__isnull=True),
                name="documento_chave",
            ),
            models.UniqueConstraint(
                fields=["estorno_de"], condition=models.Q(estorno_de__isnull=False), name="documento_um_estorno"
            ),
        ]
        triggers = somente_acrescimo("fiscal_documento")

    @property
    def valor_de_face(self) -> Decimal:
        return self.valor_total if self.valor_nota is None else self.valor_nota

    def __str__(self) -> str:
        return f"NFC-e {self.numero}/{self.serie}" if self.modelo == "65" else f"documento {self.numero}/{self.serie}"


class XmlFiscal(models.Model):
    """The XML beside its document, in a table of its own: lists never read it."""

    documento = models.OneToOneField(
        DocumentoFiscal, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="arquivo"
    )
    xml = models.TextField("XML")

    class Meta:
        db_table = "fiscal_xml"
        verbose_name = "XML"
        verbose_name_plural = "XMLs"
        default_permissions = ()
        triggers = somente_acrescimo("fiscal_xml")


class AvisoFiscal(models.Model):
    """What staff should know of a document: a wrong check digit, a sale that says otherwise (`NOTA_DIVERGE`)."""

    documento = models.ForeignKey(DocumentoFiscal, models.DO_NOTHING, db_constraint=False, related_name="avisos")
    codigo = models.CharField("código", max_length=40)
    mensagem = models.TextField("mensagem")
    grave = models.BooleanField("grave", default=False)
    criado_em = models.DateTimeField("em")

    class Meta:
        db_table = "fiscal_aviso"
        verbose_name = "aviso fiscal"
        verbose_name_plural = "avisos fiscais"
        default_permissions = ("view",)
        triggers = somente_acrescimo("fiscal_aviso")
