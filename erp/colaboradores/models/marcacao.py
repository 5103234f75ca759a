"""What the clocks say. A mark is a fact: it is never made here, changed or deleted (Portaria MTP 671/2021)."""

from django.conf import settings
from django.db import models

from auditoria.guardas import somente_acrescimo
from erp.cadastros.models import Filial
from erp.colaboradores.models.colaborador import Colaborador


class Relogio(models.Model):
    """A clock (REP): each numbers its own records, from 1 (NSR)."""

    identificacao = models.CharField(
        "identificação", max_length=17, unique=True,
        help_text="O número de fabricação do REP-C, ou o registro do REP-P, como está no arquivo AFD.",
    )  # fmt: skip
    nome = models.CharField("nome", max_length=60)
    filial = models.ForeignKey(Filial, models.PROTECT, verbose_name="filial", related_name="+")
    ativo = models.BooleanField("ativo", default=True)

    class Meta:
        verbose_name = "relógio de ponto"
        verbose_name_plural = "relógios de ponto"
        ordering = ["nome"]

    def __str__(self) -> str:
        return f"{self.nome} ({self.identificacao})"


class ImportacaoMarcacoes(models.Model):
    """A file of a clock that somebody brought: what it had, what was new, what was refused and why."""

    relogio = models.ForeignKey(Relogio, models.PROTECT, verbose_name="relógio", related_name="importacoes")
    arquivo = models.CharField("arquivo", max_length=120)
    sha256 = models.CharField("SHA-256", max_length=64)
    por = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="quem", related_name="+")
    em = models.DateTimeField("quando", auto_now_add=True)
    lidas = models.PositiveIntegerField("marcações lidas", default=0)
    novas = models.PositiveIntegerField("novas", default=0)
    recusadas = models.PositiveIntegerField("recusadas", default=0)
    recusas = models.JSONField("recusas", default=list)
    avisos = models.JSONField("avisos", default=list)

    class Meta:
        verbose_name = "importação de marcações"
        verbose_name_plural = "importações de marcações"
        ordering = ["-id"]
        default_permissions = ("view", "add")
        triggers = somente_acrescimo("importacao_marcacoes")

    def __str__(self) -> str:
        return f"{self.arquivo}: {self.novas} novas de {self.lidas}"


class Marcacao(models.Model):
    """One mark, as the clock wrote it. `momento` is the instant; the clock's own zone is lost, the instant is not."""

    class Origem(models.TextChoices):
        AFD = "afd", "Arquivo do relógio (AFD)"
        PLANILHA = "csv", "Planilha (CSV)"

    relogio = models.ForeignKey(Relogio, models.PROTECT, verbose_name="relógio", related_name="+", db_index=False)
    nsr = models.PositiveBigIntegerField("NSR")
    colaborador = models.ForeignKey(
        Colaborador, models.PROTECT, verbose_name="colaborador", related_name="marcacoes", db_index=False
    )
    momento = models.DateTimeField("momento")
    origem = models.CharField("origem", max_length=3, choices=Origem.choices)
    importacao = models.ForeignKey(
        ImportacaoMarcacoes, models.PROTECT, verbose_name="importação", related_name="marcacoes"
    )
    recebida_em = models.DateTimeField("recebida em")

    class Meta:
        verbose_name = "marcação"
        verbose_name_plural = "marcações"
        ordering = ["-momento", "-id"]
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["relogio", "nsr"], name="marcacao_nsr")]
        indexes = [
            # the sheet, and one person's marks
            models.Index(fields=["colaborador", "momento"], name="marcacao_colaborador"),
            # the list, newest first, and its filter by date
            models.Index(fields=["momento", "id"], name="marcacao_momento"),
        ]
        triggers = somente_acrescimo("marcacao")

    def __str__(self) -> str:
        return f"NSR {self.nsr}"
