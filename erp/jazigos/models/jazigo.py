"""Jazigos, who holds them, and who rests in them."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from auditoria.vigias import vigiar
from clientes.models import Cliente
from erp.cadastros.textos import PalavrasSql, palavras
from erp.jazigos.models.cemiterio import Cemiterio


def um_por_dia(nome: str, mensagem: str) -> ExclusionConstraint:
    """At most one row of a jazigo on any day from `inicio` to `fim`, both in; without `fim` it never ends.

    The jazigo is compared as a range of one number: equality in a GiST index would take an extension.
    """
    jazigo = models.Func(
        "jazigo", "jazigo", models.Value("[]"), function="int8range", output_field=BigIntegerRangeField()
    )
    dias = models.Func("inicio", "fim", models.Value("[]"), function="daterange", output_field=DateRangeField())
    return ExclusionConstraint(
        name=nome,
        expressions=[(jazigo, RangeOperators.OVERLAPS), (dias, RangeOperators.OVERLAPS)],
        violation_error_message=mensagem,
    )


class JazigoQuerySet(models.QuerySet["Jazigo"]):
    def buscar(self, texto: str) -> JazigoQuerySet:
        """Those with each word of `texto` as a whole word of quadra and lote: `12 B` is not `120 B`."""
        consulta = " & ".join(palavras(texto))
        if not consulta:
            return self.none()
        return self.alias(vetor=SearchVector("busca", config="simple")).filter(
            vetor=SearchQuery(consulta, config="simple", search_type="raw")
        )


class Jazigo(models.Model):
    """A plot of a cemetery, with its gavetas."""

    class Tipo(models.TextChoices):
        JAZIGO = "jazigo", "Jazigo"
        CARNEIRA = "carneira", "Carneira"
        COLUMBARIO = "columbario", "Columbário"
        OSSUARIO = "ossuario", "Ossuário"

    cemiterio = models.ForeignKey(Cemiterio, models.PROTECT, verbose_name="cemitério", related_name="jazigos")
    quadra = models.CharField("quadra", max_length=20)
    lote = models.CharField("lote", max_length=20)
    tipo = models.CharField("tipo", max_length=10, choices=Tipo.choices, default=Tipo.JAZIGO)
    gavetas = models.PositiveSmallIntegerField(
        "gavetas", default=1, validators=[MinValueValidator(1), MaxValueValidator(200)]
    )
    ativo = models.BooleanField("em uso", default=True)
    observacao = models.CharField("observação", max_length=200, blank=True, default="")
    busca = models.GeneratedField(
        expression=PalavrasSql("quadra", "lote"), output_field=models.TextField(), db_persist=True
    )

    objects = JazigoQuerySet.as_manager()

    class Meta:
        db_table = "jazigos_jazigo"
        verbose_name = "jazigo"
        ordering = ["cemiterio", "quadra", "lote"]
        indexes = [GinIndex(SearchVector("busca", config="simple"), name="jazigo_busca")]  # the search box
        constraints = [
            models.UniqueConstraint(
                fields=["cemiterio", "quadra", "lote"], name="jazigo_um_por_lote",
                violation_error_message="Este cemitério já tem um jazigo com esta quadra e este lote.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.cemiterio.nome}, quadra {self.quadra}, lote {self.lote}"


class Concessao(models.Model):
    """Who holds a jazigo, from when and until when; `fim` empty on a perpetual one, and on one whose end is not known."""

    jazigo = models.ForeignKey(Jazigo, models.PROTECT, verbose_name="jazigo", related_name="concessoes", db_index=False)
    titular = models.ForeignKey(Cliente, models.PROTECT, verbose_name="titular", related_name="+")
    termo = models.CharField("termo nº", max_length=30, blank=True, default="", db_index=True)
    perpetua = models.BooleanField("perpétua", default=False)
    inicio = models.DateField("desde")
    fim = models.DateField("até", null=True, blank=True)
    observacao = models.CharField("observação", max_length=200, blank=True, default="")

    class Meta:
        db_table = "jazigos_concessao"
        verbose_name = "concessão"
        verbose_name_plural = "concessões"
        permissions = [("transferir_concessao", "Pode transferir concessões de jazigo")]
        ordering = ["-pk"]
        indexes = [
            # a jazigo's own history, and its foreign key
            models.Index(fields=["jazigo", "-inicio"], name="concessao_jazigo"),
            # the list of those that end
            models.Index(fields=["fim"], name="concessao_fim", condition=models.Q(fim__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(fim__isnull=True) | models.Q(fim__gte=models.F("inicio")), name="concessao_ordem",
                violation_error_message="O fim é antes do início.",
            ),
            um_por_dia("concessao_uma_por_dia", "Este jazigo já tem uma concessão em algum destes dias."),
        ]  # fmt: skip
        triggers = vigiar()

    def __str__(self) -> str:
        return f"concessão {self.termo or self.pk}"


class SepultamentoQuerySet(models.QuerySet["Sepultamento"]):
    def buscar(self, texto: str) -> SepultamentoQuerySet:
        """Those whose name has words beginning like each word of `texto`."""
        consulta = " & ".join(f"{palavra}:*" for palavra in palavras(texto))
        if not consulta:
            return self.none()
        return self.alias(vetor=SearchVector("busca", config="simple")).filter(
            vetor=SearchQuery(consulta, config="simple", search_type="raw")
        )


class Sepultamento(models.Model):
    """A burial in a gaveta, until the exumação."""

    jazigo = models.ForeignKey(
        Jazigo, models.PROTECT, verbose_name="jazigo", related_name="sepultamentos", db_index=False
    )
    gaveta = models.PositiveSmallIntegerField("gaveta", validators=[MinValueValidator(1)])
    nome = models.CharField("nome do falecido", max_length=80)
    cliente = models.ForeignKey(
        Cliente, models.PROTECT, verbose_name="cadastro do falecido", related_name="+", null=True, blank=True,
        help_text="Se a pessoa era cliente.",
    )  # fmt: skip
    certidao = models.CharField("certidão de óbito", max_length=40, blank=True, default="")
    sepultado_em = models.DateField("sepultado em")
    exumado_em = models.DateField("exumado em", null=True, blank=True)
    busca = models.GeneratedField(expression=PalavrasSql("nome"), output_field=models.TextField(), db_persist=True)

    objects = SepultamentoQuerySet.as_manager()

    class Meta:
        db_table = "jazigos_sepultamento"
        verbose_name = "sepultamento"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["jazigo", "gaveta"], name="sepultamento_jazigo"),  # who rests in a jazigo
            models.Index(fields=["sepultado_em"], name="sepultamento_dia"),  # the list by period
            GinIndex(
                SearchVector("busca", config="simple"), name="sepultamento_busca"
            ),  # the search box: words of the name
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(exumado_em__isnull=True) | models.Q(exumado_em__gte=models.F("sepultado_em")),
                name="sepultamento_ordem", violation_error_message="A exumação é antes do sepultamento.",
            ),
            models.UniqueConstraint(
                fields=["jazigo", "gaveta"], condition=models.Q(exumado_em__isnull=True), name="sepultamento_um_por_gaveta",
                violation_error_message="Esta gaveta está ocupada.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.nome
