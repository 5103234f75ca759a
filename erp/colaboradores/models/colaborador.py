"""Who works here."""

from datetime import date

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from erp.cadastros.documentos import limpar
from erp.cadastros.models import Filial
from erp.cadastros.textos import PalavrasSql, palavras


class ColaboradorQuerySet(models.QuerySet["Colaborador"]):
    def em(self, dia: date) -> "ColaboradorQuerySet":
        """Those employed on that day: admission and dismissal days are worked days."""
        return self.ativos_entre(dia, dia)

    def ativos_entre(self, inicio: date, fim: date) -> "ColaboradorQuerySet":
        """Those employed on some day of the stretch."""
        return self.filter(Q(desligamento__isnull=True) | Q(desligamento__gte=inicio), admissao__lte=fim)

    def buscar(self, texto: str) -> "ColaboradorQuerySet":
        """By the whole matrícula or CPF, or by words that begin words of the name."""
        limpo = limpar(texto)
        alternativas = Q(matricula=texto.strip())
        if len(limpo) == 11:
            alternativas |= Q(cpf=limpo)
        if consulta := " & ".join(f"{palavra}:*" for palavra in palavras(texto)):
            vetor = SearchQuery(consulta, config="simple", search_type="raw")
            return self.alias(vetor=SearchVector("busca", config="simple")).filter(alternativas | Q(vetor=vetor))
        return self.filter(alternativas)


class Colaborador(models.Model):
    """An employee, from admission to dismissal. Who comes back is a new row, with a new matrícula.

    `municipio` (IBGE) is where the work is done: its holidays are this person's. Latitude and longitude, in decimal
    degrees, are of where the day's route begins and ends.
    """

    matricula = models.CharField("matrícula", max_length=20, unique=True)
    nome = models.CharField("nome", max_length=80)
    cpf = models.CharField("CPF", max_length=11)
    pis = models.CharField(
        "PIS", max_length=11, blank=True, default="", help_text="Como o relógio antigo conhece a pessoa."
    )
    filial = models.ForeignKey(Filial, models.PROTECT, verbose_name="filial", related_name="colaboradores")
    municipio = models.CharField(
        "município", max_length=7, help_text="Onde trabalha: valem os feriados deste município e do estado dele."
    )
    cargo = models.CharField("cargo", max_length=60)
    admissao = models.DateField("admissão")
    desligamento = models.DateField("desligamento", null=True, blank=True, help_text="O último dia de trabalho.")
    controla_ponto = models.BooleanField(
        "controla ponto", default=True,
        help_text="Desmarque para quem a lei dispensa (CLT art. 62): nenhuma folha é feita.",
    )  # fmt: skip
    endereco = models.CharField(
        "endereço", max_length=200, blank=True, default="", help_text="De onde sai e para onde volta nas visitas."
    )
    latitude = models.DecimalField(
        "latitude", max_digits=9, decimal_places=6, null=True, blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )  # fmt: skip
    longitude = models.DecimalField(
        "longitude", max_digits=9, decimal_places=6, null=True, blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )  # fmt: skip
    busca = models.GeneratedField(expression=PalavrasSql("nome"), output_field=models.TextField(), db_persist=True)

    objects = ColaboradorQuerySet.as_manager()

    class Meta:
        verbose_name = "colaborador"
        verbose_name_plural = "colaboradores"
        ordering = ["nome", "matricula"]
        indexes = [
            # the list, by name, whole and of one filial
            models.Index(fields=["nome", "matricula"], name="colaborador_nome"),
            models.Index(fields=["filial", "nome"], name="colaborador_filial"),
            # who is employed now; the routine
            models.Index(fields=["filial", "id"], name="colaborador_ativo", condition=Q(desligamento__isnull=True)),
            # the marks of the clocks, by CPF and by PIS
            models.Index(fields=["cpf"], name="colaborador_cpf"),
            models.Index(fields=["pis"], name="colaborador_pis", condition=~Q(pis="")),
            # the search box
            GinIndex(SearchVector("busca", config="simple"), name="colaborador_busca"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["cpf"], condition=Q(desligamento__isnull=True), name="colaborador_um_por_cpf",
                violation_error_message="Já há um colaborador ativo com este CPF.",
            ),
            models.CheckConstraint(
                condition=Q(desligamento__isnull=True) | Q(desligamento__gte=models.F("admissao")),
                name="colaborador_desligamento", violation_error_message="O desligamento é antes da admissão.",
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False)  # a CHECK takes NULL as true
                & Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="colaborador_coordenadas",
                violation_error_message="Informe latitude e longitude juntas, em graus decimais, ou nenhuma.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.nome} ({self.matricula})"

    def empregado_em(self, dia: date) -> bool:
        return self.admissao <= dia and (self.desligamento is None or dia <= self.desligamento)
